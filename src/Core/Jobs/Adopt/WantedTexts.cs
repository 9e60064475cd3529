using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Sources;

namespace EmbSync.Core.Jobs.Adopt;

/// <summary>
/// All texts that syncs would buy, by hash: planned part by part, as rows are, so that no more texts are held at a time than in a sync.
/// </summary>
internal static class WantedTexts
{
    /// <returns>What they are wanted of, and their hashes.</returns>
    public static async Task<(EmbeddingSignature Signature, IReadOnlySet<ContentHash> Hashes)> FindAsync(
        Workspace workspace, string space, CancellationToken cancellationToken)
    {
        var wanted = new HashSet<ContentHash>();
        var request = new SyncRequest { Command = "adopt", KeepOrphans = true };
        while (true)
        {
            var made = await new PlanMaker(workspace).MakeAsync(request, cancellationToken);
            var plan = made.Plan.Spaces.Single(one => one.Name == space);
            wanted.UnionWith(plan.Buy);
            if (made.Plan.Rest is null)
            {
                return (plan.Target.Signature, wanted);
            }

            request = request with { Rest = made.Plan.Rest, Sources = [.. workspace.Sources.OfType<IRowSource>().Select(
                source => source.Name)] };
        }
    }
}
