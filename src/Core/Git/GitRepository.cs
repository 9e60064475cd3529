#pragma warning disable RS0030 // The one file that talks to libgit2: everything else sees the values below.
using EmbSync.Core.Model;
using LibGit2Sharp;

namespace EmbSync.Core.Git;

/// <summary>
/// Reads a git repository through libgit2. Writes nothing and starts no program: libgit2 has no hooks, no external filters, no textconv
/// and no fsmonitor, whatever a repository's configuration or attributes ask for; nothing here may shell out either.
/// Safe for use by several threads: calls take turns on a lock, since a libgit2 repository belongs to one thread at a time.
/// </summary>
public sealed partial class GitRepository : IDisposable
{
    // Written by `git sparse-checkout` into partial clones. It only says that there is a second configuration file; what that file may
    // hold and matters here is checked in Open. Process-wide in libgit2, hence set once.
    private static readonly bool ExtensionsSet = AcceptWorktreeConfig();

    private readonly Repository repository;
    private readonly Lock gate = new();

    private GitRepository(Repository repository, string commonFolder)
    {
        this.repository = repository;
        CommonFolder = RealPath.Of(commonFolder);
        IsBare = repository.Info.IsBare;
        WorkTree = IsBare ? null : RealPath.Of(repository.Info.WorkingDirectory);
        Folder = RealPath.Of(repository.Info.Path);
        IsShallow = File.Exists(ShallowFile);
    }

    /// <summary>Top of the work tree, absolute, links resolved; null when bare.</summary>
    public string? WorkTree { get; }

    /// <summary>The repository's own folder (<c>.git</c>, or a worktree's part of it), absolute.</summary>
    public string Folder { get; }

    /// <summary>What all worktrees of the repository share: its hooks, refs and configuration. Absolute.</summary>
    public string CommonFolder { get; }

    public bool IsBare { get; }

    /// <summary>History was cut on cloning. Of the whole repository: a worktree of a shallow clone is shallow too.</summary>
    public bool IsShallow { get; }

    /// <summary>Full id; null before the first commit.</summary>
    public string? HeadCommit => Ask(() => repository.Head.Tip?.Sha);

    /// <summary>Short name, also before its first commit; null when HEAD is detached.</summary>
    public string? CurrentBranch => Ask(() => repository.Info.IsHeadDetached ? null : repository.Head.FriendlyName);

    /// <summary>See <see cref="OriginUrl.PathOf"/>.</summary>
    public string? OriginPath => Ask(() => OriginUrl.PathOf(repository.Network.Remotes["origin"]?.Url));

    private string ShallowFile => Path.Combine(CommonFolder, "shallow");

    /// <summary>
    /// Full id of the commit that a branch, tag, remote branch, abbreviated id or expression such as <c>HEAD~2</c> names.
    /// </summary>
    /// <exception cref="GitException">Refused, unknown, ambiguous, or not a commit.</exception>
    public string ResolveCommit(string reference)
    {
        GitReference.Check(reference);
        return Ask(() =>
        {
            try
            {
                return repository.Lookup(reference) switch
                {
                    Commit commit => commit.Sha,
                    TagAnnotation tag when tag.Target.Peel<Commit>() is { } commit => commit.Sha,
                    null => throw new GitException(Unknown(reference)),
                    _ => throw new GitException($"The git ref '{reference}' names a file or a folder, not a commit."),
                };
            }
            catch (AmbiguousSpecificationException cause)
            {
                throw new GitException($"The git ref '{reference}' fits several objects. Write more digits, or a full name such as refs/heads/{reference}.", cause);
            }
            catch (LibGit2SharpException cause)
            {
                throw new GitException(Unknown(reference), cause);
            }
        });
    }

    /// <summary>Whether the commit is here. A recorded one may be gone after a rebase, or beyond the border of a shallow clone.</summary>
    public bool HasCommit(string commit) => ObjectId.TryParse(commit, out var id) && Ask(() => repository.Lookup<Commit>(id) is not null);

    /// <summary>A best common ancestor; null when the histories are unrelated. Of several (criss-cross merges) any may come.</summary>
    /// <exception cref="GitException">The clone is shallow, and none of what was fetched is common to both.</exception>
    public string? MergeBase(string one, string other)
    {
        if (!IsShallow)
        {
            return Ask(() => repository.ObjectDatabase.FindMergeBase(Commit(one), Commit(other))?.Sha);
        }

        return Ask(() => Shallow().MergeBase(one, other)) ?? throw new GitException(
            $"This clone is shallow and doesn't reach back to where {Short(one)} and {Short(other)} parted. Fetch the whole history: " +
            "'fetch-depth: 0' for actions/checkout, 'git fetch --unshallow' elsewhere.");
    }

