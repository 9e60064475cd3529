using EmbSync.Core.Model;
using EmbSync.Core.Storage.Inspection;

namespace EmbSync.Core.Jobs.Doctor;

/// <summary>What is wrong with the vectors of a column.</summary>
internal static class ColumnFindings
{
    public static IEnumerable<Finding> Of(VectorColumn column)
    {
        if (column.IsPartitioned || column.Values is not { } values)
        {
            return [];
        }

        var of = values.IsSample ? "of a sample of " : "of ";
        return Coverage(column, values).Concat(Dimensions(column, values)).Concat(Bad(column, values, of));
    }

    public static IEnumerable<Finding> Of(TextTable table)
    {
        var about = table.TextColumn is { } column ? Text.Of($", and text in {column} (about {table.AverageLength:N0} characters a row)")
            : "";
        yield return Finding.Of(FindingKind.NoColumn, table.Table.ToString(), $"It has no embedding column{about}.",
            Mend.Hint($"If it is meant to be searched: ALTER TABLE {table.Table.Sql} ADD COLUMN embedding vector(n), n being the model's dimension; else leave it."));
    }

    private static IEnumerable<Finding> Coverage(VectorColumn column, ColumnValues values)
    {
        if (values.Looked == 0 || values.Embedded == values.Looked)
        {
            yield break;
        }

        var rows = column.IsRowsExact ? Text.Number(column.Rows) : $"about {Text.Number(column.Rows)}";
        var embedded = column.IsRowsExact ? Text.Number(values.Embedded)
            : values.Embedded == 0 ? "0" : "about " + Text.Number((long)((double)values.Embedded / values.Looked * column.Rows));
        yield return Finding.Of(
            values.Embedded == 0 ? FindingKind.NeverEmbedded : FindingKind.PartlyEmbedded, column.Subject, $"{embedded} of {rows} {Text.Noun(column.Rows, "row")} {Text.Agreeing(column.IsRowsExact ? values.Embedded : 2, "has", "have")} a vector.", Backfill(column));
    }

    /// <summary>The one place that says how rows of somebody's own table get their vectors.</summary>
    private static Mend Backfill(VectorColumn column) => Mend.Hint(
        $"embsync reembed --postgres-url env:DATABASE_URL --table {StoreFindings.ShellQuoted(column.Table.Sql)} --column {StoreFindings.ShellQuoted(column.Column)} --text TEXT_COLUMN --model MODEL --dimension N");

    private static IEnumerable<Finding> Dimensions(VectorColumn column, ColumnValues values)
    {
        var name = TableName.Quote(column.Column);
        if (column.Declared is not null)
        {
            yield break;
        }

        if (values.Dimensions.Count > 1)
        {
            var found = string.Join(", ", values.Dimensions.Select(one => Text.Of($"{one.Dimension:N0} ({Text.Count(one.Rows, "row")})")));
            var main = values.Dimensions[0].Dimension;
            yield return Finding.Of(FindingKind.MixedDimensions, column.Subject,
                $"Its vectors have dimensions {found}{(values.IsSample ? " in a sample" : "")}.", Mend.Hint(
                Text.Of($"Embed the others again with one model: SELECT * FROM {column.Table.Sql} WHERE {(column.Type == "sparsevec" ? $"split_part({name}::text, '/', 2)::int" : $"vector_dims({name})")} <> {main};")));
        }
        else
        {
            yield return Finding.Of(FindingKind.OpenDimension, column.Subject, $"Its type is {column.Type}, without a dimension.",
                values.Dimensions is [var only]
                ? Mend.Sql(Text.Of($"ALTER TABLE {column.Table.Sql} ALTER COLUMN {name} TYPE {column.Type}({only.Dimension}); -- locks the table while it rewrites it"))
                : Mend.Hint($"Declare the model's dimension: ALTER TABLE {column.Table.Sql} ALTER COLUMN {name} TYPE {column.Type}(n);"));
        }
    }

    private static IEnumerable<Finding> Bad(VectorColumn column, ColumnValues values, string of)
    {
        var name = TableName.Quote(column.Column);
        var norm = column.Type == "vector" ? "vector_norm" : "l2_norm";
        if (values.Zero > 0)
        {
            yield return Finding.Of(FindingKind.ZeroVectors, column.Subject,
                $"{Text.Number(values.Zero)} {of}{Text.Count(values.Seen, "vector")} {Is(values.Zero)} zero.",
                Mend.Hint($"Embed those rows again, or clear them: UPDATE {column.Table.Sql} SET {name} = NULL WHERE {norm}({name}) = 0;"));
        }

        if (values.NotFinite > 0)
        {
            yield return Finding.Of(FindingKind.NotFinite, column.Subject,
                $"{Text.Number(values.NotFinite)} {of}{Text.Count(values.Seen, "vector")} {Is(values.NotFinite)} not finite.",
                Mend.Hint($"Embed those rows again: SELECT * FROM {column.Table.Sql} WHERE {norm}({name})::text IN ('NaN', 'Infinity');"));
        }

        if (values.NotUnit > 0)
        {
            var byProduct = column.Indexes.Any(index => index.Operator == "<#>") || column.Calls?.ContainsKey("<#>") == true;
            yield return new(FindingKind.NotUnit, byProduct ? Severity.Warning : Severity.Info, column.Subject,
                $"{Text.Number(values.NotUnit)} {of}{Text.Count(values.Seen, "vector")} {Is(values.NotUnit)} not of length 1{(byProduct ? ", and queries or an index compare them by inner product" : "")}.",
                Mend.Hint("Search by cosine (<=>), or store l2_normalize(...) of them."));
        }
    }

    private static string Is(long count) => count == 1 ? "is" : "are";
}
