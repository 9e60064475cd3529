using EmbSync.Core.Configuration;
using EmbSync.Core.Git;
using EmbSync.Core.Jobs.Doctor;
using EmbSync.Core.Model;
using EmbSync.Core.Reporting;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>doctor</c>: names what is wrong, each with its mend. Changes nothing without <c>--fix</c>.</summary>
internal static class DoctorCommand
{
    public static void AddTo(CommandLineApplication app, Session session) => app.Command("doctor", command =>
    {
        command.Description = "Name what is wrong with database, store, provider, git and configuration, each with its mend";
        command.ExtendedHelpText = """

            Examples:
              embsync doctor                                      the configured store, provider and repository
              embsync doctor --postgres-url env:DATABASE_URL      any database with pgvector; needs no configuration
              embsync doctor --fix --dry-run                      the mends that --fix would do

            Exits with 4 when an error or a warning remains. docs/doctor.md lists all findings.
            """;
        var global = new GlobalOptions(command, OutputFormat.Text, OutputFormat.Json, OutputFormat.Markdown, OutputFormat.GitHub);
        var url = command.Value("--postgres-url <URL>", "Look at this database: env:NAME, or an address without password");
        var table = command.Value("--table <NAME>", "Look at this table only: NAME or SCHEMA.NAME");
        var fix = command.Flag("--fix", "Do the mends that are safe: extension, leftovers of failed builds, missing indexes, statistics");
        var dryRun = command.Flag("--dry-run", "With --fix: only show them");
        var noProbe = command.Flag("--no-probe", "Don't ask the provider for one embedding (it costs one token)");
        command.OnExecute(async () =>
        {
            session.RequirePlaces(global);
            if (dryRun.HasValue() && !fix.HasValue())
            {
                throw new UsageException("--dry-run goes with --fix: without it doctor changes nothing anyway");
            }

            var request = new DoctorRequest(table.Value(), fix.HasValue(), dryRun.HasValue(), !noProbe.HasValue());
            var examination = new Examination(request, session.Terminal.Clock, new Notes(session, global));
            var report = url.Value() is { } address
                ? await OfDatabaseAsync(session, global, examination, address)
                : await OfConfiguredAsync(session, global, examination, request);
            session.Show(global, form => form switch
            {
                OutputFormat.Json => ReportJson.Of(report),
                OutputFormat.Markdown => MarkdownText.Of(report),
                OutputFormat.GitHub => GitHubText.Of(report),
                _ => DoctorText.Of(report, session.Terminal.Ink(global.NoColor)),
            });
            return (int)(report.HasFaults ? ExitCode.Drift : ExitCode.Done);
        });
    });

    private static async Task<DoctorReport> OfDatabaseAsync(Session session, GlobalOptions global, Examination examination, string address)
    {
        var url = Secret.FromFlag("--postgres-url", address, session.Terminal.Environment);
        if (Examination.HoldsPassword(url))
        {
            session.Note(global, ["--postgres-url holds a password, which other processes and the shell's history can see: use --postgres-url env:NAME"]);
        }

        return await examination.OfDatabaseAsync(url, session.CancellationToken);
    }

    private static async Task<DoctorReport> OfConfiguredAsync(
        Session session, GlobalOptions global, Examination examination, DoctorRequest request)
    {
        using var git = GitRepository.Discover(session.Terminal.WorkingDirectory);
        var (config, problem) = session.TryLoad(global, git);
        if (request.Probe && config?.Embeddings is { Provider: "openai" } embeddings)
        {
            session.Note(global, [$"asking for one embedding of {embeddings.Model} (one token; --no-probe leaves it out)"]);
        }

        return await examination.OfConfiguredAsync(config, problem, git, session.CancellationToken);
    }
}
