using EmbSync.Core.Model;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>hook</c>: what makes a sync run by itself.</summary>
internal static class HookCommand
{
    public static void AddTo(CommandLineApplication app, Session session) => app.Command("hook", command =>
    {
        command.Description = "Let a sync run by itself when something changes";
        command.ExtendedHelpText = """

            Examples:
              embsync hook sql | psql mydb       rows that change wake 'embsync sync --watch'
            """;
        command.OnExecute(() =>
        {
            command.ShowHelp();
            return (int)ExitCode.Usage;
        });
        HookSql.AddTo(command, session);
    });
}