    /// <summary>
    /// Whether <paramref name="descendant"/> is or comes after <paramref name="ancestor"/>, as far as history was fetched.
    /// </summary>
    public bool IsAncestor(string ancestor, string descendant) => ancestor == descendant || (IsShallow
        ? Ask(() => Shallow().IsAncestor(ancestor, descendant))
        : Ask(() => repository.ObjectDatabase.FindMergeBase(Commit(ancestor), Commit(descendant))?.Sha == ancestor));

    /// <summary>Whether a commit is on a branch, here or at origin; null when there is no such branch.</summary>
    public bool? IsOnBranch(string commit, string branch)
    {
        var tips = Ask(() => new[] { $"refs/heads/{branch}", $"refs/remotes/origin/{branch}" }
            .Select(name => repository.Branches[name]?.Tip?.Sha).OfType<string>().Distinct().ToList());
        return tips.Count == 0 ? null : tips.Exists(tip => IsAncestor(commit, tip));
    }

    /// <summary>All paths of the index, unmerged ones once, as of the last <see cref="Status"/> (which reads it afresh).</summary>
    public IReadOnlyList<GitEntry> IndexEntries() => Ask(() =>
    {
        var entries = new List<GitEntry>(repository.Index.Count);
        foreach (var entry in repository.Index)
        {
            if (entry.StageLevel == StageLevel.Staged || entries.Count == 0 || entries[^1].Path != entry.Path)
            {
                entries.Add(new(entry.Path, entry.Id.Sha, KindOf(entry.Mode)));
            }
        }

        return entries;
    });

    /// <summary>Compares work tree, index and HEAD; ignored folders are not entered.</summary>
    /// <param name="under">Only these paths, and what lies under them; null for all.</param>
    public GitStatus Status(IReadOnlyCollection<string>? under = null) => Ask(() =>
    {
        var options = new StatusOptions
        {
            DetectRenamesInIndex = false,
            DetectRenamesInWorkDir = false,
            IncludeIgnored = false,
            RecurseIgnoredDirs = false,
            IncludeUntracked = true,
            RecurseUntrackedDirs = true,
            ExcludeSubmodules = true,
            DisablePathSpecMatch = true,
            PathSpec = under is null ? null : [.. under],
        };
        var states = repository.RetrieveStatus(options);
        var skip = IndexFlags.ReadSkipWorktree(Path.Combine(Folder, "index"));
        var unwatched = skip.Where(IsThere).Concat(
            repository.Index.Where(entry => entry.AssumeUnchanged).Select(entry => entry.Path).Where(IsThere));
        HashSet<string> With(FileStatus flags) => states.Where(state => (state.State & flags) != 0).Select(state => state.FilePath)
            .ToHashSet(StringComparer.Ordinal);
        var deleted = With(FileStatus.DeletedFromWorkdir);
        deleted.ExceptWith(skip);
        return new GitStatus(
            With(FileStatus.ModifiedInWorkdir | FileStatus.TypeChangeInWorkdir | FileStatus.Unreadable),
            With(FileStatus.NewInWorkdir),
            deleted,
            With(FileStatus.Conflicted),
            With(FileStatus.NewInIndex | FileStatus.ModifiedInIndex | FileStatus.DeletedFromIndex | FileStatus.TypeChangeInIndex),
            skip.Where(path => !IsThere(path)).ToHashSet(StringComparer.Ordinal),
            unwatched.ToHashSet(StringComparer.Ordinal));
    });

    /// <summary>All files, links and submodules of a commit below a folder (empty: all), paths from the top of the repository.</summary>
    /// <exception cref="GitException">No such commit, or parts of its tree were not fetched.</exception>
    public IReadOnlyList<GitEntry> Tree(string commit, string folder = "") => Ask(() =>
    {
        var tree = Commit(commit).Tree;
        var top = folder.Length == 0 ? tree : tree[folder]?.Target as Tree;
        var entries = new List<GitEntry>();
        var pending = new Stack<(Tree Tree, string Path)>();
        if (top is not null)
        {
            pending.Push((top, folder.Length == 0 ? "" : folder + "/"));
        }

        while (pending.TryPop(out var next))
        {
            foreach (var entry in next.Tree)
            {
                if (entry.TargetType == TreeEntryTargetType.Tree)
                {
                    pending.Push(((Tree)entry.Target, next.Path + entry.Name + "/"));
                }
                else
                {
                    entries.Add(new(next.Path + entry.Name, entry.Target.Sha, KindOf(entry.Mode)));
                }
            }
        }

        return entries;
    });

