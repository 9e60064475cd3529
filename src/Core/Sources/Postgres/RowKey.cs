namespace EmbSync.Core.Sources.Postgres;

/// <summary>How rows <c>t</c> are found by their ids.</summary>
/// <param name="Id">Text.</param>
/// <param name="WithIds">Condition that the id is in <c>$1</c>, an array of text.</param>
/// <param name="Match">Condition that it is <c>u.id</c>, a text.</param>
internal sealed record RowKey(string Id, string WithIds, string Match)
{
    /// <param name="one">The key's only column and its type, which an index is over; null for several.</param>
    public static RowKey Of((string Quoted, string Type)? one, string id) => one is { } column
        ? new(id, $"t.{column.Quoted} = ANY ($1::text[]::{column.Type}[])", $"t.{column.Quoted} = u.id::{column.Type}")
        : new(id, $"{id} = ANY ($1)", $"{id} = u.id");
}
