using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Providers.Lexical;
using EmbSync.Core.Providers.Local;
using EmbSync.Core.Providers.OpenAi;

namespace EmbSync.Core.Providers;

/// <summary>Which provider a configuration means, what its vectors are, and what it costs.</summary>
public static class ProviderFactory
{
    /// <summary>Fixed, so that a run's retries can be repeated; jitter only has to differ between requests.</summary>
    private const int JitterSeed = 20_240_429;

    /// <summary>Needs no key and no network.</summary>
    public static EmbeddingSignature SignatureOf(EmbeddingsConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config.Provider switch
        {
            LocalProvider.ProviderName => LocalProvider.SignatureOf(config),
            LexicalProvider.ProviderName => LexicalProvider.SignatureOf(config.Dimension),
            _ => OpenAiProvider.SignatureOf(config),
        };
    }

    /// <summary>What vectors of that signature cost, which may be another than the configured.</summary>
    public static PurchaseTerms TermsOf(EmbeddingsConfig config, EmbeddingSignature signature)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(signature);
        var isOwn = config.Prices.TryGetValue(signature.Model, out var own);
        var price = isOwn ? own : ModelCatalog.Find(signature.Model)?.PricePerMillion;
        return new(signature.Provider is LexicalProvider.ProviderName or LocalProvider.ProviderName, config.BatchSize, config.Concurrency,
            config.SleepMs, price)
        {
            RequestsPerMinute = config.Pace.RequestsPerMinute,
            TokensPerMinute = config.Pace.TokensPerMinute,
            TokensASecond = signature.Provider == LocalProvider.ProviderName ? LocalProvider.TokensASecond(config) : null,
            PriceFrom = isOwn ? "embeddings.prices" : price is null ? null : ModelCatalog.PricesAsOf,
        };
    }

    /// <summary>
    /// A provider whose vectors are comparable with those of the signature, which may be an older one than the configured.
    /// </summary>
    /// <exception cref="UsageException">The configuration can't make such vectors.</exception>
    /// <exception cref="ProviderRefusedException">A key is needed and not set.</exception>
    /// <param name="notices">Is told what is learned of the server, once each.</param>
    public static IEmbeddingProvider Open(
        EmbeddingsConfig config, EmbeddingSignature signature, TimeProvider clock, IProgress<string>? notices = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(signature);
        if (signature.Provider == LocalProvider.ProviderName)
        {
            return LocalProvider.Open(config, signature);
        }

        if (signature.Provider == LexicalProvider.ProviderName)
        {
            return new LexicalProvider(signature.Dimension);
        }

        var asked = config with { Provider = signature.Provider, Model = signature.Model, Dimension = signature.Dimension };
        return SignatureOf(asked).Fingerprint == signature.Fingerprint
            ? OpenAiProvider.Create(asked, clock, TimeSpan.FromSeconds(config.Pace.TimeoutSeconds), notices)
            : throw new UsageException(
                $"the vectors in use were made by {signature.Provider} {signature.Model} with other role prefixes or request fields than "
                + "the configuration has (embeddings.prefixes, embeddings.request.extra): put them back, or build a new generation with 'embsync sync --all'");
    }

    /// <param name="maxBatches">Requests of one stream; null for no bound.</param>
    public static RequestGovernor OpenGovernor(IEmbeddingProvider provider, EmbeddingsConfig config, int? maxBatches, TimeProvider clock,
        KeepResults? keep = null, IProgress<string>? notices = null)
    {
        ArgumentNullException.ThrowIfNull(provider);
        var options = GovernorOptions.From(config, maxBatches, JitterSeed);
        return new(provider, provider.Signature.Provider == LocalProvider.ProviderName ? LocalProvider.Governed(options) : options, clock,
            keep, notices);
    }
}
