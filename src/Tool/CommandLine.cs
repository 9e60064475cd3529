using System.Reflection;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Reporting;
using EmbSync.Tool.Commands;
using EmbSync.Tool.Terminals;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool;

/// <summary>The command tree, and the one place where exceptions become messages and exit codes.</summary>
internal static class CommandLine
{
    public static string Version { get; } = typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion.Split('+')[0];

    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellationToken)
    {
        var redactor = Redaction.Of(terminal.Environment);
        var verbose = args.Contains("-v") || args.Contains("--verbose");
        try
        {
            var code = await Build(terminal, cancellationToken).ExecuteAsync(args, cancellationToken);
            await terminal.Out.FlushAsync(CancellationToken.None);
            return code;
        }
        catch (CommandParsingException exception)
        {
            var guess = exception is UnrecognizedCommandParsingException { NearestMatches: var nearest } && nearest.FirstOrDefault() is { } match
                ? $" Did you mean '{match}'?" : "";
            var place = exception.Command.Parent is null ? "" : exception.Command.Name + " ";
            return Fail(terminal, redactor, $"{exception.Message.TrimEnd('.')}.{guess} See 'embsync {place}--help'", ExitCode.Usage);
        }
        catch (EmbSyncException exception)
        {
            return Fail(terminal, redactor, verbose ? exception.ToString() : exception.Message, exception.ExitCode);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Fail(terminal, redactor, "interrupted", ExitCode.Interrupted);
        }
#pragma warning disable CA1031 // The outermost frame: what nobody foresaw is reported as a defect, never as an abort of the runtime.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Fail(terminal, redactor, verbose ? exception.ToString()
                : $"unexpected {exception.GetType().Name}: {exception.Message}. This is a defect in embsync; run again with -v for its details", ExitCode.Failed);
        }
    }

    public static CommandLineApplication Build(Terminal terminal, CancellationToken cancellationToken)
    {
        var app = new CommandLineApplication(new PlainConsole(terminal))
        {
            Name = "embsync",
            FullName = "embsync " + Version,
            Description = "Keeps embeddings of Markdown and database text exactly in step: buys every embedding once, and says the cost first.",
            UnrecognizedArgumentHandling = UnrecognizedArgumentHandling.Throw,
            MakeSuggestionsInErrorMessage = false,
            UsePagerForHelpText = false,
        };
        app.HelpOption("-?|-h|--help", inherited: true);
        app.VersionOption("--version", Version);
        var session = new Session(terminal, cancellationToken);
        InitCommand.AddTo(app, session);
        StatusCommand.AddTo(app, session);
        SyncCommand.AddTo(app, session);
        IndexCommand.AddTo(app, session);
        SearchCommand.AddTo(app, session);
        ConfigCommand.AddTo(app, session);
        app.OnExecute(() =>
        {
            app.ShowHelp();
            return (int)ExitCode.Usage;
        });
        return app;
    }

    private static int Fail(Terminal terminal, Redactor redactor, string message, ExitCode code)
    {
        terminal.Out.Flush();
        foreach (var line in redactor.Redact(message).Split('\n'))
        {
            terminal.Error.WriteLine("embsync: " + Plain.Line(line.TrimEnd('\r')));
        }

        return (int)code;
    }
}
