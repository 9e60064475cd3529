using System.Buffers;

namespace EmbSync.Core.Providers.OpenAi;

/// <summary>Whether the model that an answer names is the one that was asked for.</summary>
internal static class ModelName
{
    private const int ShortestVersion = 3;
    private static readonly SearchValues<char> VersionCharacters = SearchValues.Create("0123456789-");
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/@-");

    /// <summary>
    /// The same name in any case, with or without an owner before it (<c>BAAI/bge-m3</c>) or Ollama's <c>:latest</c> behind it, or with a
    /// version of three digits or more (<c>text-embedding-3-small-20240125</c>, <c>gemini-embedding-001</c>). Another tag or a suffix of
    /// letters
    /// (<c>:33m</c>, <c>-large</c>, <c>-v1.5</c>) is another model. An answer that names none says nothing against it.
    /// </summary>
    public static bool IsSame(string asked, string? answered)
    {
        if (string.IsNullOrWhiteSpace(answered))
        {
            return true;
        }

        var (wanted, given) = (Bare(asked), Bare(answered));
        return wanted == given || IsVersionOf(wanted, given) || IsVersionOf(given, wanted);
    }

    /// <summary>A server's answer for people: as it is when it looks like a model's name.</summary>
    public static string Printed(string name) =>
        name.Length <= 80 && !name.AsSpan().ContainsAnyExcept(NameCharacters) ? name : "another model";

    private static string Bare(string name)
    {
        var bare = name.Trim().ToLowerInvariant();
        bare = bare[(bare.LastIndexOf('/') + 1)..];
        return bare.EndsWith(":latest", StringComparison.Ordinal) ? bare[..^":latest".Length] : bare;
    }

    private static bool IsVersionOf(string name, string versioned)
    {
        if (versioned.Length <= name.Length || !versioned.StartsWith(name, StringComparison.Ordinal)
            || versioned[name.Length] is not ('-' or '@'))
        {
            return false;
        }

        var version = versioned.AsSpan(name.Length + 1);
        return version.Length >= ShortestVersion && char.IsAsciiDigit(version[0]) && !version.ContainsAnyExcept(VersionCharacters);
    }
}
