using EmbSync.Core.Configuration;
using EmbSync.Core.Model;

namespace EmbSync.Core.Storage;

/// <summary>
/// A generation as its store keeps it. The number format is the table's own: a changed setting holds for new generations.
/// </summary>
internal sealed record StoredGeneration(Generation Value, VectorType Vectors)
{
    /// <summary>Name of its table of vectors.</summary>
    public string Table => Invariant($"vec_{Value.Id}");

    /// <summary>For messages: <c>generation 2 (openai text-embedding-3-small, 384)</c>.</summary>
    public override string ToString() =>
        Invariant($"generation {Value.Id} ({Value.Signature.Provider} {Value.Signature.Model}, {Value.Signature.Dimension})");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
