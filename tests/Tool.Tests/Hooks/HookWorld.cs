using System.Diagnostics;
using System.Reflection;
using EmbSync.Core.Configuration;
using EmbSync.Core.Storage;
using EmbSync.Tests;
using EmbSync.Tool.Terminals;

namespace EmbSync.Tool.Tests.Hooks;

/// <summary>
/// A repository with a remote on disk and a home of nobody's, in which git and the built program run as people run them: git starts the
/// hooks,
/// these start the program.
/// </summary>
internal sealed class HookWorld : IDisposable
{
    private static readonly string Program = typeof(HookWorld).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Program").Value!;

    private readonly TempRepository _top = TempRepository.Folder();

    /// <param name="gate">embeddings.autoIndex.</param>
    /// <param name="more">Lines of the configuration, at its top level.</param>
    public HookWorld(string gate = "onUpdate", string more = "", string name = "work")
    {
        Home = _top.Full("home");
        Remote = _top.Full("remote.git");
        Path = _top.Full(name);
        Directory.CreateDirectory(Home);
        Directory.CreateDirectory(Path);
        Environment = new()
        {
            ["HOME"] = Home, ["LC_ALL"] = "C.UTF-8", ["PATH"] = System.Environment.GetEnvironmentVariable("PATH")!,
                ["DOTNET_ROOT"] = DotnetRoot(),
            ["GIT_CONFIG_GLOBAL"] = System.IO.Path.Combine(Home, ".gitconfig"), ["GIT_CONFIG_NOSYSTEM"] = "1",
                ["GIT_TERMINAL_PROMPT"] = "0",
        };
        foreach (var (key, value) in new[]
            { ("user.name", "Ada"), ("user.email", "ada@example.org"), ("init.defaultBranch", "main"), ("gc.auto",
            "0"), ("advice.detachedHead", "false") })
        {
            Git("config", "--global", key, value);
        }

        Git("init", "--quiet", "--bare", Remote);
        Git("init", "--quiet");
        Git("remote", "add", "origin", Remote);
        Write("embsync.yaml", $$"""
            version: 1
            project: acme/docs
            embeddings: { autoIndex: {{gate}} }
            {{more}}
            sources:
              - { name: docs, type: markdown, include: ["docs/**/*.md"] }
            """);
        Write(".gitignore", ".embsync/\n");
        Write("docs/a.md", "# A\n\nFirst words.\n");
        Commit();
    }

    public string Path { get; }

    public string Remote { get; }

    public string Home { get; }

    /// <summary>Of every process; nothing else reaches them.</summary>
    public Dictionary<string, string> Environment { get; }

    public string Hook(string name = "pre-push") => System.IO.Path.Combine(Path, ".git/hooks", name);

    public string Beside(string name) => _top.Full(name);

    public void Write(string path, string text)
    {
        var file = System.IO.Path.Combine(Path, path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    /// <summary>A hook of somebody else.</summary>
    public void WriteHook(string script, string name = "pre-push")
    {
        Write($".git/hooks/{name}", "#!/bin/sh\n" + script);
        _ = Run("chmod", ["+x", Hook(name)], Path, "");
    }

    public string Commit()
    {
        Git("add", "--all");
        Git("commit", "--quiet", "--allow-empty", "--message", "change");
        return Git("rev-parse", "HEAD").Out.Trim();
    }

    /// <summary>A document, committed.</summary>
    public string Commit(string path, string text)
    {
        Write(path, text);
        return Commit();
    }

    /// <summary>Expected to work.</summary>
    public ToolRun Git(params string[] arguments)
    {
        var run = TryGit(arguments);
        run.ExitCode.ShouldBe(0, $"git {string.Join(' ', arguments)}\n{run}");
        return run;
    }

    public ToolRun TryGit(params string[] arguments) => Run("git", arguments, Path, "");

    public ToolRun Tool(params string[] arguments) => ToolIn(Path, arguments);

    public ToolRun ToolIn(string folder, params string[] arguments) => Run("dotnet", [Program, .. arguments], folder, "");

    /// <summary>As git calls it.</summary>
    public ToolRun RunHook(string input, params string[] arguments) => Run("dotnet", [Program, "hook", "run", .. arguments], Path, input);

    /// <summary>The same in this process, by another clock.</summary>
    public async Task<ToolRun> RunHookAsync(TimeProvider clock, string input, params string[] arguments)
    {
        using var reader = new StringReader(input);
        return await RunHookAsync(clock, reader, false, arguments);
    }

    /// <param name="isTerminal">Somebody types what is read.</param>
    public async Task<ToolRun> RunHookAsync(TimeProvider clock, TextReader input, bool isTerminal, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(output, error, input, false, false, int.MaxValue, Path, Environment, clock)
            { InIsTerminal = isTerminal };
        var code = await Task.Run(() => CommandLine.Run(["hook", "run", .. arguments], terminal, default));
        return new(code, output.ToString(), error.ToString());
    }

    public void Install(params string[] arguments)
    {
        var run = Tool(["hook", "install", .. arguments]);
        run.ExitCode.ShouldBe(0, run.ToString());
    }

    /// <summary>Paths that the store holds, with their text.</summary>
    public async Task<IReadOnlyDictionary<string, string>> StoredAsync()
    {
        var path = System.IO.Path.Combine(Path, ".embsync/index.db");
        if (!File.Exists(path))
        {
            return new Dictionary<string, string>();
        }

        await using var store = StoreFactory.Open(
            new(StoreBackend.Sqlite, path, null, "embsync", null, VectorType.HalfVec, true), TimeProvider.System);
        return await store.ReadItemsAsync("docs", default).ToDictionaryAsync(item => item.Id, item => item.Version);
    }

    public string Blob(string revision) => "git:" + Git("rev-parse", revision).Out.Trim();

    public void Dispose() => _top.Dispose();

    private ToolRun Run(string program, IEnumerable<string> arguments, string folder, string input)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    private static string DotnetRoot() => System.IO.Path.GetFullPath(
        System.IO.Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
}
