using System.Collections.Concurrent;
using EmbSync.Core.Model;
using Microsoft.Extensions.AI;

namespace EmbSync.Core.Providers.Lexical;

/// <summary>
/// Offline, free and deterministic: finds shared words and parts of words, not meaning. Cosines are low (0.18 to 0.28 for right answers in
/// the median), so no threshold carries over from other models.
/// </summary>
public sealed class LexicalProvider : IEmbeddingProvider
{
    public const string ProviderName = "lexical";
    public const string ModelName = "lexical-v1";
    public const int DefaultDimension = 1024;

    // One slot is the length's, and words need others to fall into.
    private const int SmallestDimension = 16;

    private readonly ConcurrentBag<LexicalEmbedder> _idle = [];

    /// <exception cref="UsageException">The dimension is too small to hold words.</exception>
    public LexicalProvider(int dimension = DefaultDimension)
    {
        Signature = SignatureOf(dimension);
        Documents = new LexicalGenerator(this, LexicalRole.Document);
        Queries = new LexicalGenerator(this, LexicalRole.Query);
    }

    public EmbeddingSignature Signature { get; }

    public bool IsFree => true;

    public IEmbeddingGenerator<string, Embedding<float>> Documents { get; }

    /// <summary>A text without any word is refused with <see cref="UsageException"/>: it would be near nothing.</summary>
    public IEmbeddingGenerator<string, Embedding<float>> Queries { get; }

    /// <exception cref="UsageException">The dimension is too small to hold words.</exception>
    public static EmbeddingSignature SignatureOf(int dimension) => dimension >= SmallestDimension
        ? new(ProviderName, ModelName, dimension, ModelName)
        : throw new UsageException($"{ModelName} needs a dimension of at least {SmallestDimension}, not {dimension}. Set embeddings.dimension (default {DefaultDimension}).");

    public void Dispose()
    {
        Documents.Dispose();
        Queries.Dispose();
    }

    internal float[] Embed(string text, LexicalRole role)
    {
        var vector = new float[Signature.Dimension];
        if (!_idle.TryTake(out var embedder))
        {
            embedder = new(Signature.Dimension);
        }

        var terms = embedder.Embed(text, role, vector);
        _idle.Add(embedder);
        return terms > 0 || role == LexicalRole.Document
            ? vector
            : throw new UsageException("The query has no word to search for: give it letters or digits.");
    }
}
