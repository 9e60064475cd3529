namespace EmbSync.Core.Model;

/// <summary>What the receipts of one model teach about the next run.</summary>
/// <param name="Runs">Receipts that it is learned from; 0 for none.</param>
/// <param name="TokenFactor">Tokens billed for each token estimated from text; 1 before anything was billed.</param>
/// <param name="SecondsARequest">Of a whole run, at the concurrency it had; null where none is known.</param>
public sealed record PastRuns(int Runs, double TokenFactor, double? SecondsARequest)
{
    public static readonly PastRuns None = new(0, 1, null);
}
