using System.Text;
using EmbSync.Core.Jobs;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>Warnings in each form but JSON: a line for each code, and the places where there is room for them.</summary>
internal static class WarningText
{
    /// <summary>GitHub shows ten annotations of a kind, and drift comes first.</summary>
    private const int Annotations = 5;

    /// <summary>
    /// After a sync: how many, of what, and where to read more. One of a kind stands whole, and so do patterns, of which there are few.
    /// </summary>
    public static void AppendGroups(StringBuilder text, WarningReport warnings, Ink ink)
    {
        foreach (var group in warnings.Groups)
        {
            var entries = warnings.Items.Where(entry => entry.Code == group.Code).ToList();
            if (entries.Count == group.Items && (entries.Count == 1 || group.Code == ProblemCodes.NoMatch))
            {
                entries.ForEach(entry => text.Append(ink.Warn(entry.Code)).Append($" {entry.Place} {Plain.Line(entry.Message)}\n"));
            }
            else
            {
                text.Append(ink.Warn(group.Code)).Append($"{group.Line[group.Code.Length..]}; 'embsync status' lists them\n");
            }
        }
    }

    /// <summary>In a status: the places under each code.</summary>
    public static void AppendList(StringBuilder text, WarningReport warnings, Ink ink)
    {
        if (warnings.Total == 0)
        {
            return;
        }

        text.Append(warnings.Groups.All(group => group.Code == ProblemCodes.NoMatch) ? "\nwarnings\n"
            : "\nwarnings: these items are embedded all the same\n");
        foreach (var group in warnings.Groups)
        {
            text.Append(ink.Warn(group.Code)).Append(group.Line[group.Code.Length..]).Append('\n');
            foreach (var entry in warnings.Items.Where(entry => entry.Code == group.Code))
            {
                text.Append("  ").Append(entry.Place).Append(' ').Append(ink.Dim(Plain.Line(entry.Message))).Append('\n');
            }
        }

        AppendRest(text, warnings, ink);
    }

    public static void AppendMarkdown(StringBuilder text, WarningReport warnings)
    {
        if (warnings.Total == 0)
        {
            return;
        }

        text.Append("\n| warning | items | what |\n| --- | ---: | --- |\n");
        foreach (var group in warnings.Groups)
        {
            text.Append(Text.Of($"| {group.Code} | {group.Items:N0} | {Plain.Markdown(group.Meaning)} |\n"));
        }

        text.Append("\n<details><summary>Where</summary>\n\n| warning | where | what |\n| --- | --- | --- |\n");
        foreach (var entry in warnings.Items)
        {
            text.Append($"| {entry.Code} | {Plain.Markdown(entry.Place)} | {Plain.Markdown(entry.Message)} |\n");
        }

        text.Append("\n</details>\n");
        AppendRest(text, warnings, Ink.Plain);
    }

    /// <param name="annotate">Appends one annotation: path, line, code and message.</param>
    public static void AppendAnnotations(StringBuilder text, WarningReport warnings, Action<WarningEntry> annotate)
    {
        foreach (var group in warnings.Groups)
        {
            var entries = warnings.Items.Where(entry => entry.Code == group.Code).Take(Annotations).ToList();
            entries.ForEach(annotate);
            text.Append(group.Items > entries.Count ? $"embsync: {group.Line}; 'embsync status' lists them\n" : "");
        }
    }

    /// <summary>Lines that no build takes for warnings of its own: a build that treats those as errors must not fail by them.</summary>
    public static void AppendForBuild(StringBuilder text, WarningReport warnings)
    {
        foreach (var group in warnings.Groups)
        {
            text.Append("embsync: ").Append(
                warnings.Items.Where(entry => entry.Code == group.Code).ToList() is [var only] && group.Code == ProblemCodes.NoMatch
                ? $"{only.Code}: {Plain.Line(only.Message)}\n" : $"{group.Line}; 'embsync status' lists them\n");
        }
    }

    private static void AppendRest(StringBuilder text, WarningReport warnings, Ink ink)
    {
        var more = warnings.Total - warnings.Items.Count;
        text.Append(more > 0 ? ink.Dim($"and {Text.Count(more, "warning")} more; raise --limit to list {(more == 1 ? "it" : "them")}")
            + "\n" : "");
    }
}
