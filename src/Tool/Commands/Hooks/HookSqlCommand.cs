using EmbSync.Core.Configuration;
using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Model;
using EmbSync.Core.Sources.Postgres;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands.Hooks;

/// <summary><c>hook sql</c>: triggers that wake <c>sync --watch</c>. Prints; whoever owns the tables runs it.</summary>
internal static class HookSqlCommand
{
    public static void AddTo(CommandLineApplication hook, Session session) => hook.Command("sql", command =>
    {
        command.Description = "Print SQL of triggers that tell a waiting 'sync --watch' when rows change";
        command.ExtendedHelpText = """

            Examples:
              embsync hook sql                                print it for all table sources
              embsync hook sql --source issues | psql mydb    and run it, as the owner of the table
              embsync sync --watch                            embed rows as they are written
              embsync hook sql --drop | psql mydb             take the triggers away
            """;
        var global = new GlobalOptions(command, OutputFormat.Text);
        var sources = command.Many("--source <NAME>", "Only this source (repeatable)");
        var tables = command.Many("--table <NAME>", "With one --source that is a query or a view: a table it reads (repeatable)");
        var drop = command.Flag("--drop", "Print what takes the triggers away");
        command.OnExecute(async () =>
        {
            _ = global.Format;
            var config = session.Load(global, ConfigOverrides.None);
            var chosen = Chosen(config, sources.All());
            if (tables.HasValue() && chosen.Count != 1)
            {
                throw new UsageException("--table goes with one --source: whose tables are they?");
            }

            foreach (var source in chosen)
            {
                session.Print($"-- embsync: rows of source {source.Name.ReplaceLineEndings(" ")}\n" + await ChangeTrigger.ScriptAsync(
                    source, tables.All(), drop.HasValue(), session.CancellationToken));
            }

            return (int)ExitCode.Done;
        });
    });

    private static List<DatabaseSourceConfig> Chosen(EmbSyncConfig config, IReadOnlyList<string> names)
    {
        var all = config.Sources.OfType<DatabaseSourceConfig>().ToList();
        if (names.FirstOrDefault(name => !all.Exists(source => source.Name == name)) is { } unknown)
        {
            throw new UsageException(
                $"no source of type table or query is named '{unknown}': {Guess.ThereIs(unknown, all.Select(source => source.Name))}");
        }

        var chosen = names.Count == 0 ? all : [.. all.Where(source => names.Contains(source.Name))];
        return chosen.Count > 0 ? chosen : throw new UsageException(
            "no source is of type table or query: triggers are for rows of a database");
    }
}
