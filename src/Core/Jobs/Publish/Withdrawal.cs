using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Sources;

namespace EmbSync.Core.Jobs.Publish;

/// <summary>
/// Rows of one target that show vectors of items which the store doesn't have. Those that their source has no more lose their vector; the
/// others wait for a
/// sync, and count as lost all the same: a store that knows so little of what is shown may be another one than it was.
/// </summary>
/// <param name="Gone">Ids that lose their vector.</param>
/// <param name="Waiting">Rows that keep theirs until a sync brings them.</param>
/// <param name="Shown">All rows of the target that show a vector.</param>
internal sealed record Withdrawal(string Source, string Target, IReadOnlyList<string> Gone, int Waiting, int Shown)
{
    private const int Batch = 5_000;

    /// <summary>Nothing to take away.</summary>
    public static readonly Withdrawal None = new("", "", [], 0, 0);

    /// <summary>Reads only.</summary>
    /// <param name="beside">The source, and others that show their vectors in the same place.</param>
    public static async Task<Withdrawal> FindAsync(
        Workspace workspace, string source, IPublishTarget target, IReadOnlyList<string> beside, CancellationToken cancellationToken)
    {
        var (gone, waiting, shown) = (new List<string>(), 0, 0);
        await foreach (var ids in target.PublishedAsync(cancellationToken).Chunk(Batch).WithCancellation(cancellationToken))
        {
            shown += ids.Length;
            var unknown = ids.ToHashSet(StringComparer.Ordinal);
            var textless = new HashSet<string>(StringComparer.Ordinal);
            foreach (var name in beside)
            {
                var stored = await workspace.Store.ReadChunkHashesAsync(name, unknown, cancellationToken);
                unknown.ExceptWith(stored.Where(item => item.Value.Count > 0).Select(item => item.Key));
                textless.UnionWith(stored.Where(item => item.Value.Count == 0).Select(item => item.Key));
            }

            var kept = unknown.Except(textless).ToHashSet(StringComparer.Ordinal);
            kept.IntersectWith(await PresentAsync(workspace, beside, kept, cancellationToken));
            waiting += kept.Count;
            gone.AddRange(unknown.Except(kept));
        }

        return new(source, target.Description, gone, waiting, shown);
    }

    /// <summary>Why nothing may be begun; null when so much may be taken away.</summary>
    public string? Violation(DeleteLimit configured, DeleteLimit? explicitLimit)
    {
        var lost = Gone.Count + Waiting;
        return DeletionGuard.Violation(
            new(
                $"source '{Source}'", lost, Shown, Text.Of($"of {Shown:N0} rows of {Target} that show vectors are not in this store"),
                lost == Shown ? $"source '{Source}': {Text.Count(Shown, "row")} of {Target} {(Shown == 1 ? "shows a vector, and is not" : "show vectors, and none of them is")} in this store" : null, "taken away",
                "Look whether this is the right store (store.url, store.schema, store.path), and run 'embsync sync' first."),
            configured, explicitLimit);
    }

    private static async Task<HashSet<string>> PresentAsync(
        Workspace workspace, IReadOnlyList<string> sources, HashSet<string> ids, CancellationToken cancellationToken)
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        foreach (var rows in ids.Count == 0 ? [] : workspace.Sources.OfType<IRowSource>().Where(one => sources.Contains(one.Name)))
        {
            present.UnionWith(await rows.PresentAsync(ids, cancellationToken));
        }

        return present;
    }
}
