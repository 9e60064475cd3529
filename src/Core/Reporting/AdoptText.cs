using System.Text;
using EmbSync.Core.Jobs.Adopt;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>Adoption as people read it.</summary>
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
        : report.Status == "done" ? ink.Good(
            Text.Of($"Adopted {Text.Count(report.Adopted, "vector")}; 'embsync sync' uses {Text.Agreeing(report.Adopted, "it", "them")}."))
        : ink.Bad(Text.Of($"Adopting {report.Status}; {Text.Count(report.Adopted, "vector")} adopted."));
}
