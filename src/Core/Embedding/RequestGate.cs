using EmbSync.Core.Model;

namespace EmbSync.Core.Embedding;

/// <summary>
/// When the next request may start: so many at once, so far apart, and none while the server asks to wait. A 429 halves how many go at
/// once; answers raise it again, one for every two rounds. Limits of requests or tokens a minute belong into <see cref="UntilNextStart"/>.
/// </summary>
internal sealed class RequestGate(int concurrency, TimeSpan spacing, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = NewSignal();
    private int _allowed = Math.Max(1, concurrency);
    private int _running;
    private int _answered;
    private long? _lastStart;
    private long? _lastSlowdown;
    private (long From, TimeSpan Length) _hold;
    private ProviderRefusedException? _refusal;

    /// <summary>Requests at once, as of now.</summary>
    public int Allowed
    {
        get
        {
            lock (_lock)
            {
                return _allowed;
            }
        }
    }

    /// <returns>Timestamp of the start, to be given back with what came of it.</returns>
    /// <exception cref="ProviderRefusedException">The provider refused an earlier request for good.</exception>
    public async Task<long> EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task change;
            TimeSpan pause;
            lock (_lock)
            {
                if (_refusal is not null)
                {
                    throw _refusal;
                }

                change = _changed.Task;
                pause = _running < _allowed ? UntilNextStart() : Timeout.InfiniteTimeSpan;
                if (pause == TimeSpan.Zero)
                {
                    _running++;
                    _lastStart = clock.GetTimestamp();
                    return _lastStart.Value;
                }
            }

            await (pause == Timeout.InfiniteTimeSpan
                ? change.WaitAsync(cancellationToken)
                : Task.Delay(pause, clock, cancellationToken));
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            _running--;
            Signal();
        }
    }

    /// <summary>No request starts any more: each would be refused alike.</summary>
    public void Shut(ProviderRefusedException refusal)
    {
        lock (_lock)
        {
            _refusal ??= refusal;
            Signal();
        }
    }

    public void Answered()
    {
        lock (_lock)
        {
            if (_allowed < concurrency && ++_answered >= 2 * _allowed)
            {
                _answered = 0;
                _allowed++;
                Signal();
            }
        }
    }

    /// <param name="start">Of the request that was refused: those sent before the last slowdown say nothing new.</param>
    /// <param name="pause">No request starts before it is over.</param>
    public void SlowDown(long start, TimeSpan pause)
    {
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            if (_lastSlowdown is not { } last || start >= last)
            {
                _allowed = Math.Max(1, _allowed / 2);
                _lastSlowdown = now;
            }

            _answered = 0;
            if (pause > Left(_hold.From, _hold.Length))
            {
                _hold = (now, pause);
            }
        }
    }

    /// <summary>Zero: a request may start now.</summary>
    private TimeSpan UntilNextStart()
    {
        var held = Left(_hold.From, _hold.Length);
        var spaced = _lastStart is { } last ? Left(last, spacing) : TimeSpan.Zero;
        return held > spaced ? held : spaced;
    }

    private TimeSpan Left(long from, TimeSpan length)
    {
        if (length == TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        var left = length - clock.GetElapsedTime(from);

        // Timers count whole milliseconds: a rest below one would spin.
        return left <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds));
    }

    private void Signal()
    {
        _changed.SetResult();
        _changed = NewSignal();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
