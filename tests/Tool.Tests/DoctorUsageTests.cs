using System.Text.Json;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests;

/// <summary><c>doctor</c>'s flags, formats and secrets; repository and configuration without a store.</summary>
public sealed class DoctorUsageTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Canary = "c4n4ry-Pa55";

    private static Dictionary<string, string> With(string name, string value) => new() { [name] = value };

    [Theory]
    [InlineData("doctor --dry-run", "--dry-run goes with --fix")]
    [InlineData("doctor --postgres-url env:NOT_SET", "--postgres-url env:NOT_SET: that variable is not set")]
    [InlineData("doctor --postgres-url mysql://app@h/db", "that of MySQL")]
    [InlineData("doctor --config nowhere.yaml", "nowhere.yaml")]
    [InlineData("doctor --table docs", "--table names a table of a PostgreSQL database")]
    [InlineData("doctor --format msbuild", "use one of")]
    public async Task Slips_of_the_command_line_are_usage_errors(string arguments, string message)
    {
        using var repository = TaskRepository.Create();

        var run = await ToolRun.Of(repository.Path, arguments);

        run.ExitCode.ShouldBe(2, run.ToString());
        run.Error.ShouldContain(message);
    }

    [Fact]
    public async Task A_password_is_never_shown()
    {
        var role = "embsync_test_" + Guid.NewGuid().ToString("N")[..8];
        await PostgresFixture.RunAsync(
            postgres.Url, $"CREATE EXTENSION IF NOT EXISTS vector; CREATE ROLE {role} LOGIN PASSWORD '{Canary}'");
        try
        {
            var url = PostgresFixture.As(postgres.Url, role, Canary);
            var literal = await ToolRun.Of(Path.GetTempPath(), ["doctor", "--postgres-url", url, "-v"]);
            var named = await ToolRun.Of(Path.GetTempPath(), ["doctor", "--postgres-url", "env:MY_DB", "--json"], With("MY_DB", url));
            var wrong = await ToolRun.Of(
                Path.GetTempPath(), ["doctor", "--postgres-url", $"postgresql://app:{Canary}@127.0.0.1:1/db", "-v"]);

            literal.ExitCode.ShouldBe(0, literal.ToString());
            literal.Error.ShouldContain("holds a password");
            named.ExitCode.ShouldBe(0, named.ToString());
            named.Error.ShouldNotContain("holds a password");
            wrong.ExitCode.ShouldBe(1);
            foreach (var run in new[] { literal, named, wrong })
            {
                run.ToString().ShouldNotContain(Canary);
            }
        }
        finally
        {
            await PostgresFixture.RunAsync(postgres.Url, $"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task Any_database_needs_no_configuration_and_answers_in_each_format()
    {
        var url = await postgres.NewVectorDatabaseAsync();
        await PostgresFixture.RunAsync(
            url, "CREATE TABLE docs (id int, embedding vector(3)); INSERT INTO docs VALUES (1, NULL), (2, NULL)");

        var runs = await Task.WhenAll(new[] { "json", "markdown", "github", "text" }.Select(format =>
            ToolRun.Of(Path.GetTempPath(), ["doctor", "--postgres-url", "env:MY_DB", "--format", format], With("MY_DB", url))));

        runs.ShouldAllBe(run => run.ExitCode == 4);
        using var json = JsonDocument.Parse(runs[0].Out);
        json.RootElement.GetProperty("schemaVersion").GetInt32().ShouldBe(1);
        json.RootElement.GetProperty("findings")[0].GetProperty("code").GetString().ShouldBe("EMB2201");
        runs[1].Out.ShouldContain("| warning | EMB2201 | public.docs.embedding | 0 of 2 rows have a vector. |");
        runs[2].Out.ShouldContain("::warning title=embsync EMB2201::public.docs.embedding: 0 of 2 rows have a vector.");
        runs[3].Out.ShouldContain("warning EMB2201 public.docs.embedding: No row was ever embedded");
    }

    [Fact]
    public async Task Mends_are_shown_before_they_are_done_and_then_done()
    {
        var url = await postgres.NewDatabaseAsync();
        string[] arguments = ["doctor", "--postgres-url", "env:MY_DB", "--fix"];

        var shown = await ToolRun.Of(Path.GetTempPath(), [.. arguments, "--dry-run"], With("MY_DB", url));
        var done = await ToolRun.Of(Path.GetTempPath(), arguments, With("MY_DB", url));

        shown.ExitCode.ShouldBe(4);
        shown.Out.ShouldContain("--fix would do, in this order:\n  planned EMB2102");
        done.ExitCode.ShouldBe(0, done.ToString());
        done.Error.ShouldContain("mend 1 of 1: CREATE EXTENSION IF NOT EXISTS vector;");
        done.Out.ShouldContain("Mended:\n  done EMB2102");
    }

    [Fact]
    public async Task A_configuration_that_can_t_be_used_is_a_finding_with_its_place()
    {
        using var repository = TaskRepository.Create();
        repository.Write("embsync.yaml", "version: 1\nstoer: {}\n");

        var run = await ToolRun.Of(repository.Path, "doctor");

        run.ExitCode.ShouldBe(4, run.ToString());
        run.Out.ShouldContain("error EMB2604 configuration");
        run.Out.ShouldContain("embsync.yaml:2:1");
    }

    [Fact]
    public async Task An_unset_variable_of_the_store_is_a_finding()
    {
        using var repository = TaskRepository.Create();
        repository.Write("embsync.yaml", TaskRepository.Config + "\nstore: { backend: postgres, url: env:DATABASE_URL }\n");

        var run = await ToolRun.Of(repository.Path, "doctor");

        run.ExitCode.ShouldBe(4, run.ToString());
        run.Out.ShouldContain("EMB2604");
        run.Out.ShouldContain("DATABASE_URL");
    }

    [Fact]
    public async Task Without_git_it_says_so_and_goes_on()
    {
        using var folder = TempRepository.Folder();
        folder.Write("a.md", "# A\n\nText.\n");

        var run = await ToolRun.Of(folder.Path, "doctor");

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Out.ShouldContain("info EMB2601");
    }

    [Fact]
    public async Task A_shallow_clone_says_how_to_fetch_the_rest()
    {
        using var repository = TaskRepository.Create();
        repository.Write("docs/more.md", "# More\n");
        repository.Commit();
        using var clone = repository.Clone("--depth", "1");

        var run = await ToolRun.Of(clone.Path, "doctor");

        run.ExitCode.ShouldBe(4, run.ToString());
        run.Out.ShouldContain("warning EMB2603");
        run.Out.ShouldContain("fetch-depth: 0");
        run.Out.ShouldContain("git fetch --unshallow");
    }

    [Fact]
    public async Task A_cache_folder_that_git_sees_and_a_spool_left_over_are_named()
    {
        using var repository = TaskRepository.Create();
        repository.Write(".gitignore", "");
        repository.Write(".embsync/spool/batch-1", "x");

        var run = await ToolRun.Of(repository.Path, "doctor");
        repository.Write(".embsync/.gitignore", "*\n");
        var after = await ToolRun.Of(repository.Path, "doctor");

        run.ExitCode.ShouldBe(4, run.ToString());
        run.Out.ShouldContain("warning EMB2605");
        run.Out.ShouldContain("info EMB2606");
        after.ExitCode.ShouldBe(0, after.ToString());
    }
}
