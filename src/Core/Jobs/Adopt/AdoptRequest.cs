using EmbSync.Core.Configuration;

namespace EmbSync.Core.Jobs.Adopt;

/// <summary>Where vectors that somebody paid for already are.</summary>
/// <param name="Table">As SQL names it, with or without its schema; null for LangChain's.</param>
/// <param name="Text">Column of the text that was embedded.</param>
/// <param name="Vector">Column of its vector: vector, halfvec, real[] or double precision[].</param>
/// <param name="Collection">LangChain's name for a part of its table; null where there is one only.</param>
/// <param name="Sample">Texts that are embedded again and compared, at most.</param>
/// <param name="Seed">Which ones.</param>
/// <param name="DespiteRefusal">A sample of the same table was refused before, and somebody knows why this one is better.</param>
public sealed record AdoptRequest(Secret Url, string? Table, string Text, string Vector, string? Collection, int Sample, int Seed,
    bool DryRun, bool DespiteRefusal = false)
{
    public const string LangChainTable = "langchain_pg_embedding";

    public const string LangChainText = "document";

    public const string LangChainVector = "embedding";

    /// <summary>
    /// When none of so many is wrong, at most 3 % of all are, with 95 % confidence (rule of three: Hanley and Lippman-Hand, JAMA 1983).
    /// </summary>
    public const int DefaultSample = 100;

    /// <summary>
    /// Least cosine between a vector that is adopted and a fresh one of the same text. The same model answers the same text with more than
    /// 0.9999,
    /// stored in half precision or not; one that was cut, retrained or given another text is far below.
    /// </summary>
    public const double Least = 0.999;
}
