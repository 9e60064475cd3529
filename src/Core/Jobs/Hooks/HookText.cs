using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;

namespace EmbSync.Core.Jobs.Hooks;

/// <summary>What a hook tells the person who pushes: a line for each thing worth one, none where all is in step.</summary>
public static class HookText
{
    /// <summary>Names that a line holds; how many more there are is said.</summary>
    private const int Named = 5;

    public static IReadOnlyList<string> Of(IReadOnlyList<SyncResult> results, AutoIndex gate)
    {
        ArgumentNullException.ThrowIfNull(results);
        var reports = results.Select(result => result.Report).ToList();
        var lines = new List<string>();
        var items = reports.Where(report => !report.DryRun).Select(report => report.Items).ToList();
        var chunks = reports.Where(report => !report.DryRun).Sum(report => report.Chunks.Embedded);
        List<string> done = [.. new[]
            { (items.Sum(one => one.New), "new"), (items.Sum(one => one.Changed), "changed"), (items.Sum(one => one.Metadata),
            "metadata"), (items.Sum(one => one.Deleted), "deleted") }
            .Where(count => count.Item1 > 0).Select(count => Text.Of($"{count.Item1:N0} {count.Item2}"))];
        if (done.Count > 0 || chunks > 0)
        {
            lines.Add($"{(done.Count > 0 ? string.Join(", ", done) + "; " : "")}{Text.Count(chunks, "chunk")} embedded" + Cost(reports));
        }

        var blocked = reports.SelectMany(report =>
            report.Errors.Where(error => !report.Told.Contains((error.Source, error.Id, error.Code)))).DistinctBy(error =>
            (error.Source, error.Id, error.Code)).ToList();
        lines.AddRange(BlockedGroup.Of(blocked.Select(error => error.Code)).Select(group =>
            $"{group.Line}, blocked: " + List(
                blocked.Where(error => error.Code == group.Code).Select(error => Plain.Place(error.Source, error.Id, error.Path)))));

        var held = reports.SelectMany(report => report.Held).DistinctBy(item => item.Key).ToList();
        if (held.Count > 0)
        {
            lines.Add($"{Text.Count(held.Count, "item")} pending, which embeddings.autoIndex {Name(gate)} leaves to you: "
                + List(held.Select(item => item.Path ?? item.Key.Id)) + ". 'embsync sync' does it, 'embsync status' says what it costs");
        }

        return lines;
    }

    private static string Cost(List<SyncReport> reports) =>
        reports.Aggregate((decimal?)0m, (sum, report) => sum + (report.DryRun ? 0 : report.Cost.Actual)) is { } cost ? cost > 0
            ? Text.Of($", ${cost:0.0000}") : "" : ", cost unknown";

    private static string List(IEnumerable<string> names)
    {
        List<string> all = [.. names.Select(Plain.Line)];
        return string.Join(", ", all.Take(Named)) + (all.Count > Named ? Text.Of($" and {all.Count - Named:N0} more") : "");
    }

    private static string Name(AutoIndex gate) => gate switch
    {
        AutoIndex.Off => "off",
        AutoIndex.OnCreate => "onCreate",
        _ => "onUpdate",
    };
}
