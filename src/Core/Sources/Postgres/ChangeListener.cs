#pragma warning disable RS0030 // LISTEN
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using Npgsql;

namespace EmbSync.Core.Sources.Postgres;

/// <summary>
/// Waits for what the triggers of <see cref="ChangeTrigger"/> say, in every database that has a source. What is said from then on is heard,
/// if late.
/// </summary>
public sealed class ChangeListener : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly List<(NpgsqlConnection Connection, Task Heard)> _ears = [];

    private ChangeListener()
    {
    }

    /// <summary>Listens from here on.</summary>
    /// <exception cref="UsageException">No source is in a database.</exception>
    /// <exception cref="SourceException">A database can't be reached.</exception>
    public static async Task<ChangeListener> StartAsync(IEnumerable<SourceConfig> sources, CancellationToken cancellationToken)
    {
        var databases = sources.OfType<DatabaseSourceConfig>().DistinctBy(source => source.Url.Reveal()).ToList();
        if (databases.Count == 0)
        {
            throw new UsageException("--watch waits for rows of a database to change, and no source is of type table or query");
        }

        var listener = new ChangeListener();
        try
        {
            foreach (var source in databases)
            {
                await listener.ListenAsync(source, cancellationToken);
            }

            return listener;
        }
        catch
        {
            await listener.DisposeAsync();
            throw;
        }
    }

    /// <summary>Until something changed since listening began, or since the answer before.</summary>
    /// <exception cref="SourceException">A connection is lost: what happens from here on is not heard.</exception>
    public async Task HearAsync(CancellationToken cancellationToken)
    {
        var first = await Task.WhenAny(_ears.Select(ear => ear.Heard)).WaitAsync(cancellationToken);
        await first;
        for (var i = 0; i < _ears.Count; i++)
        {
            if (_ears[i].Heard.IsCompletedSuccessfully)
            {
                _ears[i] = (_ears[i].Connection, WaitAsync(_ears[i].Connection));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (var (connection, heard) in _ears)
        {
            try
            {
                await heard;
            }
            catch (Exception e) when (e is OperationCanceledException or SourceException)
            {
                // Nobody waits for it any more.
            }

            await connection.DisposeAsync();
        }

        _end.Dispose();
    }

    private async Task ListenAsync(DatabaseSourceConfig source, CancellationToken cancellationToken)
    {
        var builder = PostgresUrl.Parse(source.Url);
        builder.ApplicationName ??= "embsync";
        builder.Pooling = false;

        // A connection that died in silence is noticed after a minute or two.
        builder.KeepAlive = 60;
        var connection = new NpgsqlConnection(builder.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await connection.RunAsync($"LISTEN {ChangeTrigger.Channel}", cancellationToken);
        }
        catch (Exception e) when (PostgresErrors.Is(e))
        {
            await connection.DisposeAsync();
            throw Lost(builder, e);
        }

        _ears.Add((connection, WaitAsync(connection)));
    }

    private async Task WaitAsync(NpgsqlConnection connection)
    {
        try
        {
            await connection.WaitAsync(_end.Token);
        }
        catch (Exception e) when (PostgresErrors.Is(e))
        {
            throw Lost(new(connection.ConnectionString), e);
        }
    }

    private static SourceException Lost(NpgsqlConnectionStringBuilder place, Exception error) =>
        new($"{place.Host}/{place.Database} can't be listened to: {(place.Password is { Length: > 3 } password ? error.Message.Replace(password, "***", StringComparison.Ordinal) : error.Message)}", error);
}
