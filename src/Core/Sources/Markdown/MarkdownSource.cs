using EmbSync.Core.Configuration;
using EmbSync.Core.Documents;
using EmbSync.Core.Git;
using EmbSync.Core.Model;

namespace EmbSync.Core.Sources.Markdown;

/// <summary>Markdown files below a root: those of the work tree, or those of a commit. Reading is safe in parallel.</summary>
/// <param name="root">Folder that the globs and all paths start from, absolute.</param>
/// <param name="git">What was found at the root. Without a repository that can be used every file is read to find what changed.</param>
/// <param name="maxFileBytes">Larger files are set aside without being read.</param>
public sealed class MarkdownSource(MarkdownSourceConfig config, string root, GitDiscovery git, long maxFileBytes, MarkdownReader reader)
    : ISource
{
    private readonly RootFolder folder = new(config.Name, root, maxFileBytes);
    private readonly Globs globs = new(config.Include, config.Exclude);

    public string Name => config.Name;

    public string Type => "markdown";

    public string Pipeline => reader.Pipeline;

    public Task<SourceListing> ListAsync(ListRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        var draft = new ListingDraft(folder, globs, request.Paths);
        foreach (var pattern in globs.Escaping)
        {
            draft.AddProblem(new(ProblemCodes.OutsideRoot, Name, pattern, null, null,
                $"The pattern '{pattern}' leads out of {root} and is not used. Write patterns relative to that folder, without '..'."));
            draft.MarkIncomplete();
        }

        if ((request.At ?? BareHead()) is { } commit)
        {
            var repository = git.Require();
            new TreeListing(globs, repository, Prefix(repository)).List(commit, draft, cancellationToken);
        }
        else
        {
            ListFiles(draft, request.Paths, cancellationToken);
        }

        return Task.FromResult(draft.ToListing());
    }

    public Task<ReadOutcome> ReadAsync(SourceEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        cancellationToken.ThrowIfCancellationRequested();
        var path = entry.Locator;
        var content = entry.Blob is { } blob ? ReadBlob(path, blob) : folder.Read(path);
        if (content.Bytes is not { } bytes)
        {
            return Task.FromResult(ReadOutcome.Of(content.Problem!));
        }

        var parsed = reader.Parse(bytes, path);
        if (parsed.Document is not { } document)
        {
            return Task.FromResult(ReadOutcome.Of(parsed.Problem!));
        }

        // The file may have changed since it was listed: the version is that of the bytes at hand.
        var version = FileVersion.Of(bytes, FileVersion.BlobOf(entry.Version));
        return Task.FromResult(ReadOutcome.Of(new Item(new(Name, document.Id), document.Type, document.Title, path, version, Pipeline,
            document.Metadata, document.Priority, document.UpdatedAt, document.Chunks)
        {
            Warnings = document.Warnings,
        }));
    }

    /// <summary>What <c>--since</c> has to look at in this source, see <see cref="SinceScope"/>.</summary>
    /// <param name="reference">As given.</param>
    /// <param name="at">Full id of the commit that is read instead of the work tree; null for the work tree.</param>
    /// <param name="recorded">Commit of the last complete sync; null for none.</param>
    /// <param name="stored">Version of each stored item of this source by its path.</param>
    /// <exception cref="GitException">No repository, no such ref, or too little of the history.</exception>
    public ScopedPaths Scope(string reference, string? at, string? recorded, IReadOnlyDictionary<string, string> stored)
    {
        var repository = git.Require();
        return SinceScope.Resolve(
            repository, new(reference, Prefix(repository), at, recorded) { Stored = stored, Matching = globs.Matching });
    }

    private string? BareHead() => git.Repository is not { IsBare: true } bare ? null
        : bare.HeadCommit ?? throw new SourceException(
            $"The repository at {bare.Folder} is bare and has no commit yet: there is nothing to read.");

    private string Prefix(GitRepository repository) => repository.PathOf(root) ?? throw new SourceException(
        $"{root} is not inside the work tree of its git repository ({repository.WorkTree}); core.worktree points elsewhere. Run without a ref.");

    private void ListFiles(ListingDraft draft, IReadOnlySet<string>? asked, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder.Path))
        {
            throw new SourceException($"The folder {root} of source '{Name}' is not there. Nothing was read, and nothing is deleted.");
        }

        if (git.Repository is { } repository && repository.PathOf(root) is
            { } prefix && (prefix.Length == 0 || !repository.IsIgnored(prefix + "/")))
        {
            new WorkTreeListing(folder, globs, repository, prefix).List(draft, asked, cancellationToken);
            return;
        }

        if (git.Problem is { } problem)
        {
            draft.Note(problem);
            draft.Note("All matching files are read to find what changed, those that git ignores included.");
        }
        else if (git.Repository is not null)
        {
            draft.Note($"git ignores {root}, or has its work tree elsewhere: all matching files are read to find what changed.");
        }

        if (git.Sparse)
        {
            draft.MarkIncomplete();
            draft.Note("The checkout is sparse, and which files it leaves out is not known: nothing counts as deleted.");
        }

        new FolderListing(folder, globs).List(draft, cancellationToken);
        if (git.Sparse)
        {
            draft.SkipMissing();
        }
    }

    private FileContent ReadBlob(string path, string blob)
    {
        try
        {
            var repository = git.Require();
            return folder.TooLarge(path, repository.BlobSize(blob)) is { } large ? new(null, large) : new(repository.ReadBlob(blob), null);
        }
        catch (GitException cause)
        {
            return new(null, folder.Problem(ProblemCodes.Unreadable, path, cause.Message));
        }
    }
}
