using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Sources;

namespace EmbSync.Core.Planning;

/// <summary>The items that a request names, found in the sources.</summary>
internal sealed class NamedItems(SyncRequest request, EmbSyncConfig config)
{
    private readonly List<ItemName> _names = [.. request.Ids.Select(said => ItemName.Of(said, request.Folder ?? config.Root, config.Root))];

    /// <summary>Which rows are looked at; empty where all are, or none.</summary>
    public async Task<IReadOnlyList<string>> IdsInAsync(IRowSource source, CancellationToken cancellationToken)
    {
        List<string> names = [.. _names.SelectMany(name => name.IdsIn(source.Name)).Distinct(StringComparer.Ordinal)];
        return names.Count == 0 ? [] : await source.FindIdsAsync(names, cancellationToken);
    }

    /// <summary>Null when none are named.</summary>
    /// <exception cref="UsageException">A name means nothing, or may mean several.</exception>
    public IReadOnlySet<ItemKey>? In(IReadOnlyList<SourceSurvey> surveys)
    {
        if (_names.Count == 0)
        {
            return null;
        }

        List<NamedItem> all = [.. surveys.SelectMany(Items)];
        return _names.SelectMany(name => Found(name, all)).Select(item => item.Key).ToHashSet();
    }

    private static IEnumerable<NamedItem> Items(SourceSurvey survey) =>
        survey.Unchanged.Select(item => new NamedItem(new(survey.Source, item.Id), item.Path))
        .Concat(survey.Read.Select(item => new NamedItem(item.Key, item.Path)))
        .Concat(survey.Problems.Select(problem => new NamedItem(new(problem.Source, problem.Id), problem.Path)));

    private IReadOnlyList<NamedItem> Found(ItemName name, List<NamedItem> all)
    {
        var found = name.In(all, folders: true);
        return found.Count == 0 ? throw new UsageException(Nothing(name, all))
            : ItemName.IsAmbiguous(found) && !IsFolder(name, found) ? throw new UsageException(
                $"'{name.Said}' may be several items: say which, {ItemName.Candidates(found)}")
            : found;
    }

    private static bool IsFolder(ItemName name, IReadOnlyList<NamedItem> found) =>
        name.Path is { } folder && found.All(
            item => item.Path is { } path && (folder.Length == 0 || path.StartsWith(folder + "/", StringComparison.Ordinal)));

    private string Nothing(ItemName name, List<NamedItem> all)
    {
        var place = name.Path is { Length: > 0 } path ? Path.Combine(config.Root, path) : null;
        return place is not null && Path.Exists(place)
            ? $"'{name.Path}' is there, and no source takes it: their include and exclude decide ('embsync config show')"
            : $"no item is named '{name.Said}': use its id, its path, or SOURCE:ID{name.Hint(all)}";
    }
}
