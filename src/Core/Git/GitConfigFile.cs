namespace EmbSync.Core.Git;

/// <summary>
/// Single settings of a git configuration file, for repositories that libgit2 will not open and for the file of a worktree, which it does
/// not
/// read. Plain sections only; files that it includes are not followed.
/// </summary>
internal static class GitConfigFile
{
    /// <summary>
    /// The last value of <c>core.KEY</c>; null when the file or the key is not there. A key without a value is <c>true</c>.
    /// </summary>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static string? Core(string file, string key) => Value(file, "core", key);

    /// <summary>
    /// The last value of <c>SECTION.KEY</c>; null when the file or the key is not there. A key without a value is <c>true</c>.
    /// </summary>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static string? Value(string file, string section, string key)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        string? found = null;
        var inside = false;
        foreach (var line in File.ReadLines(file).Select(line => line.Trim()))
        {
            if (line.StartsWith('['))
            {
                inside = line.StartsWith($"[{section}]", StringComparison.OrdinalIgnoreCase);
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? line : line[..equals];
            if (inside && name.Trim().Equals(key, StringComparison.OrdinalIgnoreCase))
            {
                found = equals < 0 ? "true" : line[(equals + 1)..].Trim().Trim('"');
            }
        }

        return found;
    }

    /// <summary>As git reads a boolean.</summary>
    public static bool IsTrue(string? value) =>
        value is not null && (value.ToUpperInvariant() is "TRUE" or "YES" or "ON" || (int.TryParse(value, out var number) && number != 0));
}
