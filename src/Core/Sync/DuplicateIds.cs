using EmbSync.Core.Model;

namespace EmbSync.Core.Sync;

/// <summary>Two entries that claim one id: both are named, and what is stored under it stays as it is.</summary>
public static class DuplicateIds
{
    public static SourceSurvey SetAside(SourceSurvey survey)
    {
        ArgumentNullException.ThrowIfNull(survey);
        var claims = survey.Unchanged.Select(item => (item.Id, item.Locator))
            .Concat(survey.Read.Select(item => (item.Key.Id, item.Entry.Locator)))
            .GroupBy(claim => claim.Item1, claim => claim.Item2, StringComparer.Ordinal)
            .Where(group => group.Count() > 1)
            .ToDictionary(group => group.Key, group => group.Order(StringComparer.Ordinal).ToList(), StringComparer.Ordinal);
        if (claims.Count == 0)
        {
            return survey;
        }

        var problems = claims.OrderBy(claim => claim.Key, StringComparer.Ordinal).SelectMany(claim => claim.Value.Select(path =>
            new ItemProblem(ProblemCodes.DuplicateId, survey.Source, claim.Key, path, 1,
                $"id '{claim.Key}' is also claimed by {Others(claim.Value, path)}; give each its own id")));
        return survey with
        {
            Unchanged = [.. survey.Unchanged.Where(item => !claims.ContainsKey(item.Id))],
            Read = [.. survey.Read.Where(item => !claims.ContainsKey(item.Key.Id))],
            Problems = [.. survey.Problems, .. problems],
        };
    }

    private static string Others(List<string> paths, string path) =>
        string.Join(", ", paths.Where(other => other != path).Take(3)) + (paths.Count > 4 ? $" and {paths.Count - 4} more" : "");
}
