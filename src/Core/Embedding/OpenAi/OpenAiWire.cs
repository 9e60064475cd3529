#pragma warning disable RS0030 // The one file that calls the OpenAI client.
using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using OpenAI;
using OpenAI.Embeddings;

namespace EmbSync.Core.Embedding.OpenAi;

/// <summary>
/// One request through the official client, once: its own retries are off, because they wait without a bound, repeat what can't succeed
/// and can't tell a bad text from a bad day.
/// </summary>
internal sealed class OpenAiWire : IDisposable
{
    private readonly OpenAiEndpoint _endpoint;
    private readonly string _model;
    private readonly OpenAiErrors _errors;
    private readonly TimeProvider _clock;
    private readonly SocketsHttpHandler _handler;
    private readonly HttpClient _http;
    private readonly TimeSpan _timeout;
    private readonly Lazy<EmbeddingClient> _client;

    /// <param name="timeout">For one request; the governor's own may end it earlier.</param>
    public OpenAiWire(OpenAiEndpoint endpoint, string model, OpenAiErrors errors, TimeSpan timeout, TimeProvider clock)
    {
        _endpoint = endpoint;
        _model = model;
        _errors = errors;
        _timeout = timeout;
        _clock = clock;

        // A redirect would carry texts to a host that nobody named; a proxy has no business between this machine and itself.
        _handler = new()
        {
            AllowAutoRedirect = false,
            UseProxy = !endpoint.Address.IsLoopback,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        _http = new(_handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client = new(Connect);
    }

    /// <param name="dimension">Null: the model's own.</param>
    /// <exception cref="EmbeddingRequestException">No answer that could be read.</exception>
    /// <exception cref="Model.ProviderRefusedException">No key, and the host wants one.</exception>
    public async Task<OpenAiAnswer> SendAsync(IReadOnlyList<string> texts, int? dimension, CancellationToken cancellationToken)
    {
        var client = _client.Value;
        try
        {
            var answer = await client.GenerateEmbeddingsAsync(texts, new EmbeddingGenerationOptions { Dimensions = dimension }, cancellationToken);
            return new([.. answer.Value.Select(row => (row.Index, row.ToFloats()))], answer.Value.Model, answer.Value.Usage?.InputTokenCount, RateHeaders.Read(HeaderOf(answer.GetRawResponse())));
        }
        catch (ClientResultException caught) when (caught.GetRawResponse() is { } response && caught.Status > 0)
        {
            var wait = RetryAfterHeader.Read(HeaderOf(response), _clock.GetUtcNow());
            throw _errors.Read(caught.Status, response.Content, wait, RateHeaders.Read(HeaderOf(response)));
        }
        catch (Exception caught) when (caught is ClientResultException or HttpRequestException or IOException)
        {
            throw Broken(caught);
        }
        catch (OperationCanceledException caught) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EmbeddingRequestException(
                RequestFault.TimedOut, $"{_endpoint.Name} gave no whole answer within {_timeout.TotalSeconds:0.#} s.", caught);
        }
        catch (Exception caught) when (caught
            is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException or NullReferenceException)
        {
            // What the client throws at JSON that is cut off or is no answer (a row without an embedding is a null reference in it). Its
            // message may quote the body, so it does not go on.
            throw new EmbeddingRequestException(
                RequestFault.BadAnswer, $"{_endpoint.Name} answered something that is no list of embeddings. Check that embeddings.baseUrl is an OpenAI-compatible API.");
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    private EmbeddingClient Connect() => new(_model, new ApiKeyCredential(_endpoint.RevealKey()), new OpenAIClientOptions
    {
        Endpoint = _endpoint.Address,
        Transport = new HttpClientPipelineTransport(_http),
        RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        NetworkTimeout = _timeout,
        UserAgentApplicationId = "embsync",
    });

    private static Func<string, string?> HeaderOf(PipelineResponse response) =>
        name => response.Headers.TryGetValue(name, out var value) ? value : null;

    private EmbeddingRequestException Broken(Exception caught)
    {
        var cause = caught as HttpRequestException ?? caught.InnerException as HttpRequestException;
        return cause?.HttpRequestError switch
        {
            HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError =>
                new(RequestFault.Unreachable, $"{_endpoint.Name} can't be reached ({cause.HttpRequestError}). Check embeddings.baseUrl and the network.", cause),
            _ => new(RequestFault.Transient, $"The connection to {_endpoint.Name} broke.", cause),
        };
    }
}
