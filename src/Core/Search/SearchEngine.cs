using System.Text.Json.Nodes;
using EmbSync.Core.Embedding.Lexical;
using EmbSync.Core.Model;
using EmbSync.Core.Reporting;
using EmbSync.Core.Storage;
using EmbSync.Core.Sync;

namespace EmbSync.Core.Search;

/// <param name="Where">Metadata that must be equal, ANDed.</param>
/// <param name="Threshold">Least score; null for none.</param>
/// <param name="Space">Null for the main one.</param>
public sealed record SearchRequest(
    string Text, int Limit, string? Source, string? Type, IReadOnlyList<KeyValuePair<string, string>> Where, double? Threshold, string? Space = null);

/// <summary>
/// Reads which generation is active, embeds the query with that generation's model, and asks its table: vectors of two generations
/// never meet, whatever the configuration says meanwhile.
/// </summary>
public sealed class SearchEngine(Workspace workspace)
{
    /// <summary>
    /// Candidates for each item that is wanted, when items are scored again over all their chunks: the document term reorders near
    /// neighbours and seldom lifts a far one.
    /// </summary>
    private const int Oversampling = 3;

    /// <summary>More are scored by their best chunk alone.</summary>
    private const int MostResults = 10_000;

    /// <exception cref="UsageException">The text is empty, or no source has the name.</exception>
    /// <exception cref="StoreException">Nothing is indexed yet.</exception>
    public async Task<SearchReport> SearchAsync(SearchRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (string.IsNullOrWhiteSpace(request.Text))
        {
            throw new UsageException("the text to look for is empty");
        }

        _ = workspace.Chosen(request.Source is { } named ? [named] : []);
        var store = workspace.Store;
        var head = await store.ReadHeadAsync(cancellationToken);
        var space = request.Space ?? workspace.MainSpace;
        var generation = head.Active(space) ?? throw StoreRefusals.NothingIndexed(store.Description, head, space);
        var vector = await QueryVectorAsync(generation.Signature, request.Text, cancellationToken);

        var lexical = generation.Signature.Provider == LexicalProvider.ProviderName;
        var hits = await store.SearchAsync(
            new(generation.Id, vector, lexical ? Math.Min(request.Limit, MostResults) * Oversampling : request.Limit, request.Source, request.Type, request.Where), cancellationToken);
        if (lexical)
        {
            hits = await RescoredAsync(hits, vector, generation.Id, cancellationToken);
        }

        var results = hits.Where(hit => request.Threshold is not { } least || hit.Score >= least).Take(request.Limit).Select(Result).ToList();
        var coverage = await store.ReadCoverageAsync(generation.Id, cancellationToken);
        var items = coverage.Sum(row => row.Items);
        return new(1, generation.Space, generation.Signature.Model, "vector",
            items == 0 ? 1 : Math.Floor(10_000.0 * coverage.Sum(row => row.Embedded) / items) / 10_000,
            await Staleness.TryCountAsync(workspace, cancellationToken), results);
    }

    private async Task<float[]> QueryVectorAsync(EmbeddingSignature signature, string text, CancellationToken cancellationToken)
    {
        using var provider = workspace.OpenProvider(signature);
        return (await workspace.OpenGovernor(provider, new SyncRequest { Command = "search" }).EmbedQueryAsync(text, cancellationToken)).ToArray();
    }

    /// <summary>The lexical provider's own score of an item, see <see cref="LexicalScoring"/>.</summary>
    private async Task<IReadOnlyList<SearchHit>> RescoredAsync(
        IReadOnlyList<SearchHit> hits, float[] query, int generation, CancellationToken cancellationToken)
    {
        var rescored = new List<SearchHit>(hits.Count);
        foreach (var group in hits.GroupBy(hit => hit.Key.Source, StringComparer.Ordinal))
        {
            var hashes = await workspace.Store.ReadChunkHashesAsync(group.Key, [.. group.Select(hit => hit.Key.Id)], cancellationToken);
            var vectors = await workspace.Store.ReadVectorsAsync(generation, hashes.Values.SelectMany(list => list).ToHashSet(), cancellationToken);
            foreach (var hit in group)
            {
                var chunks = hashes.GetValueOrDefault(hit.Key.Id, []).Where(vectors.ContainsKey)
                    .Select(hash => (ReadOnlyMemory<float>)vectors[hash]).ToList();
                rescored.Add(chunks.Count == 0 ? hit : hit with { Score = LexicalScoring.ItemScore(query, chunks) });
            }
        }

        return [.. rescored.OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Key.Source, StringComparer.Ordinal).ThenBy(hit => hit.Key.Id, StringComparer.Ordinal)];
    }

    private static SearchResult Result(SearchHit hit) => new(
        hit.Key.Source, hit.Key.Id, hit.Title, hit.Path, Math.Round(hit.Score, 6), hit.Heading,
        hit.StartLine > 0 ? new(hit.StartLine, hit.EndLine) : null, hit.Text, JsonNode.Parse(hit.Metadata));
}
