using EmbSync.Core.Model;

namespace EmbSync.Core.Storage.Inspection;

/// <summary>What was found out about a store of embsync's own, in SQLite or PostgreSQL.</summary>
/// <param name="Place">For people.</param>
/// <param name="Schema">PostgreSQL's; null in SQLite.</param>
/// <param name="Version">Of the schema; 0 when there is none yet.</param>
/// <param name="Known">The version that this tool makes.</param>
/// <param name="SpareVectors">Vectors of active generations that no chunk refers to.</param>
/// <param name="Sources">Names of sources that have items, with their number.</param>
/// <param name="LockHolder">Who writes right now; null when nobody does.</param>
/// <param name="OpenRuns">Receipts that say running.</param>
/// <param name="HasView">The public view of the default space is there and shows the active generation; null when nothing is active
/// yet.</param>
internal sealed record StoreFacts(
    string Place,
    string? Schema,
    int Version,
    int Known,
    string? Project,
    IReadOnlyList<GenerationFacts> Generations,
    long Chunks,
    long SpareVectors,
    IReadOnlyList<(string Source, long Items)> Sources,
    string? LockHolder,
    IReadOnlyList<(long Id, string Command, DateTimeOffset StartedAt)> OpenRuns,
    bool? HasView)
{
    /// <summary>Of the file; null in PostgreSQL.</summary>
    public FileFacts? File { get; init; }
}

/// <param name="HasTable">The table of its vectors is there.</param>
/// <param name="Missing">Chunks without a vector in it.</param>
internal sealed record GenerationFacts(
    Generation Value, string Table, bool HasTable, long Vectors, long Missing, long WrongSize, long Zero, long NotFinite);

/// <param name="Integrity">What SQLite's own check says; null when it found nothing.</param>
/// <param name="OthersMay">Rights of others on the file, such as 0644; null when only its owner has any.</param>
internal sealed record FileFacts(string Path, string? Integrity, string? OthersMay);
