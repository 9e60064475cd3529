using System.Text.Json;
using System.Text.RegularExpressions;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests;

/// <summary>Rows of a database from nothing to all embedded and published, as their user sees it.</summary>
public sealed partial class RowCommandTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const string Config = """
        version: 1
        project: rows
        store: { backend: postgres, url: env:DATABASE_URL }
        embeddings: { provider: openai, baseUrl: env:OPENAI_BASE_URL, model: text-embedding-3-small, dimension: 16, batch: { size: 8 } }
        sources:
          - name: messages
            type: table
            url: env:DATABASE_URL
            table: message
            text: [body]
            publish: { column: embedding }
        """;

    private readonly Dictionary<string, string> _environment = [];
    private FakeEmbeddingServer _provider = null!;
    private TempRepository _repository = null!;
    private string _url = "";

    public async Task InitializeAsync()
    {
        _provider = await FakeEmbeddingServer.StartAsync();
        _repository = TempRepository.Create();
        _repository.Write("embsync.yaml", Config);
        _url = await postgres.NewVectorDatabaseAsync();
        await PostgresFixture.RunAsync(_url, """
            CREATE TABLE message (id int PRIMARY KEY, body text, embedding vector(16), content_hash text);
            INSERT INTO message SELECT g, 'Message number ' || g FROM generate_series(1, 30) g;
            CREATE TABLE old (body text, vec real[]);
            """);
        (_environment["DATABASE_URL"], _environment["OPENAI_BASE_URL"]) = (_url, _provider.BaseUrl.ToString());
    }

    public async Task DisposeAsync()
    {
        await _provider.DisposeAsync();
        _repository.Dispose();
    }

    [Fact]
    public async Task From_no_vector_to_all_published()
    {
        var steps = await StepsAsync("status", "backfill 2 5 --limit 10", "backfill --json", "publish --dry-run", "publish",
            "publish --json", "status", "backfill 0", "backfill 1 4", "publish --source none");

        Approval.Verify(Scrubbed(steps), "Steps");
        _provider.Requests.ShouldBe(6);
    }

    [Fact]
    public async Task Vectors_of_another_table_are_taken_over()
    {
        await StepsAsync("sync", "publish");
        await PostgresFixture.RunAsync(_url, "INSERT INTO old SELECT body, embedding::real[] FROM message; DROP SCHEMA embsync CASCADE; UPDATE message SET embedding = NULL, content_hash = NULL");
        const string Adopt = "adopt --table old --text body --vector vec";

        var steps = await StepsAsync($"{Adopt} --dry-run", $"{Adopt} --sample 4 --seed 3", $"{Adopt} --json", "sync",
            "runs --json --limit 2", "adopt", "adopt --table old", $"{Adopt} --collection x", "adopt --sample 0");

        Approval.Verify(Scrubbed(steps), "Adopted");
    }

    [Fact]
    public async Task Doctor_names_what_is_wrong_between_rows_store_and_published_columns()
    {
        await StepsAsync("sync", "publish");
        await DoctorAsync(0);
        await PostgresFixture.RunAsync(_url, "DELETE FROM message WHERE id IN (7, 8)");
        (await DoctorAsync(4)).ShouldBe(["EMB2418 source messages: 2 stored items of rows that are gone or out of its scope: '7', '8' -> embsync sync --source messages"]);

        await StepsAsync("sync --max-delete 2");
        await PostgresFixture.RunAsync(_url, "UPDATE message SET embedding = NULL, content_hash = NULL WHERE id = 3");
        (await DoctorAsync(4)).ShouldBe(["EMB2419 message.embedding: 1 row lacks the vector that is stored for it, 0 show one of an item that is no longer stored. -> embsync publish --source messages"]);

        await StepsAsync("publish");
        await PostgresFixture.RunAsync(_url, "UPDATE message SET body = 'Another text' WHERE id = 9");
        _provider.Decide = _ => Fault.Quota();
        await StepsAsync("sync");
        (await DoctorAsync(4)).ShouldHaveSingleItem().ShouldStartWith("EMB2420 run 3: 'sync' of");

        _provider.Decide = _ => null;
        await StepsAsync("sync", "publish");
        await PostgresFixture.RunAsync(_url, "ALTER TABLE message RENAME body TO content");
        (await DoctorAsync(4)).ShouldHaveSingleItem().ShouldStartWith("EMB2423 source messages: source 'messages': text names 'body'");
    }

    [Fact]
    public async Task Status_shows_the_last_runs_where_that_is_asked_for()
    {
        await StepsAsync("sync", "index --limit 1 --reindex");

        Approval.Verify(Scrubbed(await StepsAsync("status --runs 10", "status --runs 1 --json", "status --runs 0", "sync --dry-run")),
            "Runs");
    }

    [Fact]
    public async Task Triggers_are_printed_as_sql()
    {
        var steps = await StepsAsync("hook sql", "hook sql --drop --source messages", "hook sql --source none",
            "hook sql --table other --table message", "sync --watch --dry-run", "sync --watch --json", "sync --watch-pause 3s");

        Approval.Verify(Scrubbed(steps), "Triggers");
    }

    [Fact]
    public async Task Watching_embeds_rows_as_they_are_written_until_it_is_interrupted()
    {
        await PostgresFixture.RunAsync(_url, (await ToolRun.Of(_repository.Path, "hook sql", _environment)).Out);
        using var end = new CancellationTokenSource();
        var watching = ToolRun.Of(_repository.Path, "sync --watch --watch-pause 0s", _environment, cancellationToken: end.Token);
        await UntilAsync(30);

        await PostgresFixture.RunAsync(_url, "INSERT INTO message VALUES (31, 'A new message'); DELETE FROM message WHERE id = 2");
        await UntilAsync(30, "AND EXISTS (SELECT FROM embsync.item WHERE id = '31')");
        await end.CancelAsync();

        var run = await watching;
        run.ExitCode.ShouldBe(130);
        run.Out.ShouldContain("30 items: 30 new");
        run.Out.ShouldContain("30 items: 1 new, 0 changed, 0 metadata, 29 unchanged, 1 deleted");
        run.Error.ShouldContain("watching");
    }

    [Fact]
    public async Task Watching_ends_when_the_budget_of_all_rounds_is_spent()
    {
        await PostgresFixture.RunAsync(_url, (await ToolRun.Of(_repository.Path, "hook sql", _environment)).Out);
        var watching = ToolRun.Of(_repository.Path, "sync --watch --watch-pause 0s --max-tokens 400", _environment);
        await UntilAsync(30);

        await PostgresFixture.RunAsync(
            _url, "INSERT INTO message SELECT g, repeat('many words ', 100) || g FROM generate_series(100, 110) g");

        var run = await watching.WaitAsync(TimeSpan.FromSeconds(30));
        run.ExitCode.ShouldBe(5);
        run.Error.ShouldContain("tokens are needed");
    }

    [Fact]
    public async Task Watching_ends_where_every_round_would_buy_all_rows_again()
    {
        _repository.Write("embsync.yaml", Config.Replace("type: table", "type: query", StringComparison.Ordinal).Replace(
            "table: message", "query: SELECT id, body || clock_timestamp() AS text FROM message", StringComparison.Ordinal)
            .Replace("    text: [body]\n    publish: { column: embedding }", "", StringComparison.Ordinal));

        var run = await ToolRun.Of(_repository.Path, "sync --watch --watch-pause 0s", _environment).WaitAsync(TimeSpan.FromMinutes(1));

        run.ExitCode.ShouldBe(5, run.ToString());
        run.Error.ShouldContain("source 'messages': every round would buy its rows again");
        _provider.Inputs.ShouldBe(30);
    }

    /// <summary>Findings that are no mere information.</summary>
    private async Task<IReadOnlyList<string>> DoctorAsync(int exitCode)
    {
        var run = await ToolRun.Of(_repository.Path, "doctor --json --no-probe", _environment);
        run.ExitCode.ShouldBe(exitCode, run.ToString());
        using var json = JsonDocument.Parse(run.Out);
        return [.. json.RootElement.GetProperty("findings").EnumerateArray()
            .Where(finding => finding.GetProperty("severity").GetString() != "info").Select(finding =>
            $"{finding.GetProperty("code").GetString()} {finding.GetProperty("subject").GetString()}: {finding.GetProperty("problem").GetString()}"
            + (finding.GetProperty("mend").ValueKind == JsonValueKind.Null ? ""
                : $" -> {finding.GetProperty("mend").GetProperty("text").GetString()}"))];
    }

    private async Task<string> StepsAsync(params string[] commands)
    {
        var steps = new List<string>();
        foreach (var arguments in commands)
        {
            steps.Add($"$ embsync {arguments}\n{await ToolRun.Of(_repository.Path, arguments, _environment)}");
        }

        return string.Join("\n\n", steps);
    }

    /// <summary>So many items are stored; a database without a store has none.</summary>
    private async Task UntilAsync(int items, string and = "")
    {
        for (var tries = 0; tries < 300; tries++)
        {
            if ((await PostgresFixture.RowsAsync(_url, "SELECT (to_regclass('embsync.item') IS NOT NULL)::text")) is ["true"]
                && (await PostgresFixture.RowsAsync(_url,
                    $"SELECT (count(*) = {items})::text FROM embsync.item WHERE true {and}")) is ["true"])
            {
                return;
            }

            await Task.Delay(100);
        }

        throw new TimeoutException($"{items} items never came");
    }

    private string Scrubbed(string text) => Seconds().Replace(Time().Replace(text, "{time}"), "$1{seconds}")
        .Replace(new Uri(_url).AbsolutePath[1..], "{database}", StringComparison.Ordinal).Replace(
            new Uri(_url).Host, "{host}", StringComparison.Ordinal);

    [GeneratedRegex(@"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(\+00:00)?")]
    private static partial Regex Time();

    [GeneratedRegex(@"(""seconds"": )[\d.]+")]
    private static partial Regex Seconds();
}
