using System.Threading.Channels;

namespace EmbSync.Core.Providers;

/// <summary>The batches under way for one stream of inputs, and how they end: all done, one failed for good, or cancelled.</summary>
internal sealed class GovernedRun : IAsyncDisposable
{
    private readonly RequestSender _sender;
    private readonly RequestCaps _caps;
    private readonly ProviderPulse _pulse;
    private readonly KeepResults? _keep;
    private readonly Action<EmbedAnswer> _unclaimed;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenSource _abort;
    private readonly CancellationTokenRegistration _grace;
    private readonly SemaphoreSlim _room;
    private readonly List<Task> _running = [];

    // Unbounded as a channel; the room bounds it, and the consumer's side gives room back.
    private readonly Channel<EmbedAnswer?> _answers = Channel.CreateUnbounded<EmbedAnswer?>(new() { SingleReader = true });
    private readonly CancellationToken _cancelled;
    private readonly TimeSpan _stopGrace;
    private Task _pump = Task.CompletedTask;

    public GovernedRun(
        RequestSender sender, RequestCaps caps, ProviderPulse pulse, GovernorOptions options, TimeProvider clock, KeepResults? keep,
        Action<EmbedAnswer> unclaimed, CancellationToken cancellationToken)
    {
        _sender = sender;
        _caps = caps;
        _pulse = pulse;
        _keep = keep;
        _unclaimed = unclaimed;
        _cancelled = cancellationToken;
        _stopGrace = options.StopGrace;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _abort = new(Timeout.InfiniteTimeSpan, clock);
        _grace = cancellationToken.Register(() => _abort.CancelAfter(options.StopGrace));
        _room = new(2 * options.Concurrency);
    }

    public void Start(IAsyncEnumerable<EmbedInput> inputs, int? maxBatches) => _pump = PumpAsync(inputs, maxBatches);

    public async IAsyncEnumerable<EmbedAnswer> AnswersAsync()
    {
        await foreach (var answer in _answers.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (answer is null)
            {
                _room.Release();
            }
            else
            {
                yield return answer;
            }
        }

        _cancelled.ThrowIfCancellationRequested();
        await _pump;
        _pulse.End();
    }

    /// <summary>
    /// A consumer that leaves early wants no more; one that stayed has seen how the run ended. What is under way is paid: its answers may
    /// still come for a
    /// moment, to be kept where that is done beside the consumer, and to be counted.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _grace.DisposeAsync();
        _abort.CancelAfter(_stopGrace);
        await _pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (_answers.Reader.TryRead(out var answer))
        {
            if (answer is not null)
            {
                _unclaimed(answer);
            }
        }

        _stop.Dispose();
        _abort.Dispose();
        _room.Dispose();
    }

    private async Task PumpAsync(IAsyncEnumerable<EmbedInput> inputs, int? maxBatches)
    {
        try
        {
            await using var source = inputs.GetAsyncEnumerator(_stop.Token);
            var packer = new RequestPacker(source, _caps);
            for (var batches = 0; maxBatches is not { } most || batches < most; batches++)
            {
                await _room.WaitAsync(_stop.Token);
                var batch = await packer.NextAsync(_stop.Token);
                if (batch.Count == 0)
                {
                    break;
                }

                _running.RemoveAll(task => task.IsCompletedSuccessfully);
                _running.Add(RunAsync(batch));
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Who stopped it says why: a batch, below, or the caller's token.
        }
        finally
        {
            await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _answers.Writer.Complete();
        }

        await Task.WhenAll(_running);
    }

    private async Task RunAsync(IReadOnlyList<EmbedInput> batch)
    {
        var whole = false;
        try
        {
            await new BatchRun(_sender, _caps, _pulse, _answers.Writer, _keep).RunAsync(batch, _stop.Token, _abort.Token);
            whole = true;
        }
        finally
        {
            if (!whole)
            {
                await _stop.CancelAsync();
            }

            // Ends the batch for the consumer's side.
            _answers.Writer.TryWrite(null);
        }
    }
}
