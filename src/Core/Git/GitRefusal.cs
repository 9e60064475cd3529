namespace EmbSync.Core.Git;

/// <summary>Why libgit2 would not open a repository, and what to do. It tells most reasons apart by the words of its message only.</summary>
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

        if (Says("objectformat"))
        {
            return $"The git repository at {place} uses SHA-256 object ids, which libgit2 can't read. {Files}";
        }

        if (Says("refstorage"))
        {
            return $"The git repository at {place} keeps its refs as reftable, which libgit2 can't read; "
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
}
