using EmbSync.Core.Buying;
using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Columns;
using EmbSync.Core.Model;
using EmbSync.Core.Reporting;
using EmbSync.Core.Storage.Columns;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary>Flags of <c>reembed --table</c>: a vector column of a table of the user's own.</summary>
internal sealed class ColumnOptions(CommandLineApplication command)
{
    private readonly CommandOption _url = command.Value(
        "--postgres-url <URL>", "With --table: the database, as env:NAME or an address without password (default: store.url)");
    private readonly CommandOption _table = command.Value("--table <NAME>", "A table of your own: NAME or SCHEMA.NAME");
    private readonly CommandOption _id = command.Value("--id <COLUMN>", "With --table: the key (default: the primary key)");
    private readonly CommandOption _texts = command.Many("--text <COLUMN>", "With --table: the text (repeatable: joined by an empty line)");
    private readonly CommandOption _column = command.Value("--column <COLUMN>", "With --table: the vectors");
    private readonly CommandOption _relax = command.Flag(
        "--relax-type", "With --table: fill the column itself, without a dimension meanwhile, not another one beside");
    private readonly CommandOption _maxDelete = command.Value(
        "--max-delete <LIMIT>", "With --table: rows without text (N or P%) that may lose their vector (default: the larger of 20% and 10)");
    private readonly CommandOption _noConfirm = command.Flag("--no-confirm", "With --table: don't wait 5 seconds before the first write");

    public bool IsGiven => _table.HasValue();

    public string? Url => _url.Value();

    public bool Confirms => !_noConfirm.HasValue();

    /// <exception cref="UsageException">Something is missing, or stands without a table.</exception>
    public ColumnRequest Request(bool dropIndexFirst, bool concurrentIndex) =>
        _texts.Values.Count == 0 || _column.Value() is not { } column
            ? throw new UsageException("--table goes with --text and --column: say what is embedded and where its vectors are")
            : new(_table.Value()!, _id.Value(), _texts.All(), column, _relax.HasValue(), dropIndexFirst, concurrentIndex)
                { MaxDelete = DeleteLimits.Of(_maxDelete) };

    /// <exception cref="UsageException">A flag that means nothing without a table.</exception>
    public void RequireAbsent()
    {
        if (new[] { _url, _id, _texts, _column, _relax, _maxDelete }.FirstOrDefault(option => option.HasValue()) is { } lost)
        {
            throw new UsageException($"--{lost.LongName} goes with --table");
        }
    }
}

/// <summary><c>reembed --table</c>.</summary>
internal static class ReembedColumn
{
    private static readonly TimeSpan Countdown = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(
        Session session, GlobalOptions global, ColumnOptions options, ColumnRequest request, ConfigOverrides overrides, bool dryRun)
    {
        var token = session.CancellationToken;
        var format = global.Format;
        var config = session.Load(global, overrides);
        var url = session.Address(global, options.Url) ?? config.Store.Url ?? throw new UsageException(
            "--table: say which database with --postgres-url env:NAME");
        using var progress = session.Progress(global);
        var reembed = new ColumnReembed(config.Embeddings, SpendLimit.Of(config.Limits), session.Terminal.Clock, progress,
            (plan, cancellationToken) => ConfirmAsync(session, options, plan, cancellationToken))
        {
            MaxDelete = config.Limits.MaxDelete,
            Notices = new Notes(session, global),
        };
        if (dryRun)
        {
            return Print(session, global, format, new(await reembed.DryRunAsync(url, request, token), ExitCode.Done, null));
        }

        var result = await reembed.RunAsync(url, request, token);
        return Print(session, global, format, result);
    }

    /// <summary>Said whatever --quiet says: it is somebody's own table.</summary>
    private static async Task ConfirmAsync(Session session, ColumnOptions options, ColumnPlan plan, CancellationToken cancellationToken)
    {
        if (!options.Confirms)
        {
            return;
        }

        var what = plan.Mode == ColumnMode.Relaxed
            ? $"writes {plan.Column} of {plan.Table} in place: until it is done its rows are of two models, and searches compare them with each other"
            : plan.Mode == ColumnMode.Shadow ? $"fills a column beside {plan.Column} of {plan.Table}, and then drops the one there is now"
                : $"writes {plan.Column} of {plan.Table}";
        session.Complain($"this {what}. {Text.Count(plan.Due, "row")}, {Text.Count(plan.Purchase.Tokens, "token")}. It begins in 5 seconds: Ctrl-C stops it, --no-confirm doesn't wait");
        await Task.Delay(Countdown, session.Terminal.Clock, cancellationToken);
    }

    private static int Print(Session session, GlobalOptions global, OutputFormat format, ColumnResult result)
    {
        session.Note(global, result.Report.Notes);
        session.Print(format == OutputFormat.Json ? ReportJson.Of(result.Report) : ColumnReembedText.Of(
            result.Report, session.Terminal.Ink(global.NoColor)));
        if (result.Stopped is EmbSyncException stopped)
        {
            session.Complain(global.Verbose ? stopped.ToString() : stopped.Message);
        }

        return (int)result.ExitCode;
    }
}
