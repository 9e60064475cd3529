using System.Text;
using EmbSync.Core.Jobs.Repair;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>The result of a repair as people read it on a terminal.</summary>
public static class RepairText
{
    public static string Of(RepairReport report, Ink ink)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(ink);
        var text = new StringBuilder($"{Plain.Line(report.Store)}\n");
        foreach (var step in report.Steps)
        {
            var state = step.State switch
            {
                "done" => ink.Good("mended"),
                "left" => ink.Bad("left"),
                _ => ink.Warn("planned"),
            };
            text.Append(state).Append("  ").Append(step.Subject.Length > 0 ? Plain.Line(step.Subject) + ": " : "")
                .Append(Plain.Line(step.Text)).Append('\n');
        }

        foreach (var one in report.Verified)
        {
            text.Append(one.Below > 0 ? ink.Bad("left") : ink.Good("well")).Append("  ");
            text.Append(Text.Of($"space {Plain.Line(one.Space)}, {Plain.Line(one.Model)}: {Text.Count(one.Sampled, "stored vector")} compared with {Text.Agreeing(one.Sampled, "a new one", "new ones")} (seed {one.Seed}), cosine {one.Minimum:0.0000} at least, {one.Mean:0.0000} on average"));
            text.Append(one.Unreadable > 0 ? Text.Of($", {one.Unreadable:N0} could not be compared") : "");
            text.Append(one.Below > 0 ? Text.Of($"; {one.Below:N0} below {one.Least}: the model behind the name is another than it was. 'embsync sync --reindex --dry-run' says what it costs to buy all again") : "").Append('\n');
        }

        if (report.Tokens is { } tokens)
        {
            text.Append(Text.Of($"compared with {Text.Count(report.Requests, "request")}; tokens {tokens.Estimated:N0} estimated, {(tokens.Billed is { } billed ? $"{Text.Number(billed)} billed" : "bill unknown")}; cost {Figures.Cost(report.Cost?.Actual)}\n"));
        }

        if (report.Missing is { Items: > 0 } missing)
        {
            text.Append(ink.Bad("left")).Append(Text.Of($"  {Text.Count(missing.Items, "item")} not in step, {Text.Count(missing.Chunks, "chunk")} to embed, about {Text.Count(missing.Tokens, "token")}, {Figures.Cost(missing.Cost)}: run 'embsync sync'\n"));
        }

        return text.Append(Verdict(report, ink)).Append('\n').ToString();
    }

    private static string Verdict(RepairReport report, Ink ink) => report.Status switch
    {
        "planned" => ink.Dim("Dry run: nothing was bought or written."),
        "well" => ink.Good("All is well."),
        "mended" => ink.Good("Mended."),
        "left" => ink.Warn("Done, but for what is left above."),
        "lost" => ink.Bad("Failed: the store went away under the repair, with all that was in it."),
        _ => ink.Bad("Failed: what was mended is kept, and the next run does the rest."),
    };
}
