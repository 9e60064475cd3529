using EmbSync.Core.Configuration;
using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Model;

namespace EmbSync.Core.Jobs.Search;

/// <summary>Conditions that nothing can meet: a slip in <c>--where</c> or <c>--type</c> looks like an answer otherwise.</summary>
internal sealed class FilterCheck(Workspace workspace)
{
    /// <summary>Values that a message names.</summary>
    private const int Listed = 8;

    /// <summary>Keys and values that are looked through for one that is near.</summary>
    private const int Known = 1_000;

    /// <exception cref="UsageException">No source has such a key, and no item.</exception>
    public async Task RequireKeysAsync(IReadOnlyList<KeyValuePair<string, string>> where, CancellationToken cancellationToken)
    {
        var configured = workspace.Config.Sources.SelectMany(Metadata).ToHashSet(StringComparer.Ordinal);
        foreach (var key in where.Select(pair => pair.Key).Where(key => !configured.Contains(key)))
        {
            var stored = (await workspace.Store.ReadFacetsAsync(null, Known, cancellationToken)).Select(facet => facet.Value).ToList();
            if (!stored.Contains(key, StringComparer.Ordinal))
            {
                List<string> keys = [.. stored.Concat(configured).Distinct(StringComparer.Ordinal)];
                throw new UsageException(keys.Count == 0
                    ? $"--where {key}=...: no item has metadata. Say with 'metadata' under a source what is stored with its items"
                    : $"--where {key}=...: no item has this key; {Guess.ThereIs(key, keys)}");
            }
        }
    }

    /// <summary>Why nothing was found, where a condition alone is the reason.</summary>
    public async Task<IReadOnlyList<string>> NotesAsync(
        string? type, IReadOnlyList<KeyValuePair<string, string>> where, CancellationToken cancellationToken)
    {
        var notes = new List<string>();
        if (type is not null && await UnknownTypeAsync(type, cancellationToken) is { } unknown)
        {
            notes.Add(unknown);
        }

        foreach (var (key, value) in where)
        {
            var values = await workspace.Store.ReadFacetsAsync(key, Known, cancellationToken);
            if (values.Count < Known && !values.Any(one => one.Value == value))
            {
                notes.Add($"--where {key}={Plain.Line(value)}: no item says so; " + (values.Count == 0 ? $"none has a value of '{key}'"
                    : $"there is {List(value, values)}{Guess.Hint(value, values.Select(one => one.Value))}"));
            }
        }

        return notes;
    }

    /// <summary>What is said of a type that no item has; null for one that is there.</summary>
    public async Task<string?> UnknownTypeAsync(string type, CancellationToken cancellationToken)
    {
        var types = (await workspace.Store.ReadCoverageAsync(null, cancellationToken)).Select(row => row.Type).Distinct(
            StringComparer.Ordinal).ToList();
        return types.Contains(type, StringComparer.Ordinal) ? null
            : $"--type {Plain.Line(type)}: no item is of this type; {Guess.ThereIs(type, types)}";
    }

    private static IReadOnlyList<string> Metadata(SourceConfig source) => source switch
    {
        MarkdownSourceConfig markdown => markdown.Metadata,
        TableSourceConfig table => table.Metadata,
        JsonSourceConfig json => json.Metadata,
        _ => [],
    };

    /// <summary>The near ones first, then the frequent ones.</summary>
    private static string List(string given, IReadOnlyList<Storage.Facet> values)
    {
        var near = Guess.Near(given, values.Select(one => one.Value));
        return string.Join(", ", values.OrderBy(one => near.Contains(one.Value) ? 0 : 1).Take(Listed).Select(
            one => $"'{Plain.Line(one.Value)}' ({Text.Number(one.Items)})"))
            + (values.Count > Listed ? Text.Of($" and {values.Count - Listed:N0} more") : "");
    }
}
