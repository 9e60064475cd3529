namespace EmbSync.Core.Configuration.LocalModels;

/// <summary>How a model's vectors of tokens become one of the text.</summary>
public enum Pooling
{
    Mean,

    /// <summary>The first token's, for models trained that way.</summary>
    Cls,
}

/// <summary>A model of the BERT family that runs inside the tool, and how it is used.</summary>
/// <param name="Name">As generations name it; no path, so that machines agree.</param>
/// <param name="ModelFile">ONNX, absolute.</param>
/// <param name="VocabularyFile"><c>vocab.txt</c>, absolute.</param>
/// <param name="Dimension">Length of its vectors.</param>
/// <param name="Window">Tokens it takes at once, those around the text included.</param>
/// <param name="Uncased">Its vocabulary has neither capitals nor accents.</param>
public sealed record LocalModel(
    string Name, string ModelFile, string VocabularyFile, int Dimension, Pooling Pooling, int Window, bool Uncased)
{
    /// <summary>SHA-256 of both files where they are known before they are read; null for a model that was given by path.</summary>
    internal LocalModelHashes? Pinned { get; init; }
}

/// <summary>SHA-256 in hex.</summary>
internal sealed record LocalModelHashes(string Model, string Vocabulary);
