namespace EmbSync.Core.Storage.Postgres;

/// <summary>After a lost connection or a deadlock a transaction is done again: whether the first one was kept or not, the outcome is the same.</summary>
internal static class PostgresRetry
{
    /// <summary>A restart of the server takes a few seconds.</summary>
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)];

    /// <param name="renew">Before each try but the first.</param>
    public static async Task<T> RunAsync<T>(TimeProvider clock, Func<CancellationToken, Task> renew, Func<Task<T>> once, CancellationToken cancellationToken)
    {
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
            catch (Exception e) when (PostgresErrors.IsTransient(e) && attempt < Pauses.Length)
            {
                await Task.Delay(Pauses[attempt], clock, cancellationToken);
            }
        }
    }
}
