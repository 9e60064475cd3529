using Microsoft.Extensions.AI;

namespace EmbSync.Core.Providers.Lexical;

/// <summary>One role of the provider in the field's interface. Works on the caller's thread.</summary>
internal sealed class LexicalGenerator(LexicalProvider provider, LexicalRole role) : IEmbeddingGenerator<string, Embedding<float>>
{
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        provider.Signature.Require(options);
        var answers = new GeneratedEmbeddings<Embedding<float>>();
        foreach (var value in values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            answers.Add(new(provider.Embed(value, role)) { ModelId = provider.Signature.Model });
        }

        return Task.FromResult(answers);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType?.IsInstanceOfType(this) == true ? this : null;

    public void Dispose()
    {
        // Nothing is held that the garbage collector wouldn't free.
    }
}
