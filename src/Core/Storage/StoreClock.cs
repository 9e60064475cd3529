namespace EmbSync.Core.Storage;

internal static class StoreClock
{
    /// <summary>Now in UTC, in whole microseconds: what every store keeps, so that what is answered equals what is read later.</summary>
    public static DateTimeOffset Now(this TimeProvider clock) => InMicroseconds(clock.GetUtcNow());

    public static DateTimeOffset InMicroseconds(DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
