using Microsoft.Extensions.AI;

namespace EmbSync.Core.Providers.OpenAi;

/// <summary>One role of the provider: its prefix before every text, one request a call, and nothing believed unchecked.</summary>
/// <param name="query">Of texts that are searched for.</param>
internal sealed class OpenAiGenerator(OpenAiProvider provider, string prefix, bool query) : IEmbeddingGenerator<string, Embedding<float>>
{
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        provider.Signature.Require(options);
        string[] texts = [.. values.Select(text => prefix + text)];
        return texts.Length == 0 ? [] : await provider.SendAsync(texts, query, RequestForm.IsPlain(options), cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType?.IsInstanceOfType(this) == true ? this : null;

    public void Dispose()
    {
        // The connection is the provider's.
    }
}
