#pragma warning disable RS0030 // Front matter between +++ is TOML.
using System.Globalization;
using EmbSync.Core.Model;
using Tomlyn;
using Tomlyn.Model;

namespace EmbSync.Core.Documents.FrontMatter;

/// <summary>Front matter in TOML by Tomlyn; what that refuses is read line by line.</summary>
internal static class TomlReader
{
    private static readonly TomlSerializerOptions Options = new() { MaxDepth = YamlReader.MaxDepth };

    public static (ReadValues Values, ItemWarning? Warning) Read(string text, int firstLine)
    {
        // Nesting is counted before anything recurses into it.
        if (IsTooDeep(text))
        {
            return (LineReader.Read(text, firstLine, LineForm.Toml), new(ProblemCodes.FrontMatterTooDeep, firstLine,
                $"The front matter is nested deeper than {YamlReader.MaxDepth} levels: its keys were read, what is below that was not. Flatten it."));
        }

        try
        {
            var table = TomlSerializer.Deserialize<TomlTable>(text, Options) ?? [];
            return (new(Entries(table), []), null);
        }
        catch (TomlException exception)
        {
            var line = firstLine + Math.Max(0, (exception.Line ?? 1) - 1);
            return (LineReader.Read(text, firstLine, LineForm.Toml), new(ProblemCodes.FrontMatterInvalid, line,
                $"The front matter is not valid TOML ({Label.Of(Reason(exception.Message), 160)}): it was read line by line. Correct it; text needs quotes."));
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            return (LineReader.Read(text, firstLine, LineForm.Toml), new(ProblemCodes.FrontMatterInvalid, firstLine,
                "The front matter is not valid TOML: it was read line by line. Correct it; text needs quotes."));
        }
    }

    private static bool IsTooDeep(string text)
    {
        var depth = 0;
        foreach (var character in text)
        {
            depth += character is '[' or '{' ? 1 : character is ']' or '}' && depth > 0 ? -1 : 0;
            if (depth >= YamlReader.MaxDepth)
            {
                return true;
            }
        }

        return text.Split('\n').Any(line => line.AsSpan().Count('.') > YamlReader.MaxDepth);
    }

    private static string Reason(string message) => message.ReplaceLineEndings(" ").Trim().TrimEnd('.');

    private static Dictionary<string, FrontMatterValue> Entries(TomlTable table)
    {
        var entries = new Dictionary<string, FrontMatterValue>(StringComparer.Ordinal);
        foreach (var (key, value) in table)
        {
            entries[FrontMatterValue.Clean(key)] = Of(value);
        }

        return entries;
    }

    private static FrontMatterValue Of(object? value) => value switch
    {
        TomlTable table => new FrontMatterValue.Mapping(Entries(table)),
        TomlTableArray tables => new FrontMatterValue.Sequence([.. tables.Select(Of)]),
        TomlArray array => new FrontMatterValue.Sequence([.. array.Select(Of)]),
        string text => FrontMatterValue.Scalar.Of(text, plain: false),
        bool flag => FrontMatterValue.Scalar.Of(flag ? "true" : "false", plain: true),
        TomlDateTime time => FrontMatterValue.Scalar.Of(time.ToString() ?? "", plain: false),
        IFormattable number => FrontMatterValue.Scalar.Of(number.ToString(null, CultureInfo.InvariantCulture), plain: true),
        _ => FrontMatterValue.Scalar.Of("", plain: true),
    };
}
