using Microsoft.Extensions.AI;

namespace EmbSync.Core.Providers;

/// <summary>A request that asks for nothing beside model and texts, as an option of a call.</summary>
internal static class RequestForm
{
    private const string Property = "embsync.plain";

    public static EmbeddingGenerationOptions Plain => new() { AdditionalProperties = new() { [Property] = true } };

    public static bool IsPlain(EmbeddingGenerationOptions? options) => options?.AdditionalProperties?.ContainsKey(Property) == true;
}
