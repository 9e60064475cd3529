using EmbSync.Core.Configuration;
using EmbSync.Core.Git;
using EmbSync.Core.Jobs;
using EmbSync.Core.Jobs.Doctor;
using EmbSync.Core.Jobs.Search;
using EmbSync.Core.Model;
using EmbSync.Core.Reporting;
using EmbSync.Core.Storage;
using EmbSync.Tool.Commands;
using EmbSync.Tool.Terminals;

namespace EmbSync.Tool;

/// <summary>One invocation: opens what a command works on, and prints what it answers, redacted.</summary>
#pragma warning disable CA1001 // The command that asked for the progress line disposes of it; here it is remembered, to be cleared before something is said.
internal sealed class Session(Terminal terminal, CancellationToken cancellationToken)
#pragma warning restore CA1001
{
    private Redactor _redactor = Redaction.Of(terminal.Environment);
    private byte[]? _input;
    private ProgressLine? _progress;

    public Terminal Terminal => terminal;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Progress of the work at hand; whatever else is said takes its line away first.</summary>
    public ProgressLine Progress(GlobalOptions options) => _progress = new(terminal, options.Quiet, cancellationToken);

    /// <summary>A file that a flag names, from where the command was run.</summary>
    public string PathOf(string file) => Path.GetFullPath(file, terminal.WorkingDirectory);

    /// <summary>A place below the folder of the configuration, which git ignores; made where it isn't there.</summary>
    public string Own(Workspace workspace, string place)
    {
        var path = Path.Combine(workspace.Config.Root, place);
        CacheFolder.MakeFor(path);
        return path;
    }

    /// <summary>A file as people name it from where they stand.</summary>
    public string Shown(string path) =>
        Path.GetRelativePath(terminal.WorkingDirectory, path) is var near && near.StartsWith("..", StringComparison.Ordinal) ? path : near;

    public EmbSyncConfig Load(GlobalOptions options, ConfigOverrides flags)
    {
        using var git = GitRepository.Discover(terminal.WorkingDirectory);
        return Load(options, flags, git);
    }

    /// <summary>
    /// The configuration, or what is wrong with it. A file that was named and isn't there is a slip of the command line, not of the file.
    /// </summary>
    public (EmbSyncConfig? Config, string? Problem) TryLoad(GlobalOptions options, GitDiscovery git)
    {
        try
        {
            return (Load(options, ConfigOverrides.None, git), null);
        }
        catch (UsageException problem) when (options.Config is null || File.Exists(PathOf(options.Config)))
        {
            return (null, problem.Message);
        }
    }

    /// <summary>What git's hooks will read: they start at the top of the work tree, wherever this was started.</summary>
    public EmbSyncConfig LoadForHooks(GlobalOptions options, GitRepository repository) => ConfigLoader.Load(new(
        options.Config is { } file ? PathOf(file) : null, repository.WorkTree
        ?? terminal.WorkingDirectory, repository.WorkTree, repository.OriginPath, terminal.Environment,
        ConfigOverrides.None));

    /// <param name="stdinSource">Source that takes standard input instead of its files; null for none.</param>
    /// <param name="found">The repository, where it isn't the one of the folder; owned by the workspace from here on.</param>
    /// <param name="check">Sees the configuration before anything of it is opened, and throws where it must not be.</param>
    public Workspace Open(
        GlobalOptions options, ConfigOverrides flags, TimeSpan wait = default, string? stdinSource = null, GitDiscovery? found = null,
        Action<EmbSyncConfig>? check = null)
    {
        RequirePlaces(options);
        var git = found ?? GitRepository.Discover(terminal.WorkingDirectory);
        var config = Load(options, flags, git);
        check?.Invoke(config);
        var workspace = Workspace.Open(
            config, git, terminal.Clock, wait, stdinSource is null ? null : new(stdinSource, ReadInput), new BuiltIndex(this, options));
        workspace.Notices = new Notes(this, options);
        Note(options, git.Problem is { } problem ? [problem] : []);
        return workspace;
    }

    private byte[] ReadInput() => _input ??= terminal.ReadBytes();

    /// <summary>The database that <c>--postgres-url</c> names; null when it doesn't.</summary>
    public Secret? Address(GlobalOptions options, string? given)
    {
        if (given is null)
        {
            return null;
        }

        var url = Secret.FromFlag("--postgres-url", given, terminal.Environment);
        if (Examination.HoldsPassword(url))
        {
            Note(options, ["--postgres-url holds a password, which other processes and the shell's history can see: use --postgres-url env:NAME"]);
        }

        return url;
    }

    /// <summary>As if there were no configuration file: all Markdown from the repository's root, else from here.</summary>
    public Workspace OpenDefaults()
    {
        var git = GitRepository.Discover(terminal.WorkingDirectory);
        var root = git.Repository?.WorkTree ?? terminal.WorkingDirectory;
        return Workspace.Open(ConfigLoader.Default(root, git.Repository?.OriginPath), git, terminal.Clock);
    }

    /// <summary>Text without the secrets that are known; for data that goes to a file.</summary>
    public string Redact(string text) => _redactor.RedactKnown(text);

    /// <summary>Before anything is bought: a result that has no form or no place is found too late.</summary>
    /// <exception cref="UsageException">An unknown form, or a file that can't be one.</exception>
    public void RequirePlaces(GlobalOptions options)
    {
        _ = options.Format;
        foreach (var (_, file) in options.Also)
        {
            var path = PathOf(file);
            if (Directory.Exists(path) || !Directory.Exists(Path.GetDirectoryName(path)))
            {
                throw new UsageException($"--also '{file}': it must name a file in a folder that is there");
            }
        }
    }

    /// <summary>The result on stdout, and in the files that <c>--also</c> names.</summary>
    public void Show(GlobalOptions options, Func<OutputFormat, string> form)
    {
        Print(form(options.Format));
        foreach (var (format, file) in options.Also)
        {
            var text = _redactor.RedactKnown(form(format));
            try
            {
                if (format == OutputFormat.Markdown)
                {
                    File.AppendAllText(PathOf(file), text);
                }
                else
                {
                    File.WriteAllText(PathOf(file), text);
                }
            }
            catch (Exception fault) when (DiskFault.Is(fault))
            {
                throw new OutputException(fault, Plain.Line(file));
            }
        }
    }

    /// <summary>What was found goes to stdout, what is to be known about it to stderr.</summary>
    public void Answer(GlobalOptions options, OutputFormat format, SearchReport report)
    {
        Print(format == OutputFormat.Json ? ReportJson.Of(report) : SearchText.Of(report, terminal.Ink(options.NoColor)));
        Note(options, format == OutputFormat.Json ? report.Notes : [.. report.Notes, SearchText.Status(report)]);
    }

    /// <summary>Data goes to stdout.</summary>
    public void Print(string text)
    {
        _progress?.Clear();
        terminal.Out.Write(_redactor.RedactKnown(text));
    }

    /// <summary>What people should know beside the data goes to stderr.</summary>
    public void Note(GlobalOptions options, IEnumerable<string> notes)
    {
        if (options.Quiet)
        {
            return;
        }

        _progress?.Clear();
        terminal.Out.Flush();
        foreach (var note in notes)
        {
            terminal.Say(Plain.Line(_redactor.Redact(note)));
        }
    }

    /// <summary>Why a run ended early, after its report.</summary>
    public void Complain(string message)
    {
        _progress?.Clear();
        terminal.Out.Flush();
        terminal.Say(Plain.Line(_redactor.Redact(message)));
    }

    /// <summary>Few runs build an index: their line begins with the first word of one.</summary>
    private sealed class BuiltIndex(Session session, GlobalOptions options) : IProgress<IndexProgress>
    {
        public void Report(IndexProgress value) => (session._progress ??= session.Progress(options)).Report(value);
    }

    private EmbSyncConfig Load(GlobalOptions options, ConfigOverrides flags, GitDiscovery git)
    {
        var config = ConfigLoader.Load(new(
            options.Config, terminal.WorkingDirectory, git.Repository?.WorkTree, git.Repository?.OriginPath, terminal.Environment, flags));

        // A secret of the configuration may stand in a variable whose name doesn't say so.
        _redactor = Redaction.Of(terminal.Environment, config);
        return config;
    }
}
