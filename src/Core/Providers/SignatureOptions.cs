using EmbSync.Core.Model;
using Microsoft.Extensions.AI;

namespace EmbSync.Core.Providers;

internal static class SignatureOptions
{
    /// <summary>A provider has one signature: options of a call may repeat it, not change it.</summary>
    public static void Require(this EmbeddingSignature signature, EmbeddingGenerationOptions? options)
    {
        if (options?.Dimensions is { } dimension && dimension != signature.Dimension)
        {
            throw new ArgumentException(
                $"This provider makes vectors of dimension {signature.Dimension}, not {dimension}.", nameof(options));
        }

        if (options?.ModelId is { } model && model != signature.Model)
        {
            throw new ArgumentException($"This provider's model is {signature.Model}, not {model}.", nameof(options));
        }
    }
}
