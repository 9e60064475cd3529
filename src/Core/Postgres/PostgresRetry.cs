#pragma warning disable RS0030 // the Postgres store
using Npgsql;

namespace EmbSync.Core.Postgres;

/// <summary>
/// After a lost connection or a deadlock a transaction is done again: whether the first one was kept or not, the outcome is the same.
/// </summary>
internal static class PostgresRetry
{
    /// <summary>A restart of the server takes a few seconds.</summary>
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2),
        TimeSpan.FromSeconds(5)];

    /// <summary>Readers that hold a view or table for longer than 20 to 30 seconds are named to the user.</summary>
    private const int MostLocked = 100;

    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(200);

    /// <param name="renew">Before each try but the first.</param>
    public static async Task<T> RunAsync<T>(
        TimeProvider clock, Func<CancellationToken, Task> renew, Func<Task<T>> once, CancellationToken cancellationToken)
    {
        var locked = 0;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (attempt > 0)
                {
                    await renew(cancellationToken);
                }

                return await once();
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable && locked < MostLocked)
            {
                locked++;
                attempt--;
                await Task.Delay(LockPause, clock, cancellationToken);
            }
            catch (Exception e) when (PostgresErrors.IsTransient(e) && attempt < Pauses.Length)
            {
                await Task.Delay(Pauses[attempt], clock, cancellationToken);
            }
        }
    }
}
