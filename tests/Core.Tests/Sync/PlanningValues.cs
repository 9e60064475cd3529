using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Providers;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Tests.Sync;

/// <summary>Small values for tests of pure planning.</summary>
internal static class PlanningValues
{
    public const string Pipeline = "markdown/1:test";

    public static readonly EmbeddingSignature Signature = new("lexical", "lexical-v1", 64, "lexical-v1");

    public static readonly LimitsConfig Limits = new(null, null, DeleteLimit.Default, 5_000_000, 1000);

    public static readonly PurchaseTerms Paid = new(false, 128, 4, 0, 0.02m);

    public static Item Item(string id, string text, string? path = null, string version = "git:1", int priority = 0,
        string metadata = "{}", string source = "docs")
    {
        var chunks = text.Length == 0 ? [] : text.Split('|')
            .Select((part, seq) => new Chunk(seq, ContentHash.Of(part), "", part, seq + 1, seq + 1)).ToList();
        return new(new(source, id), "doc", id, path ?? id, version, Pipeline, metadata, priority, null, chunks);
    }

    public static ReadItem Read(Item item) => new(
        new(item.Path ?? item.Key.Id, item.Version), item.Key, item.Type, item.Title, item.Path, item.Version, item.Pipeline,
        item.Priority, item.UpdatedAt,
        item.ContentDigest, item.RecordDigest, [.. item.Chunks.Select(chunk => chunk.Hash)], [.. item.Chunks.Select(_ => 100)], item);

    public static StoredItem Stored(Item item) => new(
        item.Key.Id, item.Path, item.Version, item.Pipeline, item.ContentDigest, item.RecordDigest, item.Title, item.Type,
        item.Chunks.Count);

    /// <summary>A source read whole.</summary>
    public static SourceSurvey Survey(
        IEnumerable<Item>? read = null, IEnumerable<Item>? stored = null, IEnumerable<Item>? unchanged = null,
        IEnumerable<ItemProblem>? problems = null,
        string source = "docs", bool configured = true)
    {
        var before = (stored ?? []).Concat(unchanged ?? []).Select(Stored).ToList();
        var present = (read ?? []).Select(item => item.Path!).Concat((unchanged ?? []).Select(item => item.Path!)).ToHashSet();
        return new(source, "markdown", Pipeline, configured, true, true, [.. (unchanged ?? []).Select(Stored)],
            [.. (read ?? []).Select(Read)], [.. problems ?? []],
            before, before.Select(item => item.Locator).Where(path => !present.Contains(path)).ToHashSet(), new HashSet<string>(), []);
    }

    public static GenerationTarget Target(EmbeddingSignature? active = null)
    {
        var generation = new Generation(
            1, "default", active ?? Signature, GenerationState.Active, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
        return new("default", Signature, generation, active is null ? generation : null);
    }

    public static SyncPlan Plan(
        IReadOnlyList<SourceSurvey> surveys, IEnumerable<Item>? embedded = null, SyncRequest? request = null,
        GenerationTarget? target = null,
        AutoIndex? gate = null) =>
        Planner.Plan(new(request ?? new(),
            [new(target ?? Target(), (embedded ?? []).SelectMany(item => item.Chunks).Select(chunk => chunk.Hash).ToHashSet(), Paid)],
            surveys, Limits, gate));
}
