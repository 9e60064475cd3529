using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Tests.Storage;

/// <summary>Items, vectors and settings that tests of stores begin with.</summary>
internal static class Samples
{
    public const string Project = "alpha";

    public static readonly EmbeddingSignature Signature = new("lexical", "lexical-v1", 4, "v1");

    public static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public static readonly RunRecord Run = new(
        0, "sync", "running", 10, 3, 1234, 0.000123m, null, "c0ffee", Noon, null, """{"requests": 2}""");

    public static StoreConfig Config(StoreBackend backend, string path = "", string? url = null, VectorType vectors = VectorType.HalfVec,
        bool keepText = true) =>
        new(backend, path, url is null ? null : new Secret(url, "env:DATABASE_URL"), "embsync", null, vectors, keepText);

    /// <summary>An item of one chunk for each text.</summary>
    public static Item Item(string id, params string[] texts) => ItemOf("docs", id, texts);

    public static Item ItemOf(string source, string id, params string[] texts) => new(
        new(source, id), "task", $"Title of {id}", $"docs/{id}.md", $"git:{id}", "pipeline-1", "{}", 0, null,
        [.. texts.Select((text, i) => new Chunk(i, ContentHash.Of(text), i == 0 ? "" : "Part > Two", text, (10 * i) + 1, (10 * i) + 9))]);

    public static VectorRow Vector(string text, params float[] numbers) => new(ContentHash.Of(text), numbers, 7);

    public static StoreBatch Batch(int generation, IReadOnlyList<VectorRow>? vectors = null, IReadOnlyList<Item>? items = null,
        IReadOnlyList<ItemKey>? deletions = null) =>
        new(generation, vectors ?? [], items ?? [], deletions ?? []);

    public static SearchQuery Query(int generation, params float[] vector) => new(generation, vector, 10, null, null, []);

    public static async Task<List<StoredItem>> ItemsAsync(this IStore store, string source = "docs")
    {
        var items = new List<StoredItem>();
        await foreach (var item in store.ReadItemsAsync(source, CancellationToken.None))
        {
            items.Add(item);
        }

        return items;
    }

    public static Task<bool> EnsureIndexAsync(this IStore store, int generation) =>
        store.EnsureIndexAsync(generation, new Progress<IndexProgress>(), CancellationToken.None);

    public static async Task<long> RevisionAsync(this IStore store) => (await store.ReadHeadAsync(CancellationToken.None)).Revision;
}

internal sealed class SetClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
