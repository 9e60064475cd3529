using System.Text;
using EmbSync.Core.Model;
using EmbSync.Core.Storage.Inspection;

namespace EmbSync.Core.Jobs.Doctor;

/// <summary>How a column is indexed for nearest neighbours, and how a query must then be written.</summary>
/// <param name="Key">What is indexed, in parentheses where it is an expression.</param>
/// <param name="OperatorClass">Qualified with the extension's schema.</param>
/// <param name="Query">What a query orders by.</param>
internal sealed record IndexStatement(string Key, string OperatorClass, string Query)
{
    private const int MostOfVector = 2_000;
    private const int MostOfHalfVec = 4_000;

    /// <summary>Longest name that PostgreSQL keeps whole.</summary>
    private const int MaxNameBytes = 63;

    /// <summary>Bytes of an HNSW index for one row, beside its vector; measured.</summary>
    private const int RowOverhead = 730;

    private const long MegaByte = 1024 * 1024;

    /// <summary>Null where HNSW can't take vectors of that length.</summary>
    /// <param name="symbol">Operator that queries use.</param>
    public static IndexStatement? For(VectorColumn column, int dimension, string symbol, ExtensionFacts extension)
    {
        var name = TableName.Quote(column.Column);
        var (type, isCast) = column.Type switch
        {
            "vector" when dimension <= MostOfVector => ("vector", column.Declared is null),
            "vector" or "halfvec" when dimension <= MostOfHalfVec && extension.HasHalfVec =>
            ("halfvec", column.Type != "halfvec" || column.Declared is null),
            "sparsevec" => ("sparsevec", false),
            _ => ("", false),
        };
        if (type.Length == 0)
        {
            return null;
        }

        var cast = Text.Of($"{name}::{extension.Schema}.{type}({dimension})");
        return new(
            isCast ? $"({cast})" : name,
            $"{extension.Schema}.{type}_{Suffix(symbol)}_ops",
            isCast ? Text.Of($"ORDER BY {cast} {symbol} $1::{extension.Schema}.{type}({dimension}) LIMIT 10")
            : $"ORDER BY {name} {symbol} $1 LIMIT 10");
    }

    /// <summary>A mend that builds the index beside readers and writers, with the memory it needs.</summary>
    public Mend Build(VectorColumn column, ExtensionFacts extension, IReadOnlySet<TableName> taken, bool isSafe, int dimension)
    {
        var index = NameFor(column, taken);
        var bytes = column.Rows * ((column.Type == "vector" ? 4L : 2L) * dimension + RowOverhead);
        List<string> statements = [Text.Of($"SET maintenance_work_mem = '{Math.Clamp(bytes / MegaByte, 64, 1024)}MB';")];
        if (!extension.HasParallelBuild)
        {
            statements.Add("SET max_parallel_maintenance_workers = 0;");
        }

        statements.Add($"CREATE INDEX CONCURRENTLY {TableName.Quote(index.Name)} ON {column.Table.Sql} USING hnsw ({Key} {OperatorClass}) WITH (m = 16, ef_construction = 64);");
        return new(MendKind.Sql, statements, isSafe, index, Mend.IndexesThen);
    }

    /// <summary>Table, column and method, shortened where needed, with a number where the name is taken.</summary>
    private static TableName NameFor(VectorColumn column, IReadOnlySet<TableName> taken)
    {
        var stem = Shortened($"{column.Table.Name}_{column.Column}", MaxNameBytes - "_hnsw99".Length);
        for (var i = 1; ; i++)
        {
            var name = new TableName(column.Table.Schema, $"{stem}_hnsw{(i == 1 ? "" : Text.Number(i))}");
            if (!taken.Contains(name))
            {
                return name;
            }
        }
    }

    private static string Shortened(string text, int bytes)
    {
        var kept = new StringBuilder();
        var used = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            used += rune.Utf8SequenceLength;
            if (used > bytes)
            {
                break;
            }

            kept.Append(rune.ToString());
        }

        return kept.ToString();
    }

    private static string Suffix(string symbol) => symbol switch
    {
        "<->" => "l2",
        "<#>" => "ip",
        "<+>" => "l1",
        _ => "cosine",
    };
}
