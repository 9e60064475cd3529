using System.ClientModel.Primitives;

namespace EmbSync.Core.Providers.OpenAi;

/// <summary>
/// Puts address, key and headers on a request, as the last thing before it goes out. Without a key no Authorization is sent.
/// </summary>
internal sealed class EndpointPolicy(OpenAiEndpoint endpoint) : PipelinePolicy
{
    public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
    {
        Address(message);
        ProcessNext(message, pipeline, currentIndex);
    }

    public override ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
    {
        Address(message);
        return ProcessNextAsync(message, pipeline, currentIndex);
    }

    private void Address(PipelineMessage message)
    {
        message.Request.Uri = endpoint.Requests;
        message.Request.Headers.Remove("Authorization");
        foreach (var (name, value) in endpoint.Headers())
        {
            message.Request.Headers.Set(name, value);
        }
    }
}
