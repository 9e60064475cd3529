using EmbSync.Core.Model;

namespace EmbSync.Core.Providers;

/// <summary>
/// When the next request may start: so many at once, so far apart, and none while the server asks to wait. A 429 halves how many go at
/// once; answers raise it again, one for every two rounds. Who waits longest starts first, so that small requests don't keep a large one
/// out
/// of the minute's tokens.
/// </summary>
/// <param name="scouts">The first request goes alone, until it is answered or fails in a way that teaches nothing.</param>
internal sealed class RequestGate(int concurrency, TimeSpan spacing, TimeProvider clock, MinuteLimit? limit = null, bool scouts = false)
{
    private readonly Lock _lock = new();
    private readonly MinuteLimit _minute = limit ?? new(null, null, clock);
    private readonly LinkedList<object> _waiting = [];
    private TaskCompletionSource _changed = NewSignal();
    private int _allowed = Math.Max(1, concurrency);
    private bool _scouts = scouts;
    private object? _scout;
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

    /// <param name="tokens">Estimate of what the request takes.</param>
    /// <param name="owner">Whose request it is: while the first one shows what it can, only its owner's follow.</param>
    /// <returns>The start, to be given back with what came of it.</returns>
    /// <exception cref="ProviderRefusedException">The provider refused an earlier request for good.</exception>
    public async Task<MinuteLimit.Start> EnterAsync(long tokens, CancellationToken cancellationToken, object? owner = null)
    {
        var place = new LinkedListNode<object>(this);
        lock (_lock)
        {
            _waiting.AddLast(place);
        }

        try
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
                    pause = IsNext(place, owner) ? UntilNextStart(tokens) : Timeout.InfiniteTimeSpan;
                    if (pause == TimeSpan.Zero)
                    {
                        _scout = _scouts ? owner : null;
                        _running++;
                        _lastStart = clock.GetTimestamp();
                        return _minute.Begin(tokens);
                    }
                }

                // Either the pause is over or something changed; the loop looks which.
                await change.WaitAsync(pause, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            lock (_lock)
            {
                _waiting.Remove(place);
                Signal();
            }
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

    /// <summary>The first request has shown what it could.</summary>
    public void EndScouting()
    {
        lock (_lock)
        {
            _scouts = false;
            Signal();
        }
    }

    /// <summary>No more requests of that owner's come: if nothing was answered, another may try.</summary>
    public void Release(object owner)
    {
        lock (_lock)
        {
            if (_scout == owner)
            {
                _scout = null;
                Signal();
            }
        }
    }

    public void Answered()
    {
        EndScouting();
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

    /// <param name="tokens">As the answer bills; null when it says nothing.</param>
    public void Learn(MinuteLimit.Start start, long? tokens, RateNotice? notice)
    {
        lock (_lock)
        {
            if (tokens is { } billed)
            {
                _minute.Correct(start, billed);
            }

            if (notice is not null)
            {
                _minute.Learn(notice);
            }

            Signal();
        }
    }

    /// <param name="start">Of the request that was refused: those sent before the last slowdown say nothing new.</param>
    /// <param name="pause">No request starts before it is over.</param>
    public void SlowDown(MinuteLimit.Start start, TimeSpan pause)
    {
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            if (_lastSlowdown is not { } last || start.At >= last)
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

    private bool IsNext(LinkedListNode<object> place, object? owner) => _scouts
        ? _running == 0 && (_scout is null ? _waiting.First == place : _scout == owner)
        : _running < _allowed && _waiting.First == place;

    /// <summary>Zero: a request may start now.</summary>
    private TimeSpan UntilNextStart(long tokens)
    {
        var held = Left(_hold.From, _hold.Length);
        var spaced = _lastStart is { } last ? Left(last, spacing) : TimeSpan.Zero;
        var asked = held > spaced ? held : spaced;
        var minute = Whole(_minute.UntilRoomFor(tokens));
        return asked > minute ? asked : minute;
    }

    private TimeSpan Left(long from, TimeSpan length)
    {
        if (length == TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        return Whole(length - clock.GetElapsedTime(from));
    }

    // Timers count whole milliseconds: a rest below one would spin.
    private static TimeSpan Whole(TimeSpan left) =>
        left <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds));

    private void Signal()
    {
        _changed.SetResult();
        _changed = NewSignal();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
