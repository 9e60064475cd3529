using EmbSync.Core.Buying;
using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Adopt;
using EmbSync.Core.Model;
using EmbSync.Core.Reporting;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>adopt</c>: vectors that another program paid for.</summary>
internal static class AdoptCommand
{
    public static void AddTo(CommandLineApplication app, Session session) => app.Command("adopt", command =>
    {
        command.Description = "Take over vectors from LangChain's or your own table, after a sample was compared with fresh ones";
        command.ExtendedHelpText = """

            Examples:
              embsync adopt --dry-run                                what LangChain's table has of what a sync would buy
              embsync adopt --collection docs                        take it, and buy 100 texts to compare
              embsync adopt --table docs --text body --vector emb    from a table of your own

            Without --table it reads LangChain's langchain_pg_embedding. A vector is taken for a text that is the same to the letter. One of the
            sample below a cosine of 0.999 and all are refused, with exit code 5; the fresh ones of the sample are kept either way. A sample is no proof:
            of 100 that all agree, up to 3 % of the others may still be wrong; --sample 1000 leaves 0.3 %.
            """;
        var global = new GlobalOptions(command, OutputFormat.Text, OutputFormat.Json);
        var table = command.Value("--table <NAME>", "A table or view of your own: NAME or SCHEMA.NAME");
        var text = command.Value("--text <COLUMN>", "With --table: the text that was embedded");
        var vector = command.Value("--vector <COLUMN>", "With --table: its vector (vector, halfvec, real[] or double precision[])");
        var collection = command.Value("--collection <NAME>", "LangChain's collection, where there are several");
        var url = command.Value("--postgres-url <URL>", "The database, as env:NAME or an address without password (default: store.url)");
        var space = command.Value("--space <NAME>", "The space whose model it is (default: default, else the first configured)");
        var sample = command.Value("--sample <N>", $"Texts that are embedded again and compared (default {AdoptRequest.DefaultSample})");
        var seed = command.Value("--seed <N>", "Which ones (default 1)");
        var despite = command.Flag(
            "--despite-refusal", "An earlier sample of the same table was refused, and what was wrong there is gone");
        var dryRun = command.Flag("--dry-run", "Show what it would take, and what the sample costs; buy and write nothing");
        var wait = command.Wait();
        command.OnExecute(async () =>
        {
            var format = global.Format;
            RequireTogether(table, text, vector, collection);
            await using var workspace = session.Open(global, ConfigOverrides.None, wait.Duration() ?? TimeSpan.Zero);
            var request = new AdoptRequest(
                session.Address(global, url.Value()) ?? workspace.Config.Store.Url ?? throw new UsageException(
                "say which database the vectors are in with --postgres-url env:NAME"),
                table.Value(), text.Value() ?? AdoptRequest.LangChainText, vector.Value()
                ?? AdoptRequest.LangChainVector, collection.Value(),
                sample.Number(least: 1) ?? AdoptRequest.DefaultSample, seed.Number(least: 0) ?? 1, dryRun.HasValue(), despite.HasValue());
            var engine = new AdoptEngine(
                workspace, space.Value() ?? workspace.MainSpace, SpendLimit.Of(workspace.Config.Limits), session.Terminal.Clock);
            var result = await engine.RunAsync(request, session.CancellationToken);
            session.Note(global, result.Report.Notes);
            session.Print(format == OutputFormat.Json ? ReportJson.Of(result.Report) : AdoptText.Of(
                result.Report, session.Terminal.Ink(global.NoColor)));
            if (result.Stopped is EmbSyncException stopped)
            {
                session.Complain(global.Verbose ? stopped.ToString() : stopped.Message);
            }

            return (int)result.ExitCode;
        });
    });

    private static void RequireTogether(CommandOption table, CommandOption text, CommandOption vector, CommandOption collection)
    {
        if (table.HasValue() != text.HasValue() || table.HasValue() != vector.HasValue())
        {
            throw new UsageException("--table goes with --text and --vector: say what was embedded and where its vectors are");
        }

        if (table.HasValue() && collection.HasValue())
        {
            throw new UsageException("--collection is LangChain's: it doesn't go with --table");
        }
    }
}
