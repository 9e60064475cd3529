using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Sync;

/// <summary>
/// <c>status --against REF</c>: what a sync would do if the store held the tree of REF. The tree is laid into a memory store whose
/// vectors are place-holders, and the usual status runs over that: no store, no key, no network.
/// </summary>
public static class AgainstTree
{
    /// <exception cref="GitException">No repository, or no such ref.</exception>
    public static async Task<StatusReport> StatusAsync(
        Workspace workspace, string reference, SyncRequest request, int? listLimit, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        if (request.Since is not null)
        {
            throw new UsageException("--against compares with a whole tree: leave --since away");
        }

        // Rows have no commits.
        var sources = workspace.Chosen(request.Sources).Where(source => source is Sources.Markdown.MarkdownSource).ToList();
        if (sources.Count == 0)
        {
            throw new UsageException("--against compares Markdown files with those of a commit, and there is no source of them");
        }

        request = request with { Sources = [.. sources.Select(source => source.Name)] };
        var commit = workspace.Git.Require().ResolveCommit(reference);
        var standing = new HashSet<(string, string, string)>();
        await using var memory = StoreFactory.Open(workspace.Config.Store with { Backend = StoreBackend.Memory }, clock);
        await using (var writer = await memory.BeginWriteAsync(workspace.Config.Project, cancellationToken))
        {
            var generations = new List<Generation>();
            foreach (var space in workspace.Spaces)
            {
                generations.Add(await writer.OpenGenerationAsync(space.Name, space.Signature, cancellationToken));
                await writer.ActivateAsync(generations[^1].Id, cancellationToken);
            }

            foreach (var source in sources)
            {
                var copy = new TreeCopy(source, writer, generations);
                await copy.CopyAsync(commit, cancellationToken);
                standing.UnionWith(await copy.StandingAsync(request.At, cancellationToken));
            }
        }

        // Another configuration looks at other files, or looks otherwise: then all that is wrong is its own.
        if (standing.Count > 0 && IsConfiguredAsIn(commit, workspace))
        {
            request = request with { BlockedBefore = standing };
        }

        var report = await new SyncEngine(workspace.With(memory), clock).NewsAsync(request, listLimit, cancellationToken);
        var tree = $"tree of {reference} ({commit[..10]})";
        // That memory keeps nothing is no news here.
        return report with { Store = tree, Against = "the " + tree, Notes = [.. report.Notes.Where(note => note != PlanMaker.MemoryNote)] };
    }

    /// <summary>
    /// The configuration that is in effect is the one of the commit, byte for byte; without a file there is none to differ.
    /// </summary>
    private static bool IsConfiguredAsIn(string commit, Workspace workspace)
    {
        if (workspace.Config.File is not { } file)
        {
            return true;
        }

        var git = workspace.Git.Require();
        return git.PathOf(Path.GetDirectoryName(file)!) is { } folder
            && git.Tree(commit, folder).FirstOrDefault(entry => entry.Path == (folder.Length == 0 ? "" : folder + "/")
                + Path.GetFileName(file)) is { Blob: { } blob }
            && git.ReadBlob(blob).AsSpan().SequenceEqual(System.IO.File.ReadAllBytes(file));
    }
}
