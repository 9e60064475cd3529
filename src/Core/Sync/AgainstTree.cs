using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Reporting;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Sync;

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
                await new TreeCopy(source, writer, generations).CopyAsync(commit, cancellationToken);
            }
        }

        var report = await new SyncEngine(workspace.With(memory), clock).NewsAsync(request, listLimit, cancellationToken);
        var tree = $"tree of {reference} ({commit[..10]})";
        // That memory keeps nothing is no news here.
        return report with { Store = tree, Against = "the " + tree, Notes = [.. report.Notes.Where(note => note != PlanMaker.MemoryNote)] };
    }
}
