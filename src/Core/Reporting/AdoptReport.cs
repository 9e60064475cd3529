using System.Text;
using EmbSync.Core.Adopt;
using EmbSync.Core.Model;
using EmbSync.Core.Sync;

namespace EmbSync.Core.Reporting;

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
    int SchemaVersion, bool DryRun, string Status, string From, string Model, int Dimension, int Wanted, int Rows, int OtherDimension, int Unusable, int Contradicted, int Found, int Adopted, decimal? Saves,
    EstimateReport Check, AdoptSample? Sample)
{
    /// <summary>What people should know beside the figures.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    internal static AdoptReport Planned(
        string from, EmbeddingSignature signature, int wanted, AdoptTally tally, PurchaseEstimate check, decimal? saves, bool dryRun) =>
        new(1, dryRun, dryRun ? "planned" : "done", from, signature.Model, signature.Dimension, wanted, tally.Rows, tally.OtherDimension, tally.Unusable, tally.Contradicted, tally.Found, 0, saves, EstimateReport.Of(check), null);
}

/// <summary>Vectors that were there against fresh ones of the same texts.</summary>
/// <param name="Failed">Texts that the provider refused.</param>
/// <param name="Lowest">Least cosine; 0 where none was compared.</param>
/// <param name="Below">Vectors whose cosine is below <see cref="AdoptRequest.Least"/>.</param>
public sealed record AdoptSample(int Size, int Failed, double Lowest, double Mean, int Below, int Requests, long Tokens)
{
    internal static AdoptSample Of(List<double> cosines, int size, int requests, long tokens) => new(
        size, size - cosines.Count, cosines.Count == 0 ? 0 : Math.Round(cosines.Min(), 6), cosines.Count == 0 ? 0 : Math.Round(cosines.Average(), 6),
        cosines.Count(cosine => !(cosine >= AdoptRequest.Least)), requests, tokens);
}

/// <summary>The same as people read it.</summary>
public static class AdoptText
{
    public static string Of(AdoptReport report, Ink ink)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(ink);
        var text = new StringBuilder();
        text.Append(Text.Of($"{Plain.Line(report.From)}: {Text.Count(report.Rows, "row")} with text and vector; of {Text.Count(report.Wanted, "text")} that a sync would buy, {report.Found:N0} {Text.Agreeing(report.Found, "is", "are")} among them"));
        text.Append(report.Found > 0 ? $" (saves {Figures.Cost(report.Saves)})" : "").Append('\n');
        text.Append(report.OtherDimension > 0 ? Text.Of($"{Left(report.OtherDimension, "row")} {Text.Agreeing(report.OtherDimension, "its vector has", "their vectors have")} another dimension than {report.Dimension}\n") : "");
        text.Append(report.Unusable > 0 ? Text.Of($"{Left(report.Unusable, "row")} {Text.Agreeing(report.Unusable, "its vector is zero, or no", "their vectors are zero, or no")} numbers\n") : "");
        text.Append(report.Contradicted > 0 ? Text.Of($"{Left(report.Contradicted, "text")} {Text.Agreeing(report.Contradicted, "it stands", "they stand")} there with several vectors\n") : "");
        text.Append(report.Sample is { } sample
            ? Text.Of($"sample: {Text.Count(sample.Size, "text")} embedded again by {Plain.Line(report.Model)}, {Text.Count(sample.Tokens, "token")}; cosine {sample.Lowest:0.0000} at least, {sample.Mean:0.0000} on average{Confidence(sample, report.Found)}\n")
            : report.Found > 0 ? $"sample to compare: {Figures.Purchase(report.Check.Chunks, report.Check.Requests, report.Check.Tokens, report.Check.Cost, report.Check.PriceFrom, report.Check.CalibratedBy, report.Check.Seconds)}\n" : "");
        return text.Append(Verdict(report, ink)).Append('\n').ToString();
    }

    private static string Left(long count, string noun) => $"{Text.Count(count, noun)} {Text.Agreeing(count, "is", "are")} left:";

    /// <summary>Rule of three; nothing to say where all were compared.</summary>
    private static string Confidence(AdoptSample sample, int found) => sample.Below + sample.Failed > 0 || sample.Size >= found ? ""
        : Text.Of($"; with 95 % confidence at most {300.0 / sample.Size:0.#} % of the others are wrong");

    private static string Verdict(AdoptReport report, Ink ink) =>
        report.DryRun ? ink.Dim("Dry run: nothing was bought or written.")
        : report.Found == 0 ? "Nothing to adopt: no vector there is of a text that a sync would buy."
        : report.Status == "done" ? ink.Good(Text.Of($"Adopted {Text.Count(report.Adopted, "vector")}; 'embsync sync' uses {Text.Agreeing(report.Adopted, "it", "them")}."))
        : ink.Bad(Text.Of($"Adopting {report.Status}; {Text.Count(report.Adopted, "vector")} adopted."));
}
