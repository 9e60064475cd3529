namespace EmbSync.Core.Storage.Inspection;

/// <summary>Schema and name of a table or an index, as the catalog has them.</summary>
internal sealed record TableName(string Schema, string Name)
{
    /// <summary>For statements.</summary>
    public string Sql => $"{Quote(Schema)}.{Quote(Name)}";

    public static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>For people.</summary>
    public override string ToString() => $"{Schema}.{Name}";
}

/// <summary>All that was found out about one database, in one look that changed nothing.</summary>
/// <param name="Place">Host and database.</param>
/// <param name="Version">Of the server, as it says.</param>
/// <param name="CountedSince">When the server began to count scans; null when it doesn't say.</param>
/// <param name="HnswNames">Names of relations that a new index could collide with.</param>
/// <param name="Unseen">What could not be looked at, and why: a sentence each.</param>
internal sealed record DatabaseFacts(
    string Place,
    string User,
    string Version,
    string Encoding,
    bool IsReadOnly,
    ExtensionFacts Extension,
    IReadOnlyList<VectorColumn> Columns,
    IReadOnlyList<TextTable> TextTables,
    IReadOnlyList<StoreFacts> Stores,
    DateTimeOffset? CountedSince,
    IReadOnlySet<TableName> HnswNames,
    IReadOnlyList<(string Subject, string Why)> Unseen);

/// <param name="Installed">In this database; null when it lacks the extension.</param>
/// <param name="Available">On the server; null when pgvector is not installed there.</param>
/// <param name="Schema">Where its types are, quoted.</param>
/// <param name="MayCreate">The user may make or update it.</param>
internal sealed record ExtensionFacts(Version? Installed, Version? Available, string Schema, bool MayCreate)
{
    public bool HasHnsw => Installed >= new Version(0, 5);

    public bool HasHalfVec => Installed >= new Version(0, 7);

    public bool HasIterativeScan => Installed >= new Version(0, 8);

    /// <summary>Before 0.8.2 a parallel build of an HNSW index can go wrong.</summary>
    public bool HasParallelBuild => Installed >= new Version(0, 8, 2);
}

/// <param name="Type"><c>vector</c>, <c>halfvec</c> or <c>sparsevec</c>.</param>
/// <param name="Declared">Dimension of the column; null when it declares none.</param>
/// <param name="IsPartitioned">A table whose rows are in its partitions, which are columns of their own here.</param>
/// <param name="MayAlter">The user owns the table, as a member of its owner or as a superuser.</param>
/// <param name="IsRowsExact">Counted; else the server's estimate.</param>
/// <param name="IsAnalysed">The server has statistics of it.</param>
/// <param name="Values">Null where they couldn't be read.</param>
/// <param name="Calls">Statements that ordered this table's rows by an operator, by operator; null where the server doesn't record
/// statements.</param>
internal sealed record VectorColumn(
    TableName Table,
    string Column,
    string Type,
    int? Declared,
    bool IsPartitioned,
    string Owner,
    bool MayAlter,
    long Rows,
    bool IsRowsExact,
    bool IsAnalysed,
    ColumnValues? Values,
    IReadOnlyList<VectorIndex> Indexes,
    SearchTrial? Trial,
    IReadOnlyDictionary<string, long>? Calls)
{
    /// <summary>What most models are made for.</summary>
    public const string Cosine = "<=>";

    /// <summary>The operator that queries order by: as recorded most often, else cosine.</summary>
    public string QueriedBy => Calls is { Count: > 0 } calls ? calls.MaxBy(pair => pair.Value).Key : Cosine;

    public string Subject => $"{Table}.{Column}";

    /// <summary>The one dimension that all vectors have; null when there are none or several.</summary>
    public int? Dimension => Declared ?? (Values?.Dimensions is [var only] ? only.Dimension : null);

    /// <summary>0 to 1; null where it isn't known, or there are no rows.</summary>
    public double? Coverage => Values is { Looked: > 0 } values ? (double)values.Embedded / values.Looked : null;
}

/// <param name="Looked">Rows that were counted: all, or a sample.</param>
/// <param name="IsSample">Dimensions and lengths are those of a sample.</param>
/// <param name="Embedded">Of them, those with a vector.</param>
/// <param name="Dimensions">That vectors really have, most frequent first.</param>
/// <param name="NotUnit">Vectors whose length differs from 1 by more than 0.01; zero vectors don't count.</param>
internal sealed record ColumnValues(
    long Looked, bool IsSample, long Embedded, IReadOnlyList<(int Dimension, long Rows)> Dimensions, long Zero, long NotFinite,
    long NotUnit)
{
    /// <summary>Vectors that dimensions and lengths were taken of; of a sample, they are fewer than there are.</summary>
    public long Seen { get; init; } = Embedded;
}

/// <param name="Key">What is indexed, as SQL: the column or an expression over it.</param>
/// <param name="KeyType">Its type, as SQL.</param>
/// <param name="Condition">Of a partial index, as SQL; null when it holds all rows.</param>
/// <param name="Operator">That its operator class serves, such as <c>&lt;=&gt;</c>.</param>
/// <param name="Options">Such as <c>m=16, ef_construction=64</c>; empty for the defaults.</param>
/// <param name="IsBusy">Somebody holds a lock on its table as builds of indexes do.</param>
/// <param name="Scans">By queries, since the server began to count.</param>
internal sealed record VectorIndex(
    TableName Name,
    string Method,
    string OperatorClass,
    string Operator,
    string Key,
    string KeyType,
    string? Condition,
    string Options,
    bool IsValid,
    bool IsBusy,
    long Bytes,
    long Scans)
{
    /// <summary>It is a partition's part of its parent's index, and can't be dropped alone.</summary>
    public bool IsPart { get; init; }

    /// <summary>Its keys are vectors, not bits made out of them.</summary>
    public bool IsOfVectors => Operator is "<=>" or "<->" or "<#>" or "<+>";
}

/// <summary>A nearest-neighbour query with a real row's vector.</summary>
/// <param name="Index">That the planner chose; null for a comparison with all rows.</param>
/// <param name="CanUseIndex">The planner takes an index when comparing all rows is forbidden.</param>
/// <param name="Milliseconds">Median of several runs, the way there and back included; null when not measured.</param>
/// <param name="NotMeasured">Why not.</param>
internal sealed record SearchTrial(string Operator, string? Index, bool CanUseIndex, double? Milliseconds, string? NotMeasured);

/// <summary>A table without a vector column.</summary>
/// <param name="TextColumn">The one with the longest text; null when it has none.</param>
/// <param name="IsNamed">The user asked for this table.</param>
internal sealed record TextTable(TableName Table, string? TextColumn, int AverageLength, long Rows, bool IsNamed);
