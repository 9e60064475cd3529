using System.Runtime.CompilerServices;
using EmbSync.Core.Model;
using Microsoft.Extensions.AI;

namespace EmbSync.Core.Embedding;

/// <summary>
/// The one way to a provider: packs texts into requests, sends several at once, waits where the server asks to, tries again where that
/// helps, and sets bad texts aside. What it learns of the server's limits holds as long as it lives: one for a run.
/// </summary>
public sealed class RequestGovernor
{
    private readonly IEmbeddingProvider _provider;
    private readonly GovernorOptions _options;
    private readonly TimeProvider _clock;
    private readonly RequestCaps _caps;
    private readonly RequestGate _gate;
    private readonly Backoff _backoff;
    private readonly ProviderPulse _pulse = new();
    private readonly KeepResults? _keep;

    /// <param name="keep">Called with results as soon as they are there, from several threads; a <see cref="StoreException"/> of it ends the run.</param>
    public RequestGovernor(IEmbeddingProvider provider, GovernorOptions options, TimeProvider clock, KeepResults? keep = null)
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
        _caps = new(options.BatchSize, tokens);
        _gate = new(options.Concurrency, TimeSpan.FromMilliseconds(provider.IsFree ? 0 : options.SleepMs), clock, new(requests, tokens, clock));
        _backoff = new(options.Seed);
    }

    /// <summary>
    /// Answers for every input exactly once, as they come, in no order. Holds at most twice the concurrency in batches, so inputs are taken
    /// only as answers are consumed. Once <paramref name="cancellationToken"/> is cancelled no request starts; answers of those under
    /// way still come for <see cref="GovernorOptions.StopGrace"/>, so the consumer should store them without that token. With
    /// <see cref="GovernorOptions.MaxBatches"/> inputs beyond are not taken.
    /// </summary>
    /// <exception cref="ProviderRefusedException">Every request would be refused; after all results that were there. From then on nothing is sent.</exception>
    /// <exception cref="ProviderFailedException">Nothing gets through; after all results that were there.</exception>
    /// <exception cref="OperationCanceledException">After all results that were there.</exception>
    public async IAsyncEnumerable<EmbedAnswer> EmbedAsync(
        IAsyncEnumerable<EmbedInput> inputs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        await using var run = new GovernedRun(Sender(_provider.Documents), _caps, _pulse, _options, _clock, _keep, cancellationToken);
        run.Start(inputs, _options.MaxBatches);
        await foreach (var answer in run.AnswersAsync())
        {
            yield return answer;
        }
    }

    /// <summary>Vector of a text that is searched for, with the same patience.</summary>
    /// <exception cref="UsageException">The text itself can't be embedded.</exception>
    /// <exception cref="ProviderRefusedException">Every request would be refused.</exception>
    /// <exception cref="ProviderFailedException">Nothing gets through.</exception>
    public async Task<ReadOnlyMemory<float>> EmbedQueryAsync(string query, CancellationToken cancellationToken)
    {
        var outcome = await Sender(_provider.Queries).SendAsync([query], TokenEstimate.Estimate(query), suspect: false, cancellationToken, cancellationToken);
        return outcome.Fault switch
        {
            null => outcome.Vectors[0]!.Vector,
            { Fault: RequestFault.TextRefused or RequestFault.TooManyTokens or RequestFault.TooManyInputs } fault =>
                throw new UsageException($"The query can't be embedded: {fault.Message}", fault),
            var fault => throw ProviderPulse.GaveUp(fault),
        };
    }

    private RequestSender Sender(IEmbeddingGenerator<string, Embedding<float>> generator) =>
        new(generator, _provider.IsFree, _options, _gate, _caps, _backoff, _clock);
}
