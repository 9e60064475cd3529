using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Publish;

/// <param name="All">Also rows that show the hash already: after a change of model that the target doesn't tell.</param>
public sealed record PublishRequest(IReadOnlyList<string> Sources, bool All, bool DryRun)
{
    /// <summary>Overrules the configured bound on what is taken away.</summary>
    public DeleteLimit? MaxDelete { get; init; }
}

/// <summary>
/// Copies vectors of the generation that is searched into tables of the user's, and takes them away from rows that are no longer stored. In
/// batches: a run that
/// is cut off goes on where it stopped, and a second one writes nothing.
/// </summary>
public sealed class PublishEngine(Workspace workspace, TimeProvider clock)
{
    private const int Batch = 500;

    /// <exception cref="UsageException">No source publishes, or a target can't take the vectors.</exception>
    /// <exception cref="SourceException">A target can't be reached or written; what was written is kept.</exception>
    /// <exception cref="GuardException">More would be taken away than the bound allows: nothing was written.</exception>
    public async Task<PublishReport> RunAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var started = clock.GetTimestamp();
        var names = workspace.Chosen(request.Sources).Select(source => source.Name).ToHashSet(StringComparer.Ordinal);
        var publishing = workspace.Config.Sources.Where(source => names.Contains(source.Name) && IsPublishing(source)).ToList();
        if (publishing.Count == 0)
        {
            throw new UsageException("no source publishes: write publish: { column: embedding, hash: content_hash } under a table source, or publish: { table: embedding_cache } under one with column");
        }

