using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Init;
using EmbSync.Core.Model;
using EmbSync.Core.Sources;
using EmbSync.Core.Storage;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>init</c>: writes a commented configuration fitted to what is found; overwrites nothing.</summary>
internal static class InitCommand
{
    public static void AddTo(CommandLineApplication app, Session session) => app.Command("init", command =>
    {
        command.Description = "Write a commented embsync.yaml fitted to what is found here";
        command.ExtendedHelpText = """

            Examples:
              embsync init                       write embsync.yaml
              embsync init --print               show it only
            """;
        var global = new GlobalOptions(command);
        var print = command.Flag("--print", "Print the file instead of writing it");
        command.OnExecute(async () =>
        {
            var token = session.CancellationToken;
            if (global.Config is not null)
            {
                throw new UsageException("init writes embsync.yaml at the root: --config does not apply");
            }

            await using var workspace = session.OpenDefaults();
            var root = workspace.Config.Root;
            var listing = await workspace.Sources.Single().ListAsync(ListRequest.Everything, token);
            var text = ConfigWriter.Generate(
                InitScanner.Scan(root, [.. listing.Entries.Select(entry => entry.Locator)]), workspace.Config.Project);
            if (print.HasValue())
            {
                session.Print(text);
                return (int)ExitCode.Done;
            }

            var existing = ConfigDiscovery.FileNames.Select(name => Path.Combine(root, name)).FirstOrDefault(File.Exists);
            if (existing is not null)
            {
                throw new UsageException($"{existing} is there already and stays as it is. Compare with 'embsync init --print'");
            }

            Write(root, text);
            session.Print($"Wrote {ConfigDiscovery.FileNames[0]} and {ConfigWriter.SchemaPath} (for editors).\nNext: read it, then 'embsync status'.\n");
            return (int)ExitCode.Done;
        });
    });

    /// <summary>The configuration last: where it is, all is there.</summary>
    private static void Write(string root, string text)
    {
        var config = Path.Combine(root, ConfigDiscovery.FileNames[0]);
        try
        {
            var schema = Path.Combine(root, ConfigWriter.SchemaPath);
            CacheFolder.MakeFor(schema);
            DraftFile.Write(schema, ConfigView.Schema(), overwrite: true);
            DraftFile.Write(config, text, overwrite: false);
        }
        catch (Exception fault) when (DiskFault.Is(fault))
        {
            throw new UsageException($"{config} can't be written: {DiskFault.Words(fault)} 'embsync init --print' shows what it would be; status and sync work without it", fault);
        }
    }
}
