using System.Reflection;
using EmbSync.Core.Model;
using EmbSync.Tool.Commands;
using EmbSync.Tool.Commands.Hooks;
using EmbSync.Tool.Terminals;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool;

/// <summary>The command tree, and the one place where exceptions become messages and exit codes.</summary>
internal static class CommandLine
{
    public static string Version { get; } = typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion.Split('+')[0];

    public static int Run(string[] args, Terminal terminal, CancellationToken cancellationToken)
    {
        var verbose = args.Contains("-v") || args.Contains("--verbose");
        try
        {
            if (args is ["--version"] or ["version"])
            {
                // Scripts ask this most: answered without building the command tree.
                terminal.Out.Write($"embsync\n{Version}\n");
                terminal.Out.Flush();
                return (int)ExitCode.Done;
            }

            using var help = new StringWriter { NewLine = "\n" };
            using var app = Build(terminal, new PlainConsole(terminal, help), cancellationToken);
            var code = app.Execute(CommandWords.Understood(app, args));
            terminal.Out.Write(help.ToString());
            terminal.Out.Flush();
            return code;
        }
        catch (CommandParsingException exception)
        {
            return Fail(terminal, CommandWords.Refusal(exception, args), ExitCode.Usage);
        }
        catch (EmbSyncException exception)
        {
            return Fail(terminal, verbose ? exception.ToString() : exception.Message, exception.ExitCode);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Fail(terminal, "interrupted", ExitCode.Interrupted);
        }
#pragma warning disable CA1031 // The outermost frame: what nobody foresaw is reported as a defect, never as an abort of the runtime.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Fail(terminal, verbose ? exception.ToString()
                : $"unexpected {exception.GetType().Name}: {exception.Message}. This is a defect in embsync; run again with -v for its details", ExitCode.Failed);
        }
    }

    internal static CommandLineApplication Build(Terminal terminal, PlainConsole console, CancellationToken cancellationToken)
    {
        var app = new CommandLineApplication(console)
        {
            Name = "embsync",
            FullName = "embsync",
            Description = "Keeps embeddings of Markdown and database text exactly in step: buys every embedding once, and says the cost first.",
            MakeSuggestionsInErrorMessage = false,
        };
        app.HelpOption("-?|-h|--help", inherited: true);
        app.VersionOption("--version", Version);
        var session = new Session(terminal, cancellationToken);
        InitCommand.AddTo(app, session);
        StatusCommand.AddTo(app, session);
        SyncCommand.AddTo(app, session);
        IndexCommand.AddTo(app, session);
        BackfillCommand.AddTo(app, session);
        SearchCommand.AddTo(app, session);
        SimilarCommand.AddTo(app, session);
        RepairCommand.AddTo(app, session);
        ReembedCommand.AddTo(app, session);
        CacheCommand.AddTo(app, session);
        PublishCommand.AddTo(app, session);
        AdoptCommand.AddTo(app, session);
        ExportCommand.AddTo(app, session);
        ReportCommand.AddTo(app, session);
        RunsCommand.AddTo(app, session);
        HookCommand.AddTo(app, session);
        DoctorCommand.AddTo(app, session);
        ConfigCommand.AddTo(app, session);
        CompletionCommand.AddTo(app, session);
        app.OnExecute(() =>
        {
            app.ShowHelp();
            return (int)ExitCode.Usage;
        });
        return app;
    }

    private static int Fail(Terminal terminal, string message, ExitCode code)
    {
        try
        {
            // What was said before goes first.
            terminal.Out.Flush();
        }
        catch (OutputException lost)
        {
            message = message.Contains(lost.Message, StringComparison.Ordinal) ? message : $"{message}\n{lost.Message}";
        }

        foreach (var line in Redaction.Of(terminal.Environment).Redact(message).Split('\n'))
        {
            terminal.Say(Plain.Line(line.TrimEnd('\r')));
        }

        return (int)code;
    }
}
