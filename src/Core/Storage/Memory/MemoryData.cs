using EmbSync.Core.Model;

namespace EmbSync.Core.Storage.Memory;

/// <summary>What the store in memory holds. Reads and writes alike happen under <see cref="Gate"/>.</summary>
internal sealed class MemoryData
{
    public Lock Gate { get; } = new();

    public string? Project { get; set; }

    public long Revision { get; set; }

    public long Epoch { get; set; }

    public bool IsWritten { get; set; }

    public SortedDictionary<int, StoredGeneration> Generations { get; } = [];

    public Dictionary<int, Dictionary<ContentHash, MemoryVector>> Vectors { get; } = [];

    public SortedDictionary<string, SortedDictionary<string, MemoryItem>> Items { get; } = new(Utf8Order.Instance);

    public SortedDictionary<string, SourceRecord> Sources { get; } = new(Utf8Order.Instance);

    public List<RunRecord> Runs { get; } = [];

    /// <summary>Builds under way by space.</summary>
    public Dictionary<string, int> Builders { get; } = [];

    /// <summary>Until when a hash of a generation is leased.</summary>
    public Dictionary<int, SortedDictionary<ContentHash, DateTimeOffset>> Work { get; } = [];

    /// <summary>Texts that were offered to a generation, in order of their place.</summary>
    public Dictionary<int, Dictionary<ContentHash, ClaimedChunk>> Offers { get; } = [];

    /// <summary>Generations for which nothing else is to be offered.</summary>
    public HashSet<int> Whole { get; } = [];

    public IEnumerable<MemoryItem> ItemsOf(string source) => Items.TryGetValue(source, out var items) ? items.Values : [];

    public IEnumerable<(ItemKey Key, Chunk Chunk)> Chunks() =>
        Items.Values.SelectMany(items => items.Values).SelectMany(item => item.Chunks.Select(chunk => (item.Key, chunk)));

    public void EndLeases(int generation)
    {
        Whole.Remove(generation);
        if (Work.TryGetValue(generation, out var queue))
        {
            Work[generation] = new(queue.Keys.ToDictionary(hash => hash, _ => DateTimeOffset.MinValue));
        }
    }

    public void AbandonRuns(Func<string, bool> ofCommand)
    {
        for (var i = 0; i < Runs.Count; i++)
        {
            Runs[i] = Runs[i].Status == RunRecord.Running && ofCommand(Runs[i].Command)
                ? Runs[i] with { Status = RunRecord.Abandoned, Error = RunRecord.AbandonedError } : Runs[i];
        }
    }

    /// <summary>Vectors of a generation; none for null.</summary>
    public IReadOnlyDictionary<ContentHash, MemoryVector> VectorsOf(int? generation) =>
        generation is { } id && Vectors.TryGetValue(id, out var vectors) ? vectors : new Dictionary<ContentHash, MemoryVector>();
}

/// <param name="Bytes">As <see cref="VectorCodec"/> makes them, little-endian.</param>
internal readonly record struct MemoryVector(byte[] Bytes, int Tokens);

internal sealed record MemoryItem(StoredItem Stored, ItemKey Key, string Metadata, DateTimeOffset UpdatedAt, IReadOnlyList<Chunk> Chunks)
{
    /// <summary>See <see cref="ItemRemarks"/>; null where there are none.</summary>
    public string? Remarks { get; init; }

    /// <param name="now">When the source changed it, where the source doesn't know.</param>
    public static MemoryItem Of(Item item, DateTimeOffset now, bool keepText) => new(
        new(item.Key.Id, item.Path, item.Version, item.Pipeline, item.ContentDigest, item.RecordDigest, item.Title, item.Type,
        item.Chunks.Count),
        item.Key,
        item.Metadata,
        StoreClock.InMicroseconds(item.UpdatedAt ?? now),
        keepText ? item.Chunks : [.. item.Chunks.Select(chunk => chunk with { Text = "" })])
    {
        Remarks = ItemRemarks.Of(item),
    };
}
