using System.Text;
using EmbSync.Core.Jobs;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting;

/// <summary>
/// Blocked items in each form but JSON: a line for each code, never one for each item, and those that are known already in one line.
/// </summary>
internal static class BlockedText
{
    /// <summary>GitHub shows ten annotations of a kind.</summary>
    private const int Annotations = 5;

    /// <summary>After a run: how many, of what, and where to read more. One of a kind stands whole.</summary>
    /// <param name="told">Of these: what the run before named.</param>
    /// <param name="run">Receipt that lists what a provider refused; null for none.</param>
    public static void AppendGroups(
        StringBuilder text, IReadOnlyList<SyncError> errors, IReadOnlySet<(string Source, string Id, string Code)> told, long? run, Ink ink)
    {
        var (known, fresh) = Split(errors, told);
        foreach (var group in BlockedGroup.Of(fresh.Select(error => error.Code)))
        {
            text.Append(ink.Bad(group.Code)).Append(group.Items == 1 ? " " + Sentence(fresh.First(error => error.Code == group.Code))
                : group.Line[group.Code.Length..] + "; " + Lister(group.Code, run)).Append('\n');
        }

        text.Append(known.Count == 0 ? "" : Known(known) + "\n");
    }

    /// <summary>Those that are new, with a place each up to a few of a code; then the groups.</summary>
    /// <param name="annotate">Appends one annotation.</param>
    public static void AppendAnnotations(
        StringBuilder text, IReadOnlyList<SyncError> errors, IReadOnlySet<(string Source, string Id, string Code)> told, long? run,
        Action<SyncError> annotate)
    {
        var (known, fresh) = Split(errors, told);
        foreach (var group in BlockedGroup.Of(fresh.Select(error => error.Code)))
        {
            var shown = fresh.Where(error => error.Code == group.Code).Take(Annotations).ToList();
            shown.ForEach(annotate);
            text.Append(group.Items > shown.Count ? $"embsync: {group.Line}; {Lister(group.Code, run)}\n" : "");
        }

        text.Append(known.Count == 0 ? "" : $"embsync: {Known(known)}\n");
    }

    public static void AppendMarkdown(
        StringBuilder text, IReadOnlyList<BlockedGroup> groups, IEnumerable<(string Code, string Where, string What)> items, int listed)
    {
        if (groups.Count == 0)
        {
            return;
        }

        text.Append("\n| blocked | items | what |\n| --- | ---: | --- |\n");
        foreach (var group in groups)
        {
            text.Append(Text.Of($"| {group.Code} | {group.Items:N0} | {Plain.Markdown(group.Meaning)} |\n"));
        }

        var all = items.Take(listed + 1).ToList();
        text.Append("\n<details><summary>Where</summary>\n\n| blocked | where | what |\n| --- | --- | --- |\n");
        foreach (var (code, where, what) in all.Take(listed))
        {
            text.Append($"| {code} | {Plain.Markdown(where)} | {Plain.Markdown(what)} |\n");
        }

        text.Append("\n</details>\n");
        var more = groups.Sum(group => group.Items) - Math.Min(all.Count, listed);
        text.Append(more > 0 ? Text.Of($"\nand {more:N0} more\n") : "");
    }

    /// <summary>In a status: the places under each code.</summary>
    public static void AppendList(StringBuilder text, StatusReport report, Ink ink)
    {
        if (report.Blocked.Count > 0)
        {
            text.Append("\nblocked: these items are left out\n");
        }

        foreach (var group in report.Blocked)
        {
            text.Append(ink.Bad(group.Code)).Append(group.Line[group.Code.Length..]).Append('\n');
            foreach (var entry in report.Drift.Where(entry => entry.State == "blocked" && entry.Code == group.Code))
            {
                text.Append("  ").Append(Plain.Place(entry.Source, entry.Id, entry.Path)).Append(
                    entry.Line is { } line ? Text.Of($":{line}") : "")
                    .Append(entry.Path is not null && entry.Id != entry.Path ? $" [{Plain.Line(entry.Id)}]" : "").Append(' ')
                        .Append(ink.Dim(Plain.Line(entry.Message))).Append('\n');
            }
        }

        text.Append(report.Items.Accepted > 0
            ? ink.Dim($"{Text.Count(report.Items.Accepted, "blocked item")} accepted (accept in the configuration)") + "\n" : "");
    }

    private static (List<SyncError> Known, List<SyncError> Fresh) Split(
        IReadOnlyList<SyncError> errors, IReadOnlySet<(string Source, string Id, string Code)> told)
    {
        var groups = errors.ToLookup(error => told.Contains((error.Source, error.Id, error.Code)));
        return ([.. groups[true]], [.. groups[false]]);
    }

    private static string Sentence(SyncError error) =>
        Plain.Place(error.Source, error.Id, error.Path) + (error.Line is { } line ? Text.Of($":{line}") : "") + " " + Plain.Line(
            error.Message);

    private static string Known(List<SyncError> known) => $"{Text.Count(known.Count, "item")} blocked as before: "
        + string.Join(", ", BlockedGroup.Of(known.Select(error => error.Code))
            .Select(group => Text.Of($"{group.Code} ({group.Items:N0})"))) + "; 'embsync status' lists them";

    private static string Lister(string code, long? run) =>
        code is ProblemCodes.InputRefused or ProblemCodes.BadVector or ProblemCodes.ProviderFailed && run is { } id
            ? Text.Of($"'embsync runs {id}' lists them") : "'embsync status' lists them";
}
