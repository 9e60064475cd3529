using System.Text.Json;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using Microsoft.Extensions.AI;

namespace EmbSync.Core.Providers.OpenAi;

/// <summary>
/// Any endpoint that speaks OpenAI's <c>/embeddings</c>. Sends nothing before the first text; one call is one request, without retries.
/// </summary>
public sealed class OpenAiProvider : IEmbeddingProvider
{
    public const string ProviderName = "openai";

    private readonly OpenAiEndpoint _endpoint;
    private readonly OpenAiWire _wire;
    private readonly ShapeMemory _memory;
    private readonly string? _answersAs;
    private readonly Lock _lock = new();
    private string? _deployed;

    private OpenAiProvider(EmbeddingsConfig config, TimeProvider clock, TimeSpan requestTimeout, IProgress<string>? notices)
    {
        Signature = SignatureOf(config);
        _endpoint = new(config);

        // Found out here, before anything is written or sent.
        _endpoint.RequireKey();
        _wire = new(_endpoint, config, requestTimeout, clock);
        _memory = new(config, _endpoint.Name, _endpoint.IsKnown, notices);
        _answersAs = config.Request.Model;
        Documents = new OpenAiGenerator(this, config.Prefixes.Document, query: false);
        Queries = new OpenAiGenerator(this, config.Prefixes.Query, query: true);
    }

    public EmbeddingSignature Signature { get; }

    public bool IsFree => false;

    public bool IsLearning => _memory.IsLearning;

    /// <summary>What refusals taught of the server, a line each.</summary>
    internal IReadOnlyList<string> Learned => _memory.Learned;

    public IEmbeddingGenerator<string, Embedding<float>> Documents { get; }

    public IEmbeddingGenerator<string, Embedding<float>> Queries { get; }

    /// <param name="requestTimeout">For one request, to the last byte; null for the governor's default.</param>
    /// <param name="notices">Is told what is learned of the server, once each.</param>
    /// <exception cref="UsageException">The address can't be used with this configuration.</exception>
    /// <exception cref="ProviderRefusedException">The host is known to want a key and none is configured.</exception>
    public static IEmbeddingProvider Create(
        EmbeddingsConfig config, TimeProvider clock, TimeSpan? requestTimeout = null, IProgress<string>? notices = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(clock);
        return new OpenAiProvider(config, clock, requestTimeout ?? GovernorOptions.DefaultRequestTimeout, notices);
    }

    /// <summary>Needs no key and no network.</summary>
    public static EmbeddingSignature SignatureOf(EmbeddingsConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);

        // As JSON, so that no prefix can look like another pair of prefixes. Whatever a request says beside model, texts and length may
        // change
        // the vectors; headers say who asks.
        var (extra, prefixes) = (config.Request.Extra, config.Prefixes);
        var roleRules = extra.Count > 0
            ? JsonSerializer.Serialize(new { document = prefixes.Document, query = prefixes.Query, extra = extra.Select(
                field => new[] { field.Name, field.Document, field.Query }) })
            : prefixes == RolePrefixes.None ? ""
            : JsonSerializer.Serialize(new { document = prefixes.Document, query = prefixes.Query });
        return new(ProviderName, config.Model, config.Dimension, roleRules);
    }

    public void Dispose()
    {
        Documents.Dispose();
        Queries.Dispose();
        _wire.Dispose();
    }

    /// <param name="query">The texts are searched for, not stored.</param>
    /// <param name="plain">Ask for nothing beside model and texts.</param>
    internal async Task<GeneratedEmbeddings<Embedding<float>>> SendAsync(
        string[] texts, bool query, bool plain, CancellationToken cancellationToken)
    {
        var (_, model, dimension, _) = Signature;
        var shape = _memory.Shape;
        shape = plain ? _memory.Plain : shape;
        OpenAiAnswer answer;
        try
        {
            answer = await _wire.SendAsync(texts, shape, query, cancellationToken);
        }
        catch (EmbeddingRequestException caught) when (caught.Refusal is
            { Kind: RefusalKind.Fields or RefusalKind.Missing } refusal && _memory.Learn(shape, refusal))
        {
            throw new EmbeddingRequestException(RequestFault.Adapted, caught.Message, caught);
        }
        catch (EmbeddingRequestException caught) when (caught.Fault == RequestFault.Unclear && texts.Length == 1 && _memory.MayTryPlain(
            shape))
        {
            throw new EmbeddingRequestException(RequestFault.AdaptedPlain, caught.Message, caught);
        }

        RequireModel(answer);
        try
        {
            var embeddings = AnswerCheck.Read(answer, texts.Length, dimension, model);
            _memory.Prove(shape);
            return embeddings;
        }
        catch (EmbeddingRequestException caught) when (plain && caught.Fault == RequestFault.WrongAnswer)
        {
            // What it was refused for may be the length, or have passed: nothing is learned.
            throw new EmbeddingRequestException(RequestFault.Unclear,
                $"{_endpoint.Name} refused the text without a reason. Asked with model and text alone it answered: {caught.Message}",
                caught)
            {
                BilledTokens = caught.BilledTokens,
                Rate = caught.Rate,
            };
        }
    }

    private void RequireModel(OpenAiAnswer answer)
    {
        var asked = _answersAs ?? Signature.Model;
        if (asked == RequestConfig.AnyModel && _answersAs is not null)
        {
            return;
        }

        if (_endpoint.NamesDeployments && _answersAs is null)
        {
            lock (_lock)
            {
                asked = _deployed ??= answer.Model ?? asked;
            }
        }

        if (!ModelName.IsSame(asked, answer.Model))
        {
            var answered = ModelName.Printed(answer.Model!);
            throw new EmbeddingRequestException(
                RequestFault.WrongAnswer,
                $"{_endpoint.Name} was asked for model {Signature.Model} and answered with {answered}. Models are never mixed: set embeddings.model to the name that the server gives it, "
                + $"or, where that is the same model under another name, embeddings.request.model to '{answered}' (any: whatever it says).")
            {
                BilledTokens = answer.Tokens,
                Rate = answer.Rate,
            };
        }
    }
}
