using EmbSync.Core.Model;
using Microsoft.Extensions.AI;

namespace EmbSync.Core.Providers.Local;

/// <summary>
/// One role of the provider in the field's interface. Texts of all calls take turns on the provider's threads, in their order.
/// </summary>
internal sealed class LocalGenerator(EmbeddingSignature signature, TaskScheduler threads, Func<string, CancellationToken, float[]> embed)
    : IEmbeddingGenerator<string, Embedding<float>>
{
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        signature.Require(options);
        var vectors = await Task.WhenAll(values.Select(text =>
            Task.Factory.StartNew(() => embed(text, cancellationToken), cancellationToken, TaskCreationOptions.None, threads)));
        return new(vectors.Select(vector => new Embedding<float>(vector) { ModelId = signature.Model }));
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType?.IsInstanceOfType(this) == true ? this : null;

    public void Dispose()
    {
        // The session is the provider's.
    }
}
