using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Providers.Lexical;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Search;

/// <param name="Text">What is looked for: a text, or an item as <see cref="ItemName"/> takes it.</param>
/// <param name="Where">Metadata that must be equal, ANDed.</param>
/// <param name="Threshold">Least score; null for none.</param>
/// <param name="Space">Null for the main one.</param>
public sealed record SearchRequest(
    string Text, int Limit, string? Source, string? Type, IReadOnlyList<KeyValuePair<string, string>> Where, double? Threshold,
    string? Space = null)
{
    /// <summary>Folder in which an item was named, absolute; null for the configuration's own.</summary>
    public string? Folder { get; init; }
}

/// <summary>
/// Reads which generation is active, embeds the query with that generation's model, and asks its table: vectors of two generations
/// never meet, whatever the configuration says meanwhile.
/// </summary>
public sealed class SearchEngine(Workspace workspace)
{
    private readonly FilterCheck _filters = new(workspace);

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

        var store = workspace.Store;
        var generation = await GenerationAsync(request, cancellationToken);
        await _filters.RequireKeysAsync(request.Where, cancellationToken);
        var vector = await QueryVectorAsync(generation.Signature, request.Text, cancellationToken);

        var lexical = generation.Signature.Provider == LexicalProvider.ProviderName;
        var hits = await store.SearchAsync(
            new(generation.Id, vector, lexical ? Math.Min(request.Limit, MostResults) * Oversampling : request.Limit, request.Source,
            request.Type, request.Where), cancellationToken);
        if (lexical)
        {
            hits = await RescoredAsync(hits, vector, generation.Id, cancellationToken);
        }

