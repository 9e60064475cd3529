namespace EmbSync.Core.Storage.Postgres.Inspection;

/// <summary>What of a database is looked at.</summary>
/// <param name="Schema">Only this one; null for all.</param>
/// <param name="Table">Only this table, wherever it is: the name alone, or with its schema before a dot; null for all.</param>
internal sealed record InspectionRange(string? Schema, string? Table)
{
    public bool Has(string schema) => Schema is null || Schema == schema;

    /// <param name="find">Asked with schema and name; null for any. A name that holds a dot is tried both ways.</param>
    public async Task<List<T>> FindAsync<T>(Func<string?, string?, Task<List<T>>> find)
    {
        if (Table is null)
        {
            return await find(Schema, null);
        }

        var found = await find(null, Table);
        var dot = Table.IndexOf('.', StringComparison.Ordinal);
        return found.Count > 0 || dot <= 0 ? found : await find(Table[..dot], Table[(dot + 1)..]);
    }
}
