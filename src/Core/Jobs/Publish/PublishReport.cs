namespace EmbSync.Core.Jobs.Publish;

/// <summary>What <c>publish</c> says, dry or not; its members are the JSON, version 1.</summary>
public sealed record PublishReport(int SchemaVersion, bool DryRun, IReadOnlyList<PublishedSource> Sources, double Seconds)
{
    /// <summary>What people should know beside the figures.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <param name="Target">Table and columns.</param>
/// <param name="Written">Rows that got vectors, or would.</param>
/// <param name="Unchanged">Rows that show them already, or aren't there.</param>
/// <param name="Waiting">Items that lack a vector: a sync brings them.</param>
/// <param name="Withdrawn">Rows whose vectors were taken away, as they are no longer stored.</param>
public sealed record PublishedSource(string Source, string Target, int Written, int Unchanged, int Waiting, int Withdrawn);
