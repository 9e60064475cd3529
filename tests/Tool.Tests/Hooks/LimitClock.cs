namespace EmbSync.Tool.Tests.Hooks;

/// <summary>The wall's clock, but for the timers of one length: these end when the test says so.</summary>
internal sealed class LimitClock(TimeSpan limit) : TimeProvider
{
    private readonly List<Action> _waiting = [];

    /// <summary>The time is over.</summary>
    public void Pass()
    {
        foreach (var end in _waiting)
        {
            end();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != limit)
        {
            return base.CreateTimer(callback, state, dueTime, period);
        }

        _waiting.Add(() => callback(state));
        return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
