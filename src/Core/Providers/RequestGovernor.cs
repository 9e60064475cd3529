using System.Runtime.CompilerServices;
using EmbSync.Core.Model;
using Microsoft.Extensions.AI;

namespace EmbSync.Core.Providers;

/// <summary>
/// The one way to a provider: packs texts into requests, sends several at once, waits where the server asks to, tries again where that
/// helps, and sets bad texts aside. What it learns of the server's limits holds as long as it lives: one for a run.
/// </summary>
public sealed class RequestGovernor
{
    private const string QuerySetting = "embeddings.queryTimeoutMs";
    private const int MostQueryRetries = 2;

    private readonly IEmbeddingProvider _provider;
    private readonly GovernorOptions _options;
    private readonly TimeProvider _clock;
    private readonly RequestCaps _caps;
    private readonly RequestGate _gate;
    private readonly Backoff _backoff;
    private readonly ProviderPulse _pulse = new();
    private readonly KeepResults? _keep;

    /// <summary>
    /// Takes what was billed beside the answers that are handed on: for those that came when nobody waited any more, and for queries.
    /// </summary>
    public Action<EmbedAnswer>? Unclaimed { get; set; }

    /// <param name="keep">Called with results as soon as they are there, from several threads; a <see cref="StoreException"/> of it ends
    /// the run.</param>
    /// <param name="notices">Is told what is learned of the server's limits, once each.</param>
    public RequestGovernor(IEmbeddingProvider provider, GovernorOptions options, TimeProvider clock, KeepResults? keep = null,
        IProgress<string>? notices = null)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Concurrency, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.SleepMs, nameof(options));
        _provider = provider;
        _options = options;
        _clock = clock;
        _keep = keep;
        var (requests, tokens) = provider.IsFree ? (null, null) : (options.RequestsPerMinute, options.TokensPerMinute);
        _caps = new(options.BatchSize, tokens, notices);
        _gate = new(options.Concurrency, TimeSpan.FromMilliseconds(provider.IsFree ? 0 : options.SleepMs), clock,
            new(requests, tokens, clock), provider.IsLearning);
        _backoff = new(options.Seed);
    }

    /// <summary>
    /// Answers for every input exactly once, as they come, in no order. Holds at most twice the concurrency in batches, so inputs are taken
    /// only as answers are consumed. Once <paramref name="cancellationToken"/> is cancelled no request starts; answers of those under
    /// way still come for <see cref="GovernorOptions.StopGrace"/>, so the consumer should store them without that token. With
    /// <see cref="GovernorOptions.MaxBatches"/> inputs beyond are not taken.
    /// </summary>
    /// <exception cref="ProviderRefusedException">Every request would be refused; after all results that were there. From then on nothing
    /// is sent.</exception>
    /// <exception cref="ProviderFailedException">Nothing gets through; after all results that were there.</exception>
    /// <exception cref="OperationCanceledException">After all results that were there.</exception>
    public async IAsyncEnumerable<EmbedAnswer> EmbedAsync(
        IAsyncEnumerable<EmbedInput> inputs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        await using var run = new GovernedRun(
            Sender(_provider.Documents, _options), _caps, _pulse, _options, _clock, _keep, answer =>
            Unclaimed?.Invoke(answer.WithoutResults()), cancellationToken);
        run.Start(inputs, _options.MaxBatches);
        await foreach (var answer in run.AnswersAsync())
        {
            yield return answer;
        }
    }

    /// <summary>Vector of a text that is searched for, with the patience of a run: for what is asked before a run begins.</summary>
    /// <exception cref="UsageException">The text itself can't be embedded.</exception>
    /// <exception cref="ProviderRefusedException">Every request would be refused.</exception>
    /// <exception cref="ProviderFailedException">Nothing gets through.</exception>
    public Task<ReadOnlyMemory<float>> EmbedQueryAsync(string query, CancellationToken cancellationToken) =>
        EmbedQueryAsync(query, _options, ProviderPulse.GaveUp, cancellationToken);

    /// <summary>Vector of a text that somebody waits for: answers or fails within <see cref="GovernorOptions.QueryBudget"/>.</summary>
    /// <inheritdoc cref="EmbedQueryAsync(string, CancellationToken)"/>
    public Task<ReadOnlyMemory<float>> EmbedQueryNowAsync(string query, CancellationToken cancellationToken)
    {
        var budget = _options.QueryBudget;
        return EmbedQueryAsync(
            query,
            _options with
            {
                RequestTimeout = budget < _options.RequestTimeout ? budget : _options.RequestTimeout,
                RetryBudget = budget,
                BudgetSetting = QuerySetting,
                MaxRetries = Math.Min(_options.MaxRetries, MostQueryRetries),
            },
            fault => new(
                string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{fault.Message} A search waits {budget.TotalSeconds:0.#} s for the vector of its text ({QuerySetting}). ")
                + (fault.Fault == RequestFault.TimedOut ? "A server that loads its model first may need longer: raise it, or search again."
                    : "Search again when the provider is back; 'embsync doctor' looks at it."), fault),
            cancellationToken);
    }

    private async Task<ReadOnlyMemory<float>> EmbedQueryAsync(
        string query, GovernorOptions options, Func<EmbeddingRequestException, ProviderFailedException> gaveUp,
        CancellationToken cancellationToken)
    {
        var (sender, owner) = (Sender(_provider.Queries, options), new object());
        var meter = sender.NewMeter();
        try
        {
            var outcome = await sender.SendAsync(
                [query], TokenEstimate.Estimate(query), owner, suspect: false, quick: false, meter, cancellationToken, cancellationToken);
            return outcome.Fault switch
            {
                null => outcome.Vectors[0]!.Vector,
                { Fault: RequestFault.TextRefused or RequestFault.Unclear or RequestFault.TooManyTokens or RequestFault.TooManyInputs } fault =>
                    throw new UsageException($"The query can't be embedded: {fault.Message}", fault),
                var fault => throw gaveUp(fault),
            };
        }
        finally
        {
            sender.Release(owner);
            Unclaimed?.Invoke(meter.Tell([]));
        }
    }

    private RequestSender Sender(IEmbeddingGenerator<string, Embedding<float>> generator, GovernorOptions options) =>
        new(generator, _provider.IsFree, options, _gate, _caps, _backoff, _clock);
}
