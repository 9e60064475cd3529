using System.Text.Json;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using Microsoft.Extensions.AI;

namespace EmbSync.Core.Embedding.OpenAi;

/// <summary>Any endpoint that speaks OpenAI's <c>/embeddings</c>. Sends nothing before the first text; one call is one request, without retries.</summary>
public sealed class OpenAiProvider : IEmbeddingProvider
{
    public const string ProviderName = "openai";

    private readonly OpenAiEndpoint _endpoint;
    private readonly OpenAiWire _wire;
    private readonly Lock _lock = new();
    private bool _namesDimension;
    private string? _deployed;

    private OpenAiProvider(EmbeddingsConfig config, TimeProvider clock, TimeSpan requestTimeout)
    {
        Signature = SignatureOf(config);
        _endpoint = new(config);

        // Found out here, before anything is written or sent.
        _endpoint.RevealKey();
        _wire = new(_endpoint, config.Model, new(_endpoint, config.Model, config.Dimension), requestTimeout, clock);
        _namesDimension = !config.Model.StartsWith("text-embedding-ada-002", StringComparison.OrdinalIgnoreCase);
        Documents = new OpenAiGenerator(this, config.Prefixes.Document);
        Queries = new OpenAiGenerator(this, config.Prefixes.Query);
    }

    public EmbeddingSignature Signature { get; }

    public bool IsFree => false;

    public IEmbeddingGenerator<string, Embedding<float>> Documents { get; }

    public IEmbeddingGenerator<string, Embedding<float>> Queries { get; }

    /// <param name="requestTimeout">For one request, to the last byte; null for the governor's default.</param>
    /// <exception cref="UsageException">The address can't be used with this configuration.</exception>
    /// <exception cref="ProviderRefusedException">The host is known to want a key and none is configured.</exception>
    public static IEmbeddingProvider Create(EmbeddingsConfig config, TimeProvider clock, TimeSpan? requestTimeout = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(clock);
        return new OpenAiProvider(config, clock, requestTimeout ?? GovernorOptions.DefaultRequestTimeout);
    }

    /// <summary>Needs no key and no network.</summary>
    public static EmbeddingSignature SignatureOf(EmbeddingsConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);

        // As JSON, so that no prefix can look like another pair of prefixes.
        var roleRules = config.Prefixes == RolePrefixes.None
            ? ""
            : JsonSerializer.Serialize(new { document = config.Prefixes.Document, query = config.Prefixes.Query });
        return new(ProviderName, config.Model, config.Dimension, roleRules);
    }

    public void Dispose()
    {
        Documents.Dispose();
        Queries.Dispose();
        _wire.Dispose();
    }

    internal async Task<GeneratedEmbeddings<Embedding<float>>> SendAsync(string[] texts, CancellationToken cancellationToken)
    {
        var (_, model, dimension, _) = Signature;
        var namesDimension = _namesDimension;
        OpenAiAnswer answer;
        try
        {
            answer = await _wire.SendAsync(texts, namesDimension ? dimension : null, cancellationToken);
        }
        catch (EmbeddingRequestException caught) when (caught.Fault == RequestFault.DimensionRefused && namesDimension && !MakesAnyDimension(model))
        {
            // Servers of models that can't be shortened refuse the parameter, not the dimension; what comes back is checked anyway.
            _namesDimension = false;
            throw new EmbeddingRequestException(RequestFault.Adapted, caught.Message, caught);
        }

        RequireModel(answer.Model);
        return AnswerCheck.Read(answer, texts.Length, dimension, model);
    }

    /// <summary>OpenAI's third generation is made to be shortened: a refusal there means the number itself.</summary>
    private static bool MakesAnyDimension(string model) => model.StartsWith("text-embedding-3-", StringComparison.OrdinalIgnoreCase);

    private void RequireModel(string? answered)
    {
        var asked = Signature.Model;
        if (_endpoint.NamesDeployments)
        {
            lock (_lock)
            {
                asked = _deployed ??= answered ?? asked;
            }
        }

        if (!ModelName.IsSame(asked, answered))
        {
            throw new EmbeddingRequestException(
                RequestFault.WrongAnswer,
                $"{_endpoint.Name} was asked for model {asked} and answered with {ModelName.Printed(answered!)}. Models are never mixed: set embeddings.model to the name that the server gives it.");
        }
    }
}
