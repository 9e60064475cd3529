using EmbSync.Core.Buying;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Sources.Postgres;

namespace EmbSync.Tool.Commands;

/// <summary>
/// <c>sync --watch</c>: a sync, then one whenever rows change, until it is interrupted. What a round can't do for a while is tried again;
/// what would be so
/// in every round ends it. The bounds on spending hold for all rounds together.
/// </summary>
internal sealed class SyncWatch(
    Session session, GlobalOptions global, SpendOptions spend, SyncRequest request, TimeSpan pause, TimeSpan every, string? stdinSource)
{
    /// <summary>Before a database that can't be reached is tried again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private SpendLimit? _left;
    private string? _refused;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (request.Limit is not null || request.MaxBatches is not null)
        {
            throw new UsageException("--watch embeds everything that changed, round after round: leave out --limit and --max-batches; --max-cost and --max-tokens bound all rounds together");
        }

        if (global.Format != OutputFormat.Text || stdinSource is not null || request.At is not null || request.Reindex)
        {
            throw new UsageException("--watch prints text, round after round, of rows as they are: leave out --format, --json, --at, --reindex and --stdin-source");
        }

        var listening = false;
        while (true)
        {
            session.Terminal.BeginAnew();
            try
            {
                await using var listener = await ListenAsync(cancellationToken);
                if (!listening)
                {
                    session.Note(global, ["watching: a sync after each change of rows; Ctrl-C ends it. 'embsync hook sql' prints the triggers it waits for"]);
                    listening = true;
                }

                return await RoundsAsync(listener, cancellationToken);
            }
            catch (EmbSyncException fault) when (fault.ExitCode is ExitCode.Failed && listening)
            {
                session.Complain($"{fault.Message} (tried again in {Patience.TotalSeconds} s)");
                await Task.Delay(Patience, session.Terminal.Clock, cancellationToken);
            }
        }
    }

    private async Task<int> RoundsAsync(ChangeListener listener, CancellationToken cancellationToken)
    {
        while (true)
        {
            session.Terminal.BeginAnew();
            var (code, again) = await RoundAsync(cancellationToken);
            if (code is { } end)
            {
                return end;
            }

            using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            wait.CancelAfter(again ? Patience : every);

            try
            {
                await listener.HearAsync(wait.Token);

                // Changes come in bursts; what arrives meanwhile belongs to the same round.
                await Task.Delay(pause, session.Terminal.Clock, cancellationToken);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Nothing was heard. What failed is tried again all the same; and some changes wake nobody: replication, tables without a
                // trigger, a pooler between.
            }
        }
    }

    private Task<ChangeListener> ListenAsync(CancellationToken cancellationToken)
    {
        var config = session.Load(global, spend.Overrides);
        _left ??= SpendLimit.Of(config.Limits);
        return ChangeListener.StartAsync(
            config.Sources.Where(source => request.Sources.Count == 0 || request.Sources.Contains(source.Name)), cancellationToken);
    }

    /// <returns>The code to leave with, null to go on; and whether the round is to be tried again though nothing changes.</returns>
    private async Task<(int? Code, bool Again)> RoundAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var workspace = session.Open(global, spend.Overrides, spend.Wait > TimeSpan.Zero ? spend.Wait : Patience);
            using var progress = session.Progress(global);
            var result = await new SyncEngine(workspace, session.Terminal.Clock).RunAsync(request, _left!, progress, cancellationToken);
            _left = result.Report.LeftOf(_left!);
            if (result.IsRefusal)
            {
                // Said once: what is gone stays gone, and what is new is to be embedded all the same.
                var said = result.Stopped!.Message;
                (result, _refused) = (result with { ExitCode = ExitCode.Partial, Stopped = said == _refused ? null : result.Stopped },
                    said);
            }

            if (result.Report.RunId is not null
                || (result.ExitCode != ExitCode.Done && !(result.Report.Refused.Count > 0 && result.Stopped is null)))
            {
                SyncCommand.Print(session, global, result);
                await session.Terminal.Out.FlushAsync(cancellationToken);
            }

            if (result.Report.Volatile is [var source, ..])
            {
                throw new GuardException($"source '{source}': every round would buy its rows again, as they are others at each look: watching ends. Take what changes out of its query or view, then watch again");
            }

            return result.ExitCode is ExitCode.Done or ExitCode.Partial ? (null, false) : result.ExitCode is ExitCode.Failed ? (null, true)
                : ((int)result.ExitCode, false);
        }
        catch (EmbSyncException fault) when (fault.ExitCode is ExitCode.Failed or ExitCode.Locked)
        {
            session.Complain($"{fault.Message} (tried again in {Patience.TotalSeconds} s)");
            return (null, true);
        }
    }
}
