using EmbSync.Core.Configuration;
using EmbSync.Core.Configuration.LocalModels;
using EmbSync.Core.Model;
using Microsoft.Extensions.AI;

namespace EmbSync.Core.Providers.Local;

/// <summary>
/// A model inside the tool: offline and free, finds meaning. Its library and files are loaded when a provider is made, never before.
/// </summary>
public sealed class LocalProvider : IEmbeddingProvider
{
    public const string ProviderName = "local";

    /// <summary>
    /// Of one core, by the estimate of a text: measured with texts of 30 to 400 tokens on a server's processor of 2023. Larger models are
    /// slower.
    /// </summary>
    private const double TokensASecondAndCore = 8_000;

    private readonly LocalEmbedder _embedder;

    /// <param name="threads">Texts at the same time.</param>
    private LocalProvider(LocalModel model, RolePrefixes prefixes, EmbeddingSignature signature, int threads)
    {
        Signature = signature;
        _embedder = new(model, prefixes);

        // Tasks start in the order in which they were made, so many at once: batches are done one after the other by all threads.
        var scheduler = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, threads).ConcurrentScheduler;
        Documents = new LocalGenerator(signature, scheduler, _embedder.Document);
        Queries = new LocalGenerator(signature, scheduler, _embedder.Query);
    }

    public EmbeddingSignature Signature { get; }

    public bool IsFree => true;

    public IEmbeddingGenerator<string, Embedding<float>> Documents { get; }

    /// <summary>A text without any token is refused with <see cref="UsageException"/>: it would be near nothing.</summary>
    public IEmbeddingGenerator<string, Embedding<float>> Queries { get; }

    /// <summary>Loads nothing; reads the files through where the model was given by path.</summary>
    /// <exception cref="UsageException">A file can't be read.</exception>
    public static EmbeddingSignature SignatureOf(EmbeddingsConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return SignatureOf(ModelOf(config), config.Prefixes);
    }

    /// <param name="signature">May be an older one than the configured: its own prefixes hold, and the model that it names.</param>
    /// <exception cref="UsageException">The model isn't here, can't be loaded, or is another than the signature names.</exception>
    public static IEmbeddingProvider Open(EmbeddingsConfig config, EmbeddingSignature signature)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(signature);
        var (model, prefixes) = Find(config, signature);
        if (model.Pinned is not null && !BundledModel.IsHere)
        {
            throw BundledModel.Missing();
        }

        return new LocalProvider(model, prefixes, signature, ThreadsOf(config));
    }

    internal static double TokensASecond(EmbeddingsConfig config) =>
        TokensASecondAndCore * Math.Min(ThreadsOf(config), Environment.ProcessorCount);

    /// <summary>Two batches, so that there is always work; no text can take too long, and none fails for a moment.</summary>
    internal static GovernorOptions Governed(GovernorOptions options) =>
        options with { Concurrency = 2, RequestTimeout = Timeout.InfiniteTimeSpan, RequestsPerMinute = null, TokensPerMinute = null };

    public void Dispose() => _embedder.Dispose();

    private static EmbeddingSignature SignatureOf(LocalModel model, RolePrefixes prefixes) =>
        new(ProviderName, model.Name, model.Dimension, LocalRules.Of(model, prefixes).ToString());

    /// <summary>Settings of another provider say nothing about this one.</summary>
    private static int ThreadsOf(EmbeddingsConfig config) =>
        config.Provider == ProviderName ? config.Concurrency : Environment.ProcessorCount;

    private static LocalModel ModelOf(EmbeddingsConfig config) => config.Local ?? BundledModel.Model;

    private static (LocalModel Model, RolePrefixes Prefixes) Find(EmbeddingsConfig config, EmbeddingSignature signature)
    {
        if (LocalRules.TryParse(signature.RoleRules) is { } rules)
        {
            var candidates = config.BySpace.Select(space => ModelOf(space.Config)).Append(BundledModel.Model);
            if (candidates.FirstOrDefault(model => model.Name == signature.Model && SignatureOf(model, rules.Prefixes) == signature) is
                { } found)
            {
                return (found, rules.Prefixes);
            }
        }

        throw new UsageException($"the vectors in use were made by local model {signature.Model} (SHA-256 {LocalRules.TryParse(signature.RoleRules)?.Model[..12] ?? "unknown"}), which is neither what embeddings.model names now "
            + "nor in this copy of embsync: put it back, or make all vectors anew with 'embsync sync --all'");
    }
}
