#pragma warning disable RS0030 // The one file that calls the OpenAI client.
using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using EmbSync.Core.Configuration;
using OpenAI;
using OpenAI.Embeddings;

namespace EmbSync.Core.Providers.OpenAi;

/// <summary>
/// One request through the official client, once: its own retries are off, because they wait without a bound, repeat what can't succeed
/// and can't tell a bad text from a bad day. Body and answer are written and read here: what servers take and send differs.
/// </summary>
internal sealed class OpenAiWire : IDisposable
{
    private readonly OpenAiEndpoint _endpoint;
    private readonly EmbeddingsConfig _config;
    private readonly OpenAiErrors _errors;
    private readonly TimeProvider _clock;
    private readonly SocketsHttpHandler _handler;
    private readonly HttpClient _http;
    private readonly TimeSpan _timeout;
    private readonly Lazy<EmbeddingClient> _client;

    /// <param name="timeout">For one request; the governor's own may end it earlier.</param>
    public OpenAiWire(OpenAiEndpoint endpoint, EmbeddingsConfig config, TimeSpan timeout, TimeProvider clock)
    {
        _endpoint = endpoint;
        _config = config;
        _errors = new(endpoint, config);
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

    /// <param name="query">The texts are searched for, not stored.</param>
    /// <exception cref="EmbeddingRequestException">No answer that could be read.</exception>
    /// <exception cref="Model.ProviderRefusedException">No key, and the host wants one.</exception>
    public async Task<OpenAiAnswer> SendAsync(
        IReadOnlyList<string> texts, RequestShape shape, bool query, CancellationToken cancellationToken)
    {
        var client = _client.Value;
        try
        {
            var body = RequestBody.Write(_config.Model, _config.Dimension, texts, shape, _config.Request.Extra, query);
            using var content = BinaryContent.Create(new BinaryData(body));
            var options = new RequestOptions { CancellationToken = cancellationToken, ErrorOptions = ClientErrorBehaviors.NoThrow };
            var response = (await client.GenerateEmbeddingsAsync(content, options)).GetRawResponse();
            return Read(response, texts, shape, query);
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
    }

    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    private OpenAiAnswer Read(PipelineResponse response, IReadOnlyList<string> texts, RequestShape shape, bool query)
    {
        var rate = RateHeaders.Read(HeaderOf(response));
        var body = response.Content.ToMemory();
        var sent = new Sent(shape, [.. _config.Request.Extra.Where(field => (query ? field.Query : field.Document) is not null)
            .Select(field => field.Name)], texts.Count);
        var wait = RetryAfterHeader.Read(HeaderOf(response), _clock.GetUtcNow());
        if (response.Status is < 200 or >= 300)
        {
            throw _errors.Read(response.Status, ErrorBody.Read(body, texts), sent, wait, rate, RedirectOf(response));
        }

        OpenAiAnswer? answer;
        try
        {
            answer = AnswerReader.Read(body, rate);
        }
        catch (Exception caught) when (caught is JsonException or FormatException)
        {
            // Its message may quote the body, so it does not go on.
            throw NoAnswer(body);
        }

        if (answer is not null)
        {
            return answer;
        }

        // Some servers and gateways answer 200 and say what went wrong in the body, with or without the status it should have had.
        var error = ErrorBody.Read(body, texts);
        throw error.Text.Length > 0 ? _errors.Read(StatusIn(error), error, sent, wait, rate) : NoAnswer(body);
    }

    private static int StatusIn(ErrorBody error) =>
        error.Codes.Select(code => int.TryParse(code, out var status) && status is >= 400 and < 600 ? status : 0)
            .FirstOrDefault(status => status > 0) is > 0 and var found ? found : 200;

    private EmbeddingRequestException NoAnswer(ReadOnlyMemory<byte> body) => new(
        RequestFault.BadAnswer, $"{_endpoint.Name} answered something that is no list of embeddings. Check that embeddings.baseUrl is an OpenAI-compatible API{_endpoint.AddressHint}.")
    {
        BilledTokens = AnswerReader.TokensIn(body),
    };

    private EmbeddingClient Connect()
    {
        _endpoint.RequireKey();
        var options = new OpenAIClientOptions
        {
            Endpoint = _endpoint.Address,
            Transport = new HttpClientPipelineTransport(_http),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = _timeout,
            UserAgentApplicationId = "embsync",
        };
        options.AddPolicy(new EndpointPolicy(_endpoint), PipelinePosition.BeforeTransport);

        // The client wants a key; the policy puts the real one in its place, or none.
        return new(_config.Model, new ApiKeyCredential("none"), options);
    }

    private static Func<string, string?> HeaderOf(PipelineResponse response) =>
        name => response.Headers.TryGetValue(name, out var value) ? value : null;

    /// <summary>For messages: without user, password and query.</summary>
    private string? RedirectOf(PipelineResponse response) =>
        HeaderOf(response)("Location") is { } target && Uri.TryCreate(_endpoint.Requests, target, out var address)
            && address.Scheme is "http" or "https"
            ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : null;

    private EmbeddingRequestException Broken(Exception caught)
    {
        var cause = caught as HttpRequestException ?? caught.InnerException as HttpRequestException;
        return cause?.HttpRequestError switch
        {
            HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError =>
                new(RequestFault.Unreachable, $"{_endpoint.Name} can't be reached ({cause.HttpRequestError}). Check embeddings.baseUrl and the network{(_endpoint.IsOllama ? ", or run 'ollama serve'" : "")}.", cause),
            _ => new(RequestFault.Transient, $"The connection to {_endpoint.Name} broke.", cause),
        };
    }
}
