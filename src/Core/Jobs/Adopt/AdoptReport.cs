using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;

namespace EmbSync.Core.Jobs.Adopt;

/// <summary>What <c>adopt</c> says, dry or not; its members are the JSON, version 1.</summary>
/// <param name="From">Database and table.</param>
/// <param name="Wanted">Texts that a sync would buy.</param>
/// <param name="Rows">Rows with text and vector.</param>
/// <param name="OtherDimension">Rows whose vectors are of another length than the model's.</param>
/// <param name="Unusable">Rows whose vectors are zero or no numbers.</param>
/// <param name="Contradicted">Wanted texts that stand there with several vectors: none of them is taken.</param>
/// <param name="Found">Wanted texts that have a vector there.</param>
/// <param name="Adopted">Vectors that were written; those of the sample are fresh ones instead.</param>
/// <param name="Saves">USD that a sync would pay for what was found; null where the price is unknown.</param>
/// <param name="Check">What comparing the sample costs.</param>
/// <param name="Sample">Null before it was compared.</param>
public sealed record AdoptReport(
    int SchemaVersion, bool DryRun, string Status, string From, string Model, int Dimension, int Wanted, int Rows, int OtherDimension,
    int Unusable, int Contradicted, int Found, int Adopted, decimal? Saves,
    EstimateReport Check, AdoptSample? Sample)
{
    /// <summary>What people should know beside the figures.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    internal static AdoptReport Planned(
        string from, EmbeddingSignature signature, int wanted, AdoptTally tally, PurchaseEstimate check, decimal? saves, bool dryRun) =>
        new(1, dryRun, dryRun ? "planned" : "done", from, signature.Model, signature.Dimension, wanted, tally.Rows, tally.OtherDimension,
            tally.Unusable, tally.Contradicted, tally.Found, 0, saves, EstimateReport.Of(check), null);
}

/// <summary>Vectors that were there against fresh ones of the same texts.</summary>
/// <param name="Failed">Texts that the provider refused.</param>
/// <param name="Lowest">Least cosine; 0 where none was compared.</param>
/// <param name="Below">Vectors whose cosine is below <see cref="AdoptRequest.Least"/>.</param>
public sealed record AdoptSample(int Size, int Failed, double Lowest, double Mean, int Below, int Requests, long Tokens)
{
    internal static AdoptSample Of(List<double> cosines, int size, int requests, long tokens) => new(
        size, size - cosines.Count, cosines.Count == 0 ? 0 : Math.Round(cosines.Min(), 6), cosines.Count == 0 ? 0 : Math.Round(
        cosines.Average(), 6),
        cosines.Count(cosine => !(cosine >= AdoptRequest.Least)), requests, tokens);
}
