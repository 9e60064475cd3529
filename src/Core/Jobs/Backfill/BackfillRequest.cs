namespace EmbSync.Core.Jobs.Backfill;

/// <summary>A backfill: rounds of a few items with pauses between, until nothing is left.</summary>
/// <param name="Rounds">At most.</param>
/// <param name="Pause">After each round but the last.</param>
/// <param name="Limit">Chunks a round; most rows are one chunk.</param>
/// <param name="Sources">Names; empty for all.</param>
public sealed record BackfillRequest(int Rounds, TimeSpan Pause, int Limit, IReadOnlyList<string> Sources)
{
    public const int DefaultRounds = 100;
    public const int DefaultSeconds = 15;
    public const int LeastSeconds = 5;
    public const int DefaultLimit = 200;
}

/// <summary>How far a backfill is; reported after each round.</summary>
/// <param name="Done">Items that have their vectors since it began, whoever bought them.</param>
/// <param name="Total">Items that had none when it began.</param>
/// <param name="Left">Time; null before the first round ended.</param>
/// <param name="Cost">USD so far, of this process; null where the price is unknown.</param>
/// <param name="CostLeft">USD; null where the price is unknown.</param>
public readonly record struct BackfillProgress(
    int Round, int Rounds, int Done, int Total, int Embedded, int Failed, TimeSpan? Left, decimal? Cost, decimal? CostLeft);
