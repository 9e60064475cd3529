using System.Globalization;
using System.Text;
using EmbSync.Core.Model;

namespace EmbSync.Core.Configuration.Parsing;

/// <summary>Reads one configuration file with bounds on all that a hostile one could use against the process.</summary>
internal static class ConfigFile
{
    /// <summary>In bytes. A hundred sources take about 30 KB.</summary>
    public const int MaxBytes = 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(false, true);

    /// <param name="shown">The file's name in messages.</param>
    /// <returns>Null when something was reported.</returns>
    /// <exception cref="UsageException">The file can't be opened or read.</exception>
    public static MapNode? Read(string path, string shown, ConfigProblems problems)
    {
        if (Decode(ReadBytes(path, shown), shown, problems) is not { } text)
        {
            return null;
        }

        var root = Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase) && !string.IsNullOrWhiteSpace(text)
            ? JsonTree.Parse(text, shown, problems)
            : YamlTree.Parse(text, shown, problems);
        if (problems.Any)
        {
            return null;
        }

        switch (root)
        {
            case MapNode map:
                return map;
            case null or ScalarNode { Form: ScalarForm.Nothing }:
                problems.Add(shown, 1, 1,
                    "the file is empty: write at least `version: 1`, or remove it to use the defaults (`embsync init` writes one)");
                return null;
            default:
                problems.Add(shown, root.Line, root.Column,
                    $"the file must hold settings (`version: 1` ...), not {Quoting.Describe(root)}");
                return null;
        }
    }

    private static byte[] ReadBytes(string path, string shown)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            // Read rather than asked for its length: a pipe or device has none.
            var (buffer, length) = (new byte[16 * 1024], 0);
            while (file.Read(buffer, length, buffer.Length - length) is > 0 and var read)
            {
                length += read;
                if (length > MaxBytes)
                {
                    throw new UsageException(
                        $"{shown}: larger than {MaxBytes / 1024 / 1024} MB, which no configuration is: check which file was meant");
                }

                if (length == buffer.Length)
                {
                    Array.Resize(ref buffer, length * 2);
                }
            }

            return buffer[..length];
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException(
                $"{shown}: there is no such file: check --config and EMBSYNC_CONFIG, or run `embsync init`", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"{shown}: can't be read ({exception.GetType().Name}): check that it is a file and its permissions", exception);
        }
    }

    private static string? Decode(byte[] bytes, string shown, ConfigProblems problems)
    {
        string text;
        try
        {
            text = Strict.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            var line = 1 + bytes.AsSpan(0, Math.Clamp(exception.Index, 0, bytes.Length)).Count((byte)'\n');
            problems.Add(shown, line, 1, "not UTF-8: save the file in that encoding");
            return null;
        }

        text = text.TrimStart('\uFEFF');
        // The YAML parser takes a NUL for the end and would leave the rest unread.
        var control = text.AsSpan().IndexOfAnyInRange('\0', '\b');
        if (control >= 0)
        {
            var before = text.AsSpan(0, control);
            problems.Add(shown, 1 + before.Count('\n'), control - before.LastIndexOf('\n'), string.Create(
                CultureInfo.InvariantCulture, $"holds the control character U+{(int)text[control]:X4}: remove it (a file saved as UTF-16 shows such ones: save it as UTF-8)"));
            return null;
        }

        return text;
    }
}
