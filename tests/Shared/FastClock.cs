using System.Collections.Concurrent;

namespace EmbSync.Tests;

/// <summary>A clock that runs many times faster than the wall's, so that pauses of minutes pass in moments. Remembers every wait.</summary>
internal sealed class FastClock(double factor = 1000) : TimeProvider
{
    private readonly long _start = System.GetTimestamp();
    private readonly DateTimeOffset _epoch = System.GetUtcNow();
    private readonly ConcurrentQueue<TimeSpan> _waits = new();

    /// <summary>As asked for, in this clock's time.</summary>
    public IReadOnlyList<TimeSpan> Waits => [.. _waits];

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => _start + (long)((System.GetTimestamp() - _start) * factor);

    public override DateTimeOffset GetUtcNow() => _epoch + GetElapsedTime(_start);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > TimeSpan.Zero)
        {
            _waits.Enqueue(dueTime);
        }

        return System.CreateTimer(callback, state, Scaled(dueTime), Scaled(period));
    }

    private TimeSpan Scaled(TimeSpan time) =>
        time <= TimeSpan.Zero ? time : TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(time.TotalMilliseconds / factor)));
}
