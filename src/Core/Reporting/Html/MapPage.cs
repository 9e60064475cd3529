using EmbSync.Core.Jobs.Map;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;

namespace EmbSync.Core.Reporting.Html;

/// <summary>A map in the form that the page draws.</summary>
internal static class MapPage
{
    /// <summary>Points that the page names of a group.</summary>
    private const int Named = 5;

    public static PageMap Of(ItemMap map, StatusReport status, double threshold)
    {
        var scale = map.Places.Count == 0 ? 1 : Math.Max(1e-9, map.Places.Max(place => Math.Max(Math.Abs(place.X), Math.Abs(place.Y))));
        var duplicates = map.Duplicates.Groups.SelectMany(group => group.Members).ToHashSet();
        var (labels, unoffered) = MapLabels.Of(map.Items, States(map, status), duplicates);
        return new(
            map.Total, map.LeftOut, [.. map.Shares.Select(share => Math.Round(share, 4))],
            [.. map.Places.Select(place => Math.Round(place.X / scale, 5))],
            [.. map.Places.Select(place => Math.Round(place.Y / scale, 5))],
            [.. map.Items.Select(item => Plain.Line(item.Title.Length > 0 ? item.Title : item.Key.Id))],
            [.. map.Items.Select(item => Plain.Line(item.Path ?? $"{item.Key.Source}/{item.Key.Id}"))],
            labels, threshold, map.Duplicates.Pairs,
            [.. map.Duplicates.Groups.Take(HtmlReport.MostGroups).Select(group => new PageGroup(
                group.Members.Count, Math.Round(group.Closest, 4), [.. group.Members.Take(Named)]))],
            map.Duplicates.Groups.Count, [.. duplicates.Order()], unoffered);
    }

    /// <summary>As the list of drift names them. What it doesn't name is current, unless rows were counted without being read.</summary>
    private static IReadOnlyList<string> States(ItemMap map, StatusReport status)
    {
        var items = status.Items;
        var rest = status.Drift.Count < items.Missing + items.Stale + items.Orphaned + items.Blocked ? "current, or not read" : "current";
        var drifted = new Dictionary<(string Source, string Name), string>();
        foreach (var drift in status.Drift)
        {
            drifted.TryAdd((drift.Source, drift.Id), drift.State);
            drifted.TryAdd((drift.Source, drift.Path ?? drift.Id), drift.State);
        }

        return [.. map.Items.Select(item => drifted.GetValueOrDefault((item.Key.Source, item.Key.Id))
            ?? drifted.GetValueOrDefault((item.Key.Source, item.Path ?? item.Key.Id)) ?? rest)];
    }
}
