namespace EmbSync.Core.Git;

/// <summary>
/// Why libgit2 would not open a repository, and what to do. The repository's own files tell the
/// reason where they can: libgit2 tells most apart by the words of its message only, and those change from one release to the next.
/// </summary>
internal static class GitRefusal
{
    private const string Files = "Runs that need no ref work on the files.";

    /// <param name="folder">The repository's own folder.</param>
    /// <param name="message">What libgit2 said.</param>
    /// <param name="notFound">It was said to be no repository, though it looks like one: what an untrusted owner comes out as.</param>
    public static string Explain(string folder, string message, bool notFound)
    {
        var top = Path.TrimEndingDirectorySeparator(folder);
        var place = Path.GetFileName(top) == ".git" ? Path.GetDirectoryName(top)! : top;
        bool Says(string words) => message.Contains(words, StringComparison.OrdinalIgnoreCase);
        if (notFound || Says("not owned"))
        {
            return $"The git repository at {place} belongs to another user, or is damaged ('git status' there tells which). "
                + $"If you trust it: git config --global --add safe.directory {place}";
        }

        if (Setting(folder, "objectformat") is { } format && !format.Equals("sha1", StringComparison.OrdinalIgnoreCase))
        {
            var name = format.Equals("sha256", StringComparison.OrdinalIgnoreCase) ? "SHA-256" : GitReference.Printable(format);
            return $"The git repository at {place} uses {name} object ids, which libgit2 can't read. {Files}";
        }

        if (Setting(folder, "refstorage") is { } refs && !refs.Equals("files", StringComparison.OrdinalIgnoreCase))
        {
            return $"The git repository at {place} keeps its refs as {GitReference.Printable(refs)}, which libgit2 can't read; "
                + $"'git refs migrate --ref-format=files' changes that. {Files}";
        }

        if (Says("'sdir'"))
        {
            return $"The git repository at {place} has a sparse index, which libgit2 can't read: git sparse-checkout reapply --no-sparse-index. {Files}";
        }

        return Says("'link'")
            ? $"The git repository at {place} has a split index, which libgit2 can't read: git update-index --no-split-index. {Files}"
            : $"The git repository at {place} can't be read: {GitReference.Printable(message)}. {Files}";
    }

    /// <summary>
    /// What <c>extensions.KEY</c> says in the configuration that all worktrees share; null where it says nothing or can't be read.
    /// </summary>
    private static string? Setting(string folder, string key)
    {
        try
        {
            return GitConfigFile.Value(Path.Combine(GitRepository.CommonFolderOf(folder), "config"), "extensions", key);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return null;   // libgit2's own words are given then
        }
    }
}
