using System.Text;
using EmbSync.Core.Documents;
using EmbSync.Core.Documents.FrontMatter;

namespace EmbSync.Core.Jobs.Init;

/// <summary>The front matter keys of some files: enough to see habits, not a reading of the documents.</summary>
internal static class FrontMatterSample
{
    /// <summary>So many files of a folder are looked at; habits show in fewer.</summary>
    public const int MaxFiles = 200;

    private const int MaxBytes = 64 * 1024;

    /// <summary>An even sample of a list, in its order.</summary>
    public static IReadOnlyList<string> Pick(IReadOnlyList<string> files) => files.Count <= MaxFiles
        ? files
        : [.. Enumerable.Range(0, MaxFiles).Select(i => files[(int)((long)i * files.Count / MaxFiles)])];

    /// <summary>Keys with their value as text, null for lists and maps. Empty for a file that has no front matter.</summary>
    public static IReadOnlyDictionary<string, string?> Of(string root, string path)
    {
        var keys = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (Head(root, path) is { } head)
        {
            // What is wrong with one file is said by `status`; here it is read as well as a sync reads it.
            foreach (var (key, value) in DocumentFront.Of(head).Values)
            {
                keys[key] = value is FrontMatterValue.Scalar { IsNull: false } scalar ? scalar.Text : null;
            }
        }

        return keys;
    }

    private static string? Head(string root, string path)
    {
        var file = new FileInfo(Path.Combine(root, path));
        // A link may lead out of the repository.
        if (!file.Exists || file.LinkTarget is not null)
        {
            return null;
        }

        try
        {
            using var stream = file.OpenRead();
            var buffer = new byte[MaxBytes];
            return SourceText.Normalize(
                Encoding.UTF8.GetString(buffer, 0, stream.ReadAtLeast(buffer, MaxBytes, throwOnEndOfStream: false)).TrimStart('\uFEFF'));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