    /// <summary>Paths that differ between two commits: added, removed, or with other content or type. A rename is two paths.</summary>
    /// <exception cref="GitException">A commit or a part of its tree is not here.</exception>
    public IReadOnlySet<string> ChangedPaths(string from, string to) => Ask(() =>
    {
        var options = new CompareOptions { Similarity = SimilarityOptions.None };
        using var changes = repository.Diff.Compare<TreeChanges>(Commit(from).Tree, Commit(to).Tree, options);
        return changes.SelectMany(change => new[] { change.OldPath, change.Path }).OfType<string>().ToHashSet(StringComparer.Ordinal);
    });

    /// <summary>Bytes of a blob, without reading its content.</summary>
    /// <exception cref="GitException">Not here: a partial clone has not fetched it.</exception>
    public long BlobSize(string blob) => Ask(() => repository.ObjectDatabase.RetrieveObjectMetadata(new ObjectId(blob)).Size, blob);

    /// <summary>A blob as it is stored: no filter, no line-ending conversion.</summary>
    /// <exception cref="GitException">Not here: a partial clone has not fetched it.</exception>
    public byte[] ReadBlob(string blob) => Ask(() =>
    {
        var found = repository.Lookup<Blob>(new ObjectId(blob)) ?? throw new NotFoundException(blob);
        using var content = found.GetContentStream();
        using var bytes = new MemoryStream();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }, blob);

    /// <param name="path">From the top of the work tree; a folder ends in <c>/</c>.</param>
    public bool IsIgnored(string path) => Ask(() => repository.Ignore.IsPathIgnored(path));

    /// <summary>
    /// A folder's path from the top of the work tree, empty for the top; null when it lies outside. A bare repository has only its top.
    /// </summary>
    public string? PathOf(string directory) => WorkTree is null ? "" : RealPath.Below(WorkTree, RealPath.Of(directory));

    public void Dispose() => repository.Dispose();

    private static GitEntryKind KindOf(Mode mode) => mode switch
    {
        Mode.SymbolicLink => GitEntryKind.Link,
        Mode.GitLink => GitEntryKind.Submodule,
        _ => GitEntryKind.File,
    };

    private Commit Commit(string id) => repository.Lookup<Commit>(new ObjectId(id)) ?? throw new GitException(
        $"The commit {id} is not in this repository."
        + (IsShallow ? " This clone is shallow: fetch the whole history ('fetch-depth: 0')." : ""));

    private ShallowHistory Shallow() => new(
        commit => [.. Commit(commit).Parents.Select(parent => parent.Sha)],
        File.ReadLines(ShallowFile).Select(line => line.Trim()).ToHashSet(StringComparer.Ordinal));

    private bool IsThere(string path) =>
        new FileInfo(Path.Combine(WorkTree!, path)) is var file && (file.Exists || file.LinkTarget is not null);

    private string Unknown(string reference)
    {
        var text = $"The git ref '{reference}' doesn't exist here.";
        var atOrigin = "refs/remotes/origin/" + reference;
        if (Reference.IsValidName(atOrigin) && repository.Branches[atOrigin] is not null)
        {
            return $"{text} There is no branch of that name here, but origin has one: write origin/{reference}.";
        }

        if (IsShallow)
        {
            return $"{text} This clone is shallow: fetch the whole history ('fetch-depth: 0' for actions/checkout, 'git fetch --unshallow' elsewhere).";
        }

        const string remote = "origin/";
        return reference.StartsWith(remote, StringComparison.Ordinal)
            ? $"{text} Fetch it first: git fetch origin {reference[remote.Length..]}"
            : $"{text} 'git branch --all' and 'git tag' list what there is; 'git fetch' brings what the remote has.";
    }

    private static string Short(string commit) => commit.Length > 10 ? commit[..10] : commit;

    private T Ask<T>(Func<T> question, string? blob = null)
    {
        try
        {
            lock (gate)
            {
                return question();
            }
        }
        catch (NotFoundException cause) when (blob is not null)
        {
            throw new GitException($"The content of git object {Short(blob)} is not in this clone (a partial clone fetches it when git needs it). " +
                "Check the files out, or fetch without --filter: git fetch --refetch --no-filter", cause);
        }
        catch (Exception cause) when (cause is LibGit2SharpException or InvalidDataException)
        {
            throw new GitException($"git could not read {Folder}: {GitReference.Printable(cause.Message)}. 'git fsck' tells whether the repository is damaged.", cause);
        }
    }
}
