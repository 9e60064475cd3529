namespace EmbSync.Core.Planning;

/// <summary>Rows of one type that were counted and not loaded.</summary>
/// <param name="Unchanged">Items that are stored as they are, with all their vectors.</param>
/// <param name="UnchangedChunks">Theirs.</param>
/// <param name="Missing">New rows that were not read, as there are more than one run looks at.</param>
/// <param name="Stale">Stored ones that differ and were not read.</param>
/// <param name="Chunks">Of those not read: estimated from their length.</param>
/// <param name="Tokens">Of those not read: estimated from their length.</param>
public sealed record RowCount(string Type, int Unchanged, int UnchangedChunks, int Missing, int Stale, int Chunks, long Tokens)
{
    public int Unread => Missing + Stale;
}
