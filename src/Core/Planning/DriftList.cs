using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Planning;

/// <summary>The lists and tables that people read, made from the same values as the plan.</summary>
internal static class DriftList
{
    /// <summary>All items that are not current, by source, then path or id.</summary>
    public static IReadOnlyList<Drift> Of(
        PlanInput input, IReadOnlyList<PlannedItem> classified, IReadOnlySet<ItemKey>? chosen)
    {
        var surveys = input.Surveys;
        var reasons = input.Reasons;
        var unchanged = reasons == StaleReasons.None ? [] : surveys.SelectMany(survey => survey.Unchanged.Select(item => new Drift(
            survey.Source, item.Id, item.Path, ItemState.Stale, reasons.Names(), item.Title, null, null)));
        var items = classified.Where(item => item.State is ItemState.Missing or ItemState.Stale).Select(item => new Drift(
            item.Key.Source, item.Key.Id, item.Item.Path, item.State, item.Reasons.Names(), item.Item.Title, null, null));
        var gone = surveys.SelectMany(survey => survey.Gone().Select(item => new Drift(
            survey.Source, item.Id, item.Path, ItemState.Orphaned, [], item.Title, null, null)));
        var blocked = surveys.SelectMany(input.BlockedIn).Select(problem => new Drift(
            problem.Source, problem.Id, problem.Path, ItemState.Blocked, [problem.Code], "", problem.Line, problem.Message));
        return [.. items.Concat(unchanged).Concat(gone).Concat(blocked)
            .Where(drift => chosen is null || chosen.Contains(new(drift.Source, drift.Id)))
            .OrderBy(drift => drift.Source, StringComparer.Ordinal)
            .ThenBy(drift => drift.Path ?? drift.Id, StringComparer.Ordinal)
            .ThenBy(drift => drift.State)];
    }

    /// <summary>Totals by type. A blocked item counts under the type it is stored with, else under <c>unknown</c>.</summary>
    public static IReadOnlyList<TypePlan> Types(PlanInput input, IReadOnlyList<PlannedItem> classified)
    {
        var surveys = input.Surveys;
        var unchanged = surveys.SelectMany(survey => survey.Unchanged).Select(item => (item.Type, Embedded: !input.ModelChanged));
        var read = classified.Select(item => (item.Item.Type, Embedded: item.State == ItemState.Current));
        var blocked = surveys.SelectMany(survey => Blocked(survey, input.BlockedIn(survey)));
        var loaded = unchanged.Concat(read).Concat(blocked).GroupBy(item => item.Item1, StringComparer.Ordinal)
            .Select(group => new TypePlan(group.Key, group.Count(), group.Count(item => item.Item2)));
        var counted = surveys.SelectMany(survey => survey.Rows).Select(
            row => new TypePlan(row.Type, row.Unchanged + row.Unread, input.ModelChanged ? 0 : row.Unchanged));
        return [.. loaded.Concat(counted)
            .GroupBy(type => type.Type, StringComparer.Ordinal)
            .Select(group => new TypePlan(group.Key, group.Sum(type => type.Total), group.Sum(type => type.Embedded)))
            .Where(type => type.Total > 0)
            .OrderBy(type => type.Type, StringComparer.Ordinal)];
    }

    private static IEnumerable<(string Type, bool Embedded)> Blocked(SourceSurvey survey, IEnumerable<ItemProblem> problems)
    {
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (StoredItem item in survey.Stored)
        {
            types.TryAdd(item.Locator, item.Type);
        }

        return problems.Select(problem => (types.GetValueOrDefault(problem.Path ?? problem.Id, "unknown"), false));
    }
}
