using EmbSync.Core.Configuration;

namespace EmbSync.Core.Storage.Columns;

/// <summary>A vector column of somebody's own table, and what its vectors are made of.</summary>
/// <param name="Table">As SQL names it, with or without its schema.</param>
/// <param name="Id">Column of the key; null for the primary key.</param>
/// <param name="Texts">Columns of the text, joined by an empty line.</param>
/// <param name="Relax">Fill the column itself, its type relaxed meanwhile, instead of another beside it.</param>
/// <param name="DropIndexFirst">With <paramref name="Relax"/>: its vector indexes go before the rows are written; an untyped column can't
/// keep one.</param>
/// <param name="ConcurrentIndex">CREATE INDEX CONCURRENTLY.</param>
public sealed record ColumnRequest(
    string Table, string? Id, IReadOnlyList<string> Texts, string Column, bool Relax, bool DropIndexFirst, bool ConcurrentIndex)
{
    /// <summary>Overrules the configured bound on vectors that are taken away from rows without text.</summary>
    public DeleteLimit? MaxDelete { get; init; }
}

/// <summary>How the new vectors come into the table.</summary>
public enum ColumnMode
{
    /// <summary>It is of the model already: rows whose text changed are written where they are.</summary>
    InPlace,

    /// <summary>Another column is filled, and takes the place of the first one at the end.</summary>
    Shadow,

    /// <summary>The column itself, without a dimension until all rows are done.</summary>
    Relaxed,
}

/// <summary>A vector index, as it is to be built again.</summary>
/// <param name="Operator">What comes after the type in its operator class: <c>cosine_ops</c>.</param>
/// <param name="Options">As in WITH; empty for none.</param>
internal sealed record ColumnIndex(string Name, string Method, string Operator, string Options);

/// <summary>A model that a column holds, or is being filled with.</summary>
/// <param name="Shadow">Name of the column beside; null where there is none.</param>
/// <param name="Dropped">Indexes that were dropped for it and are to be built again.</param>
internal sealed record ColumnModel(
    int Id, Model.EmbeddingSignature Signature, bool IsActive, string? Shadow, IReadOnlyList<ColumnIndex> Dropped);

/// <summary>A row whose vector is missing or of another text.</summary>
/// <param name="Id">As text.</param>
internal sealed record DueRow(string Id, string Text, Model.ContentHash Hash);

/// <param name="Rows">With text.</param>
/// <param name="Due">Of these: without a vector of the target for the text as it is.</param>
/// <param name="Bytes">Of the texts that are due.</param>
/// <param name="Empty">Rows without text.</param>
/// <param name="Shown">Rows that show a vector now.</param>
/// <param name="Losing">Of these: without text, so that their vector goes.</param>
internal sealed record ColumnCounts(long Rows, long Due, long Bytes, long Empty, long Shown, long Losing);
