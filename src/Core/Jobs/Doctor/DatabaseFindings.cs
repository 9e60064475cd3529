using EmbSync.Core.Model;
using EmbSync.Core.Storage.Inspection;

namespace EmbSync.Core.Jobs.Doctor;

/// <summary>All findings about a database, by code and subject. Pure: the same facts give the same findings.</summary>
internal static class DatabaseFindings
{
    /// <param name="expected">Of the store in <paramref name="schema"/>; null without a configuration.</param>
    /// <param name="schema">Where the configured store is to be; null to take what is there.</param>
    public static IReadOnlyList<Finding> Of(DatabaseFacts facts, StoreExpectation? expected = null, string? schema = null)
    {
        IEnumerable<Finding> found =
        [
            .. ExtensionFindings.Of(facts),
            .. facts.Columns.SelectMany(ColumnFindings.Of),
            .. Indexes(facts),
            .. facts.TextTables.SelectMany(ColumnFindings.Of),
            .. facts.Stores.SelectMany(store => StoreFindings.Of(store, store.Schema == schema ? expected : null)),
            .. facts.Unseen.Select(one => Finding.Of(FindingKind.NotSeen, one.Subject, $"Not looked into: {one.Why}.")),
        ];
        return Sorted(schema is not null && facts.Stores.All(store => store.Schema != schema)
            ? found.Append(Finding.Of(
                FindingKind.NoStore, $"{facts.Place} schema {schema}", "Nothing was ever written to it.", Mend.Command("embsync sync")))
            : found);
    }

    /// <summary>Worst first.</summary>
    public static IReadOnlyList<Finding> Sorted(IEnumerable<Finding> findings) =>
        [.. findings.OrderByDescending(one => one.Severity).ThenBy(one => one.Kind.Code, StringComparer.Ordinal).ThenBy(
            one => one.Subject, StringComparer.Ordinal)];

    /// <summary>Names that one mend takes are taken for the next.</summary>
    private static IEnumerable<Finding> Indexes(DatabaseFacts facts)
    {
        var taken = facts.HnswNames.ToHashSet();
        foreach (var column in facts.Columns)
        {
            foreach (var finding in new IndexFindings(column, facts with { HnswNames = taken }, IsKeptOnly(column, facts)).All())
            {
                if (finding.Mend?.Builds is { } name)
                {
                    taken.Add(name);
                }

                yield return finding;
            }
        }
    }

    private static bool IsKeptOnly(VectorColumn column, DatabaseFacts facts) =>
        facts.Stores.Any(store => store.Schema == column.Table.Schema
        && store.Generations.Any(one => one.Table == column.Table.Name && one.Value.State != GenerationState.Active));
}
