using EmbSync.Core;
using EmbSync.Core.Configuration;
using EmbSync.Core.Git;
using EmbSync.Core.Reporting;
using EmbSync.Tool.Commands;
using EmbSync.Tool.Terminals;

namespace EmbSync.Tool;

/// <summary>One invocation: opens what a command works on, and prints what it answers, redacted.</summary>
internal sealed class Session(Terminal terminal, CancellationToken cancellationToken)
{
    private readonly Redactor _redactor = Redactor.OfEnvironment(terminal.Environment);

    public Terminal Terminal => terminal;

    public CancellationToken CancellationToken => cancellationToken;

    public EmbSyncConfig Load(GlobalOptions options, ConfigOverrides flags)
    {
        using var git = GitDiscovery.Of(terminal.WorkingDirectory);
        return Load(options, flags, git);
    }

    public Workspace Open(GlobalOptions options, ConfigOverrides flags)
    {
        var git = GitDiscovery.Of(terminal.WorkingDirectory);
        return Workspace.Open(Load(options, flags, git), git, terminal.Clock);
    }

    /// <summary>Data goes to stdout.</summary>
    public void Print(string text) => terminal.Out.Write(_redactor.Redact(text));

    /// <summary>What people should know beside the data goes to stderr.</summary>
    public void Note(GlobalOptions options, IEnumerable<string> notes)
    {
        if (options.Quiet)
        {
            return;
        }

        terminal.Out.Flush();
        foreach (var note in notes)
        {
            terminal.Error.WriteLine("embsync: " + Plain.Line(_redactor.Redact(note)));
        }
    }

    /// <summary>Why a run ended early, after its report.</summary>
    public void Complain(string message)
    {
        terminal.Out.Flush();
        terminal.Error.WriteLine("embsync: " + Plain.Line(_redactor.Redact(message)));
    }

    private EmbSyncConfig Load(GlobalOptions options, ConfigOverrides flags, GitDiscovery git) => ConfigLoader.Load(new(
        options.Config, terminal.WorkingDirectory, git.Repository?.Root, git.Repository?.OriginPath, terminal.Environment, flags));
}
