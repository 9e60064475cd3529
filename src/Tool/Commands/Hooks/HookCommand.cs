using EmbSync.Core.Model;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands.Hooks;

/// <summary><c>hook</c>: what runs by itself when somebody works; a subcommand each.</summary>
internal static class HookCommand
{
    public static void AddTo(CommandLineApplication app, Session session) => app.Command("hook", command =>
    {
        command.Description = "Keep the index in step from git's hooks, or as rows are written; never stops a push unless asked to";
        command.ExtendedHelpText = """

            Examples:
              embsync hook install                           before each push, of the commits that are pushed
              embsync hook install post-commit post-merge    after each commit and merge
              embsync hook uninstall                         and what was there before is back
              embsync hook sql | psql mydb                   rows that change wake 'embsync sync --watch'
            """;
        HookInstallCommand.AddTo(command, session);
        HookUninstallCommand.AddTo(command, session);
        HookRunCommand.AddTo(command, session);
        HookSqlCommand.AddTo(command, session);
        command.OnExecute(() =>
        {
            command.ShowHelp();
            return (int)ExitCode.Usage;
        });
    });
}
