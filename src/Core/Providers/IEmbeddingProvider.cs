using EmbSync.Core.Model;
using Microsoft.Extensions.AI;

namespace EmbSync.Core.Providers;

/// <summary>A model that embeds in two roles. Documents and queries may be prepared differently; their vectors are comparable.</summary>
public interface IEmbeddingProvider : IDisposable
{
    EmbeddingSignature Signature { get; }

    /// <summary>No request leaves the machine and nothing is billed.</summary>
    bool IsFree { get; }

    /// <summary>Nothing was answered yet, and what the server takes is not known: the first request goes alone.</summary>
    bool IsLearning => false;

    /// <summary>
    /// Embeds texts that are stored. Answers are in the order of the inputs, each of the signature's dimension, unit length, finite.
    /// </summary>
    IEmbeddingGenerator<string, Embedding<float>> Documents { get; }

    /// <summary>Embeds texts that are searched for.</summary>
    IEmbeddingGenerator<string, Embedding<float>> Queries { get; }
}
