using EmbSync.Tests;
using EmbSync.Tool.Terminals;
using McMaster.Extensions.CommandLineUtils;
using Xunit.Abstractions;

namespace EmbSync.Tool.Tests.Walkthrough;

/// <summary>
/// The README's own examples work as they are written: its shell lines one after the other, under the configurations it shows between them.
/// </summary>
public sealed class ReadmeTests(PostgresFixture server, ITestOutputHelper output) : IClassFixture<PostgresFixture>
{
    /// <summary>"$@" is how the program is started here.</summary>
    private const string Shell = "set -e; program=(\"$@\"); embsync() { \"${program[@]}\" \"$@\"; }; ";

    /// <summary>Beginnings of lines that are no commands of embsync, and where they are tried.</summary>
    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["./try.sh"] = "eng/fresh.sh",
        ["./test.sh"] = "what runs this",
        ["dotnet tool install "] = "the recipes of docs/install.md",
        ["cd your-repository"] = "the folder that all of this runs in",
    };

    /// <summary>Commands in running text that are not run here, and why; the program's own parser takes them.</summary>
    private static readonly Dictionary<string, string> ParsedOnly = new()
    {
        ["embsync sync --watch"] = "it never ends, and listens to a database",
        ["embsync sync --stdin-source exported"] = "it reads the source of the example before it, see the shell lines",
        ["embsync publish"] = "it writes to tables that a source names",
        ["embsync adopt"] = "it takes over tables that a source names",
        ["embsync hook sql"] = "it prints triggers of tables that a source names",
    };

    public static TheoryData<string> Spans() => [.. ReadmeExamples.Spans];

    [Fact]
    public async Task Its_shell_lines_work_in_their_order()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        provider.RequiredKey = Stage.Canary;
        using var repository = Repository();
        repository.Delete("embsync.yaml");
        await TablesAsync();
        var summary = repository.Full(".git/summary.md");
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = repository.Full(".git"),
            ["LC_ALL"] = "C.UTF-8",
            ["DATABASE_URL"] = server.Url,
            ["OPENAI_BASE_URL"] = provider.BaseUrl.ToString(),
            ["OPENAI_API_KEY"] = Stage.Canary,
            ["GITHUB_STEP_SUMMARY"] = summary,
        };
        var config = "";
        foreach (var block in ReadmeExamples.Blocks)
        {
            switch (block.Language)
            {
                case "yaml" when block.Text.StartsWith("version:", StringComparison.Ordinal):
                    config = block.Text;
                    repository.Write("embsync.yaml", config);
                    break;
                case "yaml":
                    await PartAsync(repository, environment, block.Text);
                    repository.Write("embsync.yaml", config);
                    break;
                case "sh":
                    foreach (var line in block.Commands)
                    {
                        await LineAsync(repository, environment, line);
                    }

                    break;
                case "text":
                    output.WriteLine("a transcript, for reading");
                    break;
                default:
                    throw new InvalidOperationException($"README.md has a block of '{block.Language}', and nobody tries it");
            }
        }

        provider.Requests.ShouldBeGreaterThan(0, "what is paid was played");
        File.ReadAllText(summary).ShouldContain("embsync sync");
    }

    [Theory]
    [MemberData(nameof(Spans))]
    public async Task Its_commands_in_running_text_work(string command)
    {
        var arguments = command.Split(' ')[1..];
        Refusal(arguments).ShouldBeNull(command);
        if (ParsedOnly.TryGetValue(command, out var reason))
        {
            output.WriteLine($"{command}: parsed, not run: {reason}");
            return;
        }

        using var repository = Repository();
        (await ToolRun.Of(repository.Path, "sync")).ExitCode.ShouldBe(0);
        if (command == "embsync init")
        {
            repository.Delete("embsync.yaml");
        }

        var run = await ToolRun.Of(repository.Path, [.. arguments.Select(Meant)], new Dictionary<string, string>
            { ["PATH"] = Environment.GetEnvironmentVariable("PATH")! });

        run.ExitCode.ShouldBe(0, $"{command}\n{run}");
        output.WriteLine($"{command}: run");
    }

    [Fact]
    public void What_is_not_run_is_still_in_it()
    {
        ParsedOnly.Keys.ShouldBeSubsetOf(ReadmeExamples.Spans);
        Elsewhere.Keys.ShouldAllBe(beginning => ReadmeExamples.Blocks.Any(
            block => block.Commands.Any(line => line.StartsWith(beginning, StringComparison.Ordinal))));
        ReadmeExamples.Blocks.Sum(block => block.Language == "sh"
            ? block.Commands.Count(line => line.StartsWith("embsync ", StringComparison.Ordinal)) : 0).ShouldBeGreaterThan(10);
    }

    [Theory]
    [InlineData("sync --no-such-flag")]
    [InlineData("synch")]
    [InlineData("runs --limit")]
    public void The_parser_refuses_what_is_no_command(string arguments) => Refusal(arguments.Split(' ')).ShouldNotBeNull();

    /// <summary>What the program's own parser says against a command line; null for nothing.</summary>
    private static string? Refusal(string[] arguments)
    {
        using var said = new StringWriter();
        var terminal = new Terminal(
            said, said, TextReader.Null, false, false, 100, "/", new Dictionary<string, string>(), TimeProvider.System);
        using var app = CommandLine.Build(terminal, new PlainConsole(terminal, said), default);
        try
        {
            return app.Parse(CommandWords.Understood(app, arguments)).SelectedCommand.GetValidationResult()?.ErrorMessage;
        }
        catch (CommandParsingException refused)
        {
            return refused.Message;
        }
    }

    /// <summary>Place-holders, as the README writes them in capitals.</summary>
    private static string Meant(string argument) => argument switch
    {
        "TEXT" => "number",
        "ID" => "T-12",
        "FILE" => "vectors.cache",
        "REF" => "main",
        _ => argument,
    };

    private static TempRepository Repository()
    {
        var repository = TaskRepository.Create(12);
        repository.Git("update-ref", "refs/remotes/origin/main", "HEAD");
        return repository;
    }

    private async Task LineAsync(TempRepository repository, Dictionary<string, string> environment, string line)
    {
        if (Elsewhere.FirstOrDefault(other => line.StartsWith(other.Key, StringComparison.Ordinal)).Value is { } place)
        {
            output.WriteLine($"{line}: tried by {place}");
            return;
        }

        if (line.StartsWith("psql ", StringComparison.Ordinal))
        {
            // Not every machine has that program, and what it is told is SQL.
            (await PostgresFixture.RowsAsync(server.Url, line.Split('"')[^2])).ShouldNotBeEmpty(line);
            output.WriteLine($"{line}: run as SQL");
            return;
        }

        line.ShouldStartWith("embsync ", Case.Sensitive, $"README.md has a line that nobody tries: {line}");
        if (line.Contains("--plan", StringComparison.Ordinal))
        {
            repository.Write("tasks/planned.md", TaskRepository.Task(77));
        }

        var run = await RunAsync(repository, environment, line);

        // A doctor that finds something says so.
        run.ExitCode.ShouldBeOneOf(line.StartsWith("embsync doctor", StringComparison.Ordinal) ? [0, 4] : [0], $"{line}\n{run}");
        run.Error.ShouldNotContain("defect");
        output.WriteLine($"{line}: run, exit code {run.ExitCode}");
    }

    /// <summary>An example that is a part of a configuration: with what belongs to it, it loads and works.</summary>
    private async Task PartAsync(TempRepository repository, Dictionary<string, string> environment, string part)
    {
        var sources = part.Contains("sources:", StringComparison.Ordinal);
        repository.Write("embsync.yaml", $"version: 1\nproject: acme/parts\nstore: {{ backend: postgres, url: env:DATABASE_URL, schema: {(sources ? "rows" : "spaces")} }}\n{part}");
        foreach (var line in sources
            ? new[] { "embsync sync", "echo '[{ \"number\": 7, \"title\": \"Piped\", \"body\": \"Text.\" }]' | embsync sync --stdin-source exported" }
            : ["embsync sync", "embsync search --space small number"])
        {
            var run = await RunAsync(repository, environment, line);
            run.ExitCode.ShouldBe(0, $"{part}\n{line}\n{run}");
        }

        output.WriteLine($"{part.Split('\n')[0]} ...: loaded and synced");
    }

    private static async Task<ToolRun> RunAsync(TempRepository repository, Dictionary<string, string> environment, string line)
    {
        using var process = EmbSyncProcess.Shell(repository.Path, environment, Shell + line);
        return await process.EndAsync();
    }

    /// <summary>The tables that the README's examples speak of, as somebody might have them.</summary>
    private Task TablesAsync() => PostgresFixture.RunAsync(server.Url, """
        CREATE TABLE notes (id bigint PRIMARY KEY, title text, body text, embedding vector(1536));
        INSERT INTO notes SELECT i, 'Note ' || i, 'Body ' || i, NULL FROM generate_series(1, 5) i;
        CREATE TABLE issue (id bigint PRIMARY KEY, title text, body text, state text, updated_at timestamptz DEFAULT now());
        INSERT INTO issue SELECT i, 'Issue ' || i, 'Body ' || i, 'open' FROM generate_series(1, 5) i;
        CREATE TABLE config_option (id bigint PRIMARY KEY, value text);
        INSERT INTO config_option SELECT i, 'value ' || i % 2 FROM generate_series(1, 5) i;
        """);
}
