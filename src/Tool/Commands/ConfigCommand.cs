using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Reporting;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>config show|validate|schema</c>.</summary>
internal static class ConfigCommand
{
    public static void AddTo(CommandLineApplication app, Session session) => app.Command("config", command =>
    {
        command.Description = "Show, check or describe the configuration";
        command.ExtendedHelpText = """

            Examples:
              embsync config show                what is in force, and where it came from
              embsync config validate            before a commit
            """;
        command.Command("show", show =>
        {
            show.Description = "What is in force, and where each value came from; secrets show as (env:NAME)";
            show.ExtendedHelpText = """

                Examples:
                  embsync config show
                  embsync config show --json         for programs
                """;
            var global = new GlobalOptions(show, OutputFormat.Text, OutputFormat.Json);
            show.OnExecute(() =>
            {
                var format = global.Format == OutputFormat.Json ? ConfigFormat.Json : ConfigFormat.Yaml;
                session.Print(ConfigView.Show(session.Load(global, ConfigOverrides.None), format));
                return (int)ExitCode.Done;
            });
        });
        command.Command("validate", validate =>
        {
            validate.Description = "Check the configuration file; all errors with file, line and column";
            validate.ExtendedHelpText = """

                Examples:
                  embsync config validate
                  embsync config validate --config other.yaml
                """;
            var global = new GlobalOptions(validate);
            validate.OnExecute(() =>
            {
                var config = session.Load(global, ConfigOverrides.None);
                session.Print(config.File is { } file ? $"{file}: valid\n" : "no configuration file: the defaults are in force\n");
                session.Note(global, config.Embeddings.MissingKey is { } missing ? [$"{missing}: 'embsync sync' needs it"] : []);
                return (int)ExitCode.Done;
            });
        });
        command.Command("schema", schema =>
        {
            schema.Description = "JSON Schema of the configuration file, for editors; or of what a command prints with --json";
            schema.ExtendedHelpText = """

                Examples:
                  embsync config schema > embsync.schema.json
                  embsync config schema status       of what 'embsync status --json' prints
                """;
            var report = schema.Argument("report", $"Instead: {string.Join(", ", ReportSchema.Names)}");
            schema.OnExecute(() =>
            {
                session.Print(report.Value is { } name ? ReportSchema.Of(name) : ConfigView.Schema());
                return (int)ExitCode.Done;
            });
        });
        command.OnExecute(() =>
        {
            command.ShowHelp();
            return (int)ExitCode.Usage;
        });
    });
}
