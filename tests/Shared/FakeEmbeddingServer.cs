using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EmbSync.Tests;

/// <summary>
/// A real HTTP server on 127.0.0.1 that speaks <c>POST /v1/embeddings</c> and <c>GET /v1/models</c>. A vector depends on model, dimension
/// and text alone, so that tests can tell whose it is. Faults are scripted; every purchase is counted.
/// </summary>
internal sealed class FakeEmbeddingServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentQueue<Fault> _script = new();
    private readonly ConcurrentDictionary<string, int> _purchases = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<FakeEmbeddingRequest> _log = new();
    private readonly Lock _lock = new();
    private int _requests;
    private int _running;
    private int _closed;

    private FakeEmbeddingServer(WebApplication app) => _app = app;

    /// <summary>Ends in <c>/v1</c>.</summary>
    public Uri BaseUrl { get; private set; } = null!;

    public int Port => BaseUrl.Port;

    /// <summary>Null: no key is asked for.</summary>
    public string? RequiredKey { get; set; }

    /// <summary>Null: every model is known.</summary>
    public IReadOnlyCollection<string>? Models { get; set; }

    public int MaxInputs { get; set; } = 2048;

    /// <summary>Tokens a request.</summary>
    public int MaxTokens { get; set; } = 300_000;

    /// <summary>Tokens a text.</summary>
    public int MaxInputTokens { get; set; } = 8192;

    public TimeSpan Latency { get; set; }

    /// <summary>Dimension where the request names none.</summary>
    public int NativeDimension { get; set; } = 1536;

    /// <summary>False: a request that names a dimension is refused, as by servers of models that can't be shortened.</summary>
    public bool CanShorten { get; set; } = true;

    /// <summary>A real server that this one plays; null for one that is as OpenAI's documentation says.</summary>
    public ServerProfile? Profile { get; set; }

    /// <summary>How answers are written where no profile says it.</summary>
    public AnswerStyle Style { get; set; } = AnswerStyle.OpenAi;

    /// <summary>Origin of <see cref="BaseUrl"/>, for addresses with another path.</summary>
    public string Origin => BaseUrl.GetLeftPart(UriPartial.Authority);

    /// <summary>Consulted before the script; null means nothing of its own.</summary>
    public Func<FakeEmbeddingRequest, Fault?> Decide { get; set; } = _ => null;

    /// <summary>What the vector of a text is, by model and dimension; of any length.</summary>
    public Func<string, int, string, float[]> Vectors { get; set; } = VectorFor;

    /// <summary>Texts whose vector is always NaN.</summary>
    public Func<string, bool> Spoils { get; set; } = _ => false;

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Most requests seen at once.</summary>
    public int MaxConcurrency { get; private set; }

    /// <summary>Usable vectors that went out.</summary>
    public long Inputs { get; private set; }

    /// <summary>Tokens billed for them.</summary>
    public long Tokens { get; private set; }

    /// <summary>Tokens that the usage of whole answers said, whatever the vectors were good for: what an account is charged.</summary>
    public long Billed { get; private set; }

    /// <summary>How often a usable vector of each text went out.</summary>
    public IReadOnlyDictionary<string, int> Purchases => _purchases;

    public IReadOnlyList<string> BoughtTwice => [.. _purchases.Where(pair => pair.Value > 1).Select(pair => pair.Key)];

    /// <summary>Go with every whole answer.</summary>
    public IReadOnlyDictionary<string, string> AnswerHeaders { get; set; } = new Dictionary<string, string>();

    /// <summary>How many times the honest count of tokens the answers' usage says.</summary>
    public int BilledTimes { get; set; } = 1;

    /// <summary>False: requests and purchases are counted and not remembered, for long loads.</summary>
    public bool KeepsLog { get; set; } = true;

    /// <summary>Requests that could be read, in order of arrival.</summary>
    public IReadOnlyList<FakeEmbeddingRequest> Log => [.. _log];

    /// <param name="port">0 takes a free one.</param>
    public static async Task<FakeEmbeddingServer> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.WebHost.ConfigureKestrel(options => options.Limits.MaxRequestBodySize = null);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        var app = builder.Build();
        var server = new FakeEmbeddingServer(app);
        app.MapPost("/{**path}", server.EmbedAsync);
        app.MapGet("/v1/models", server.ListModelsAsync);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        server.BaseUrl = new Uri(address + "/v1");
        return server;
    }

    /// <summary>One for each of the next requests, in order of arrival.</summary>
    public void Next(params IEnumerable<Fault> faults)
    {
        foreach (var fault in faults)
        {
            _script.Enqueue(fault);
        }
    }

    /// <summary>Purchases and requests of earlier runs are forgotten; the counts stay.</summary>
    public void Forget()
    {
        _purchases.Clear();
        _log.Clear();
    }

    /// <summary>Every request that holds such a text is refused with 400.</summary>
    public void RefuseTextsContaining(string part) => Decide = request =>
        request.Inputs.Any(text => text.Contains(part, StringComparison.Ordinal)) ? Fault.Status(400, "invalid_input", "bad text") : null;

    /// <summary>Unit length; the same for the same three values on every machine.</summary>
    public static float[] VectorFor(string model, int dimension, string text)
    {
        var seed = SHA256.HashData(Encoding.UTF8.GetBytes($"{model}\n{dimension}\n{text}"));
        var state = BinaryPrimitives.ReadUInt64LittleEndian(seed);
        var values = new double[dimension];
        var squares = 0.0;
        for (var slot = 0; slot < dimension; slot++)
        {
            state = unchecked((state * 6364136223846793005) + 1442695040888963407);
            values[slot] = ((state >> 11) / (double)(1UL << 53)) - 0.5;
            squares += values[slot] * values[slot];
        }

        var norm = Math.Sqrt(squares);
        return [.. values.Select(value => (float)(value / norm))];
    }

    /// <summary>Runs until the process is told to stop, for use as a program.</summary>
    public Task WaitForShutdownAsync() => _app.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return;
        }

        await _closing.CancelAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _closing.Dispose();
    }

    private async Task ListModelsAsync(HttpContext context)
    {
        var models = (Models ?? ["text-embedding-3-small"]).Select(id => new { id, @object = "model", owned_by = "fake" });
        await context.Response.WriteAsJsonAsync(new { @object = "list", data = models }, context.RequestAborted);
    }

    private async Task EmbedAsync(HttpContext context)
    {
        lock (_lock)
        {
            _requests++;
            _running++;
            MaxConcurrency = Math.Max(MaxConcurrency, _running);
        }

        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _closing.Token);
        try
        {
            await AnswerAsync(context, gone.Token);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            context.Abort();
        }
        finally
        {
            lock (_lock)
            {
                _running--;
            }
        }
    }

    private async Task AnswerAsync(HttpContext context, CancellationToken cancellationToken)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: cancellationToken);
        var request = FakeEmbeddingRequest.Read(body.RootElement, context.Request);
        if (KeepsLog)
        {
            _log.Enqueue(request);
        }

        if (Latency > TimeSpan.Zero)
        {
            await Task.Delay(Latency, cancellationToken);
        }

        var fault = Decide(request) ?? (_script.TryDequeue(out var scripted) ? scripted : Fault.None());
        if (fault.Kind == FaultKind.None)
        {
            fault = Complaint(context, request) ?? fault;
        }

        if (fault.Kind == FaultKind.Refuse)
        {
            await RefuseAsync(context, fault, cancellationToken);
            return;
        }

        if (fault.Kind == FaultKind.None && Profile?.Refuse(request) is { } refusal)
        {
            context.Response.StatusCode = refusal.Status;
            context.Response.ContentType = refusal.ContentType;
            await context.Response.WriteAsync(refusal.Body, cancellationToken);
            return;
        }

        var answer = FakeEmbeddingAnswer.Write(
            request, Profile?.DimensionOf(request) ?? request.Dimensions
            ?? NativeDimension, fault, Spoils, Vectors, BilledTimes, Profile?.Style ?? Style);
        if (await MisbehaveAsync(context, fault, answer, cancellationToken))
        {
            return;
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        foreach (var (name, value) in AnswerHeaders)
        {
            context.Response.Headers[name] = value;
        }

        Count(request, fault);
        if (fault.Kind != FaultKind.NoUsage)
        {
            lock (_lock)
            {
                Billed += (long)request.Tokens * BilledTimes;
            }
        }

        await context.Response.Body.WriteAsync(answer, cancellationToken);
    }

    /// <summary>What an honest server refuses; null when there is nothing to refuse.</summary>
    private Fault? Complaint(HttpContext context, FakeEmbeddingRequest request)
    {
        if (Profile is not null)
        {
            return null;
        }

        if (request.Path != "/v1/embeddings")
        {
            return Fault.Status(404, null, "Not Found");
        }

        if (RequiredKey is { } key && context.Request.Headers.Authorization != "Bearer " + key)
        {
            return Fault.Status(401, "invalid_api_key", "Incorrect API key provided");
        }

        if (Models?.Contains(request.Model) == false)
        {
            return Fault.Status(404, "model_not_found", "The model does not exist");
        }

        if (request.Dimensions is not null && !CanShorten)
        {
            return Fault.Status(400, null,
                "Model does not support matryoshka representation, changing output dimensions will lead to poor results.");
        }

        if (request.Inputs.Count > MaxInputs)
        {
            return Fault.Status(400, "array_above_max_length", $"Invalid 'input': array too long. Expected at most {MaxInputs} items.");
        }

        if (request.Inputs.Any(text => text.Length == 0))
        {
            return Fault.Status(400, null, "'$.input' is invalid.");
        }

        if (request.Inputs.Any(text => FakeEmbeddingRequest.TokensOf(text) > MaxInputTokens))
        {
            return Fault.Status(400, null, $"This model's maximum context length is {MaxInputTokens} tokens.");
        }

        return request.Tokens > MaxTokens
            ? Fault.Status(400, "max_tokens_per_request", $"Requested {request.Tokens} tokens, max {MaxTokens} tokens per request")
            : null;
    }

    private static async Task RefuseAsync(HttpContext context, Fault fault, CancellationToken cancellationToken)
    {
        context.Response.StatusCode = fault.HttpStatus;
        foreach (var (name, value) in fault.Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (fault.RetryAtDate is { } wait)
        {
            context.Response.Headers.RetryAfter = DateTimeOffset.UtcNow.Add(wait).ToString("R");
        }

        var error = new { message = fault.Message ?? "scripted", type = fault.Code ?? "error", param = (string?)null, code = fault.Code };
        await context.Response.WriteAsJsonAsync(new { error }, cancellationToken);
    }

    /// <returns>The fault took the place of the answer.</returns>
    private static async Task<bool> MisbehaveAsync(HttpContext context, Fault fault, byte[] answer, CancellationToken cancellationToken)
    {
        var response = context.Response;
        switch (fault.Kind)
        {
            case FaultKind.Reset:
                context.Abort();
                return true;
            case FaultKind.Hang:
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return true;
            case FaultKind.Truncate:
                response.ContentType = "application/json";
                response.ContentLength = answer.Length;
                await response.Body.WriteAsync(answer.AsMemory(0, answer.Length / 2), cancellationToken);
                await response.Body.FlushAsync(cancellationToken);
                await Task.Delay(20, cancellationToken);
                context.Abort();
                return true;
            case FaultKind.HalfJson:
                response.ContentType = "application/json";
                await response.Body.WriteAsync(answer.AsMemory(0, answer.Length / 2), cancellationToken);
                return true;
            case FaultKind.Body:
                response.StatusCode = fault.HttpStatus;
                response.ContentType = fault.Message!.StartsWith('<') ? "text/html" : "application/json";
                await response.WriteAsync(fault.Message, cancellationToken);
                return true;
            case FaultKind.Trickle:
                response.ContentType = "application/json";
                while (true)
                {
                    await response.WriteAsync(" ", cancellationToken);
                    await response.Body.FlushAsync(cancellationToken);
                    await Task.Delay(20, cancellationToken);
                }

            default:
                return false;
        }
    }

    private void Count(FakeEmbeddingRequest request, Fault fault)
    {
        for (var position = 0; position < request.Inputs.Count; position++)
        {
            var text = request.Inputs[position];
            if (!fault.DeliversAt(position) || Spoils(text))
            {
                continue;
            }

            if (KeepsLog)
            {
                _purchases.AddOrUpdate(text, 1, (_, times) => times + 1);
            }

            lock (_lock)
            {
                Inputs++;
                Tokens += FakeEmbeddingRequest.TokensOf(text);
            }
        }
    }
}