        return await ReportAsync(generation, request, hits, cancellationToken);
    }

    /// <summary>
    /// The items nearest to one that is stored, by the mean of its chunks' vectors. Asks no provider: all that is needed is there.
    /// </summary>
    /// <param name="request">Its text names the item.</param>
    /// <exception cref="UsageException">No stored item is named so, several are, or it has no vector.</exception>
    /// <exception cref="StoreException">Nothing is indexed yet.</exception>
    public async Task<SearchReport> SimilarAsync(SearchRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var generation = await GenerationAsync(request, cancellationToken);
        await _filters.RequireKeysAsync(request.Where, cancellationToken);
        var key = await new StoredNames(workspace).FindAsync(request.Text, request.Folder, cancellationToken);
        var hashes = (await workspace.Store.ReadChunkHashesAsync(key.Source, [key.Id], cancellationToken)).GetValueOrDefault(key.Id, []);
        var vectors = await workspace.Store.ReadVectorsAsync(generation.Id, hashes.ToHashSet(), cancellationToken);
        var mean = new float[generation.Signature.Dimension];
        foreach (var hash in hashes.Where(vectors.ContainsKey))
        {
            TensorPrimitives.Add(mean, vectors[hash], mean);
        }

        if (vectors.Count == 0)
        {
            throw new UsageException($"'{request.Text}' has no vector of {generation.Signature.Model} yet: run 'embsync sync'");
        }

        var hits = await workspace.Store.SearchAsync(
            new(generation.Id, mean, request.Limit + 1, request.Source, request.Type, request.Where), cancellationToken);
        return await ReportAsync(generation, request, [.. hits.Where(hit => hit.Key != key)], cancellationToken);
    }

    private async Task<Generation> GenerationAsync(SearchRequest request, CancellationToken cancellationToken)
    {
        _ = workspace.Chosen(request.Source is { } named ? [named] : []);
        var head = await workspace.Store.ReadHeadAsync(cancellationToken);
        var space = request.Space ?? workspace.MainSpace;
        return head.Active(space) ?? throw StoreRefusals.NothingIndexed(workspace.Store.Description, head, space);
    }

    private async Task<SearchReport> ReportAsync(
        Generation generation, SearchRequest request, IReadOnlyList<SearchHit> hits, CancellationToken cancellationToken)
    {
        var results = hits.Where(hit => request.Threshold is not { } least || hit.Score >= least).Take(request.Limit).Select(
            Result).ToList();
        var status = await Standing.TryReadAsync(workspace, cancellationToken);
        var coverage = status?.Spaces.FirstOrDefault(space => space.Name == generation.Space)?.Coverage ?? await StoredCoverageAsync(
            generation.Id, cancellationToken);
        List<string> notes = [.. ModelNotes(generation)];
        if (hits.Count == 0)
        {
            notes.AddRange(await _filters.NotesAsync(request.Type, request.Where, cancellationToken));
        }

        return new(1, generation.Space, generation.Signature.Model, "vector", coverage, status?.Items is
            { } items ? items.Missing + items.Stale + items.Orphaned + items.Metadata : null, results)
        {
            Items = status?.Items,
            Notes = notes,
        };
    }

    private async Task<double> StoredCoverageAsync(int generation, CancellationToken cancellationToken)
    {
        var coverage = await workspace.Store.ReadCoverageAsync(generation, cancellationToken);
        var items = coverage.Sum(row => row.Items);
        return items == 0 ? 1 : Math.Floor(10_000.0 * coverage.Sum(row => row.Embedded) / items) / 10_000;
    }

    /// <summary>Which model answered, where the configuration names another by now.</summary>
    private IEnumerable<string> ModelNotes(Generation generation)
    {
        var used = generation.Signature;
        if (workspace.Spaces.FirstOrDefault(space => space.Name == generation.Space)?.Signature is
            { } configured && configured.Fingerprint != used.Fingerprint)
        {
            yield return $"{Named(used, configured)} answered: it is what is indexed, and the configuration says {Named(configured, used)}. "
                + (generation.IsPinned ? "Change the configuration to agree, or end this with 'embsync reembed --unpin'"
                    : "'embsync sync' goes over to it, or 'embsync reembed'; '--dry-run' says what that costs");
        }
    }

    /// <summary>With as much as tells it from the other.</summary>
    private static string Named(EmbeddingSignature one, EmbeddingSignature other) =>
        $"{(one.Provider != other.Provider ? one.Provider + " " : "")}{one.Model} with {Text.Count(one.Dimension, "dimension")}"
        + (one with { RoleRules = other.RoleRules } == other ? $" (prefixes {(one.RoleRules.Length == 0 ? "none" : one.RoleRules)})" : "");

    private async Task<float[]> QueryVectorAsync(EmbeddingSignature signature, string text, CancellationToken cancellationToken)
    {
        using var provider = workspace.OpenProvider(signature);
        return (await workspace.OpenGovernor(provider).EmbedQueryNowAsync(text, cancellationToken)).ToArray();
    }

    /// <summary>The lexical provider's own score of an item, see <see cref="LexicalScoring"/>.</summary>
    private async Task<IReadOnlyList<SearchHit>> RescoredAsync(
        IReadOnlyList<SearchHit> hits, float[] query, int generation, CancellationToken cancellationToken)
    {
        var rescored = new List<SearchHit>(hits.Count);
        foreach (var group in hits.GroupBy(hit => hit.Key.Source, StringComparer.Ordinal))
        {
            var hashes = await workspace.Store.ReadChunkHashesAsync(group.Key, [.. group.Select(hit => hit.Key.Id)], cancellationToken);
            var vectors = await workspace.Store.ReadVectorsAsync(
                generation, hashes.Values.SelectMany(list => list).ToHashSet(), cancellationToken);
            foreach (var hit in group)
            {
                var chunks = hashes.GetValueOrDefault(hit.Key.Id, []).Where(vectors.ContainsKey)
                    .Select(hash => (ReadOnlyMemory<float>)vectors[hash]).ToList();
                rescored.Add(chunks.Count == 0 ? hit : hit with { Score = LexicalScoring.ItemScore(query, chunks) });
            }
        }

        return [.. rescored.OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Key.Source, StringComparer.Ordinal).ThenBy(
            hit => hit.Key.Id, StringComparer.Ordinal)];
    }

    private static SearchResult Result(SearchHit hit) => new(
        hit.Key.Source, hit.Key.Id, hit.Title, hit.Path, Math.Round(hit.Score, 6), hit.Heading,
        hit.StartLine > 0 ? new(hit.StartLine, hit.EndLine) : null, hit.Text, JsonNode.Parse(hit.Metadata));
}
