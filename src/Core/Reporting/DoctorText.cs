using System.Text;
using EmbSync.Core.Jobs.Doctor;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>What <c>doctor</c> found, as people read it on a terminal.</summary>
public static class DoctorText
{
    public static string Of(DoctorReport report, Ink ink)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(ink);
        var text = new StringBuilder();
        text.Append(ink.Bold(Plain.Line(report.Target))).Append('\n');
        AppendParts(text, report);
        AppendColumns(text, report, ink);
        foreach (var finding in report.Findings)
        {
            AppendFinding(text, finding, ink);
        }

        AppendMends(text, report, ink);
        return text.Append('\n').Append(Verdict(report, ink)).Append('\n').ToString();
    }

    internal static string Verdict(DoctorReport report, Ink ink)
    {
        var counts = report.Counts;
        if (!report.HasFaults)
        {
            return ink.Good("Nothing is wrong." + (counts.Infos > 0 ? $" {Text.Count(counts.Infos, "remark")}." : ""));
        }

        var line = ink.Bad($"{Text.Count(counts.Errors, "error")}, {Text.Count(counts.Warnings, "warning")}")
            + $", {Text.Count(counts.Infos, "remark")}.";
        return line + (report.Fixable > 0 && report.Mends.Count == 0
            ? $" embsync doctor --fix mends {Text.Number(report.Fixable)} of them; with --dry-run it only shows how." : "");
    }

    internal static string Rows(ColumnReport column) => (column.RowsExact ? "" : "about ") + Text.Number(column.Rows);

    internal static string Coverage(ColumnReport column) => Changed(column.Before?.Coverage is { } old ? Figures.Percent(old) : null,
        column.Coverage is { } now ? Figures.Percent(now) + (column.Sampled && !column.RowsExact ? " (sample)" : "") : "-");

    /// <summary>The one a search uses; else those that are there.</summary>
    internal static string Index(ColumnReport column)
    {
        var valid = column.Indexes.Where(index => index.Valid).ToList();
        return column.Search?.Index is { } used ? $"{used} (used)"
            : valid.Count > 0 ? string.Join(", ", valid.Select(index => index.Name)) + (column.Search is null ? "" : " (not used)")
            : column.Indexes.Count > 0 ? "INVALID" : "none";
    }

    /// <summary>Before and after where a mend changed what a search goes by; elsewhere two times would only differ by chance.</summary>
    internal static string Search(ColumnReport column) => Changed(
        column.Before is { Milliseconds: { } old } before && before.Index != column.Search?.Index ? Time(old)
        : null, column.Search?.Milliseconds is { } now ? Time(now) : "-");

    private static string Time(double milliseconds) => Text.Of($"{milliseconds:0.0} ms");

    private static string Changed(string? before, string now) => before is null || before == now ? now : $"{before} -> {now}";

    private static void AppendParts(StringBuilder text, DoctorReport report)
    {
        if (report.Server is { } server)
        {
            text.Append($"PostgreSQL {Plain.Line(server.Version)}, {server.Encoding}, pgvector {server.PgVector ?? "absent"}");
            text.Append(server.PgVectorAvailable is { } available && available != server.PgVector ? $" ({available} on the server)" : "")
                .Append(server.ReadOnly ? ", read-only\n" : "\n");
        }

        foreach (var store in report.Stores)
        {
            text.Append($"store {Plain.Line(store.Place)}: {(store.Project is { } project ? $"project {Plain.Line(project)}, " : "")}{Text.Count(store.Chunks, "chunk")}\n");
            foreach (var one in store.Generations)
            {
                text.Append(Text.Of($"  generation {one.Id}: {Plain.Line(one.Provider)} {Plain.Line(one.Model)}, {one.Dimension}, {one.State}, {Text.Count(one.Vectors, "vector")}, {one.Missing:N0} missing\n"));
            }
        }

        if (report.Provider is { } provider)
        {
            text.Append($"provider {Plain.Line(provider.Endpoint)}: {Plain.Line(provider.Model)}, {Text.Number(provider.Dimension)}: ")
                .Append(provider.Milliseconds is { } time ? $"usable, {Time(time)}\n" : "not usable\n");
            foreach (var lesson in provider.Learned)
            {
                text.Append($"  {Plain.Line(lesson)}\n");
            }
        }
    }

    private static void AppendColumns(StringBuilder text, DoctorReport report, Ink ink)
    {
        if (report.Columns.Count == 0)
        {
            return;
        }

        var table = new PlainTable("column", "type", "rows>", "coverage>", "index", "search>");
        foreach (var column in report.Columns)
        {
            table.Add($"{Plain.Line(column.Table)}.{Plain.Line(column.Column)}", column.Type, Rows(column), Coverage(column),
                Plain.Line(Index(column)), Search(column));
        }

        text.Append('\n').Append(table.Render(ink));
    }

    private static void AppendFinding(StringBuilder text, FindingReport finding, Ink ink)
    {
        var severity = finding.Severity switch
        {
            "error" => ink.Bad(finding.Severity),
            "warning" => ink.Warn(finding.Severity),
            _ => ink.Dim(finding.Severity),
        };
        text.Append($"\n{severity} {finding.Code} {ink.Bold(Plain.Line(finding.Subject))}: {finding.Title}\n");
        Append(text, Plain.Line(finding.Problem) + " " + finding.Why, ink);
        if (finding.Mend is not { } mend)
        {
            return;
        }

        // What is to be pasted isn't folded: a line break inside would be pasted too.
        foreach (var line in mend.Text.Split('\n'))
        {
            text.Append(mend.Kind == "hint" ? "  " : "    ").Append(Plain.Line(line)).Append('\n');
        }

        text.Append(mend.Fix ? "  " + ink.Dim("(--fix does this)") + "\n" : "");
    }

    private static void AppendMends(StringBuilder text, DoctorReport report, Ink ink)
    {
        if (report.Mends.Count == 0)
        {
            return;
        }

        text.Append('\n').Append(ink.Bold(report.Mends[0].State == "planned" ? "--fix would do, in this order:" : "Mended:")).Append('\n');
        foreach (var mend in report.Mends)
        {
            var state = mend.State switch
            {
                "done" => ink.Good(mend.State),
                "failed" => ink.Bad(mend.State),
                _ => mend.State,
            };
            text.Append($"  {state} {mend.Code} {Plain.Line(mend.Subject)}{(mend.Seconds is { } seconds ? $", {Figures.Seconds(seconds)}" : "")}\n");
            foreach (var statement in mend.Statements)
            {
                text.Append("    ").Append(Plain.Line(statement)).Append('\n');
            }

            text.Append(mend.Message is { } message ? $"    {ink.Bad(Plain.Line(message))}\n" : "");
        }
    }

    /// <summary>Words folded to the terminal's width, indented.</summary>
    private static void Append(StringBuilder text, string sentence, Ink ink)
    {
        var column = 0;
        foreach (var word in sentence.Split(' '))
        {
            var width = PlainTable.Columns(word);
            if (column == 0 || column + 1 + width > ink.Width)
            {
                text.Append(column == 0 ? "  " : "\n  ");
                column = 2;
            }
            else
            {
                text.Append(' ');
                column++;
            }

            text.Append(word);
            column += width;
        }

        text.Append('\n');
    }
}