        var head = await workspace.Store.ReadHeadAsync(cancellationToken);
        var targets = new List<OpenTarget>();
        try
        {
            foreach (var source in publishing)
            {
                targets.Add(await OpenAsync(source, head, targets, cancellationToken));
            }

            // All of them before the first write: one that would lose too much keeps the others from beginning.
            var violation = targets.Select(target => target.Withdrawal.Violation(workspace.Config.Limits.MaxDelete, request.MaxDelete))
                .FirstOrDefault(found => found is not null);
            if (violation is not null && !request.DryRun)
            {
                throw new GuardException(violation);
            }

            var done = new List<PublishedSource>();
            foreach (var target in targets)
            {
                done.Add(await PublishAsync(target, request, cancellationToken));
            }

            return new(1, request.DryRun, done, Math.Round(clock.GetElapsedTime(started).TotalSeconds, 2))
                { Notes = violation is null ? [] : ["a publish would stop: " + violation] };
        }
        finally
        {
            foreach (var target in targets)
            {
                await target.Target.DisposeAsync();
            }
        }
    }

    /// <param name="Generations">One for each space of the target.</param>
    private sealed record OpenTarget(
        SourceConfig Source, IPublishTarget Target, IReadOnlyList<Generation> Generations, Withdrawal Withdrawal);

    /// <summary>Looks at what there is. Reads only.</summary>
    private async Task<OpenTarget> OpenAsync(
        SourceConfig source, StoreHead head, List<OpenTarget> before, CancellationToken cancellationToken)
    {
        var target = Open(source);
        try
        {
            var generations = target.Spaces.Select(space => head.Active(space) ?? throw new UsageException(
                $"source '{source.Name}': space '{space}' has no vectors yet. Run 'embsync sync', then publish")).ToList();
            await target.CheckAsync([.. generations.Select(generation => generation.Signature.Dimension)], cancellationToken);
            var beside = Beside(source);
            var isLookedAt = before.Exists(one => beside.Contains(one.Source.Name));
            return new(source, target, generations, isLookedAt ? Withdrawal.None : await Withdrawal.FindAsync(
                workspace, source.Name, target, beside, cancellationToken));
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    private IPublishTarget Open(SourceConfig source) => source switch
    {
        TableSourceConfig { Publish: { } columns } table => new ColumnTarget(table, columns, workspace.MainSpace),
        ColumnSourceConfig { PublishTable: { } cache } column =>
        new CacheTarget(column, cache, [.. workspace.Spaces.Select(space => space.Name)]),
        _ => throw new ArgumentException($"source '{source.Name}' doesn't publish", nameof(source)),
    };

    private async Task<PublishedSource> PublishAsync(OpenTarget open, PublishRequest request, CancellationToken cancellationToken)
    {
        var (source, target) = (open.Source, open.Target);
        var (written, same, waiting) = (0, 0, open.Withdrawal.Waiting);
        await foreach (var items in workspace.Store.ReadItemsAsync(source.Name, cancellationToken).Chunk(Batch).WithCancellation(
            cancellationToken))
        {
            var rows = await RowsAsync(source.Name, items, cancellationToken);
            var due = request.All ? rows.Select(row => row.Row.Id).ToHashSet() : await target.DueAsync(
                [.. rows.Select(row => row.Row)], cancellationToken);
            var wanted = rows.Where(row => due.Contains(row.Row.Id)).ToList();
            var whole = await WithVectorsAsync(wanted, open.Generations, cancellationToken);
            written += request.DryRun ? whole.Count : whole.Count == 0 ? 0 : await target.WriteAsync(
                whole, clock.GetUtcNow(), cancellationToken);
            (same, waiting) = (same + rows.Count - wanted.Count, waiting + wanted.Count - whole.Count);
        }

        var withdrawn = request.DryRun ? open.Withdrawal.Gone.Count : 0;
        foreach (var ids in request.DryRun ? [] : open.Withdrawal.Gone.Chunk(Batch))
        {
            withdrawn += await target.WithdrawAsync(ids, cancellationToken);
        }

        return new(source.Name, target.Description, written, same, waiting, withdrawn);
    }

    /// <summary>Items with text, with the hash that tells whether their vectors are shown.</summary>
    private async Task<List<(PublishedRow Row, IReadOnlyList<ContentHash> Hashes)>> RowsAsync(
        string source, IReadOnlyList<StoredItem> items, CancellationToken cancellationToken)
    {
        var hashes = await workspace.Store.ReadChunkHashesAsync(source, [.. items.Select(item => item.Id)], cancellationToken);
        return [.. items.Where(item => hashes.TryGetValue(item.Id, out var chunks) && chunks.Count > 0)
            .Select(item => (new PublishedRow(item.Id, hashes[item.Id] is [var one] ? one.ToString() : item.ContentDigest.ToString(), []),
                hashes[item.Id]))];
    }

    /// <summary>Rows all of whose vectors are there.</summary>
    private async Task<List<PublishedRow>> WithVectorsAsync(
        List<(PublishedRow Row, IReadOnlyList<ContentHash> Hashes)> rows, IReadOnlyList<Generation> generations,
        CancellationToken cancellationToken)
    {
        var all = rows.SelectMany(row => row.Hashes).ToHashSet();
        var found = new List<IReadOnlyDictionary<ContentHash, float[]>>();
        foreach (var generation in generations)
        {
            found.Add(all.Count == 0 ? new Dictionary<ContentHash, float[]>() : await workspace.Store.ReadVectorsAsync(
                generation.Id, all, cancellationToken));
        }

        return [.. rows.Where(row => found.TrueForAll(vectors => row.Hashes.All(vectors.ContainsKey)))
            .Select(row => row.Row with { Vectors = [.. found.Select(vectors => Mean([.. row.Hashes.Select(hash => vectors[hash])]))] })];
    }

    /// <summary>
    /// One vector for a row of several chunks: their mean, of unit length, so that cosine with it is the mean of the cosines but for a
    /// factor.
    /// </summary>
    private static float[] Mean(IReadOnlyList<float[]> vectors)
    {
        if (vectors is [var one])
        {
            return one;
        }

        var sum = new double[vectors[0].Length];
        foreach (var vector in vectors)
        {
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] += vector[i];
            }
        }

        var length = Math.Sqrt(sum.Sum(value => value * value));
        return length == 0 ? vectors[0] : [.. sum.Select(value => (float)(value / length))];
    }

    /// <summary>The source, and others that show their vectors in the same columns: rows of theirs are not taken away.</summary>
    private List<string> Beside(SourceConfig source) => source is not TableSourceConfig { Publish: { } columns } table ? [source.Name]
        : [.. workspace.Config.Sources.OfType<TableSourceConfig>()
            .Where(other => other.Table == table.Table && other.Publish?.Column == columns.Column
                && other.Url.Reveal() == table.Url.Reveal()).Select(other => other.Name)];

    internal static bool IsPublishing(SourceConfig source) =>
        source is TableSourceConfig { Publish: not null } or ColumnSourceConfig { PublishTable: not null };
}
