using System.Text.Json;
using EmbSync.Tests;
using Xunit.Abstractions;

namespace EmbSync.Tool.Tests.Walkthrough;

/// <summary>A team's week with the built program: the first index, quiet days, a day of changes; with both stores.</summary>
public sealed class WalkthroughTests(PostgresFixture server, ITestOutputHelper output) : IClassFixture<PostgresFixture>
{
    private const int Tasks = 300;

    /// <summary>So many chunks that PostgreSQL finds its index cheaper than to compare all; at 1,200 it does not.</summary>
    private const int Sections = 6;

    /// <summary>In one paragraph of one task, and nowhere else.</summary>
    private const string Edited = "The sextant has to be oiled before the voyage.";

    [Fact]
    public async Task With_SQLite_and_the_offline_provider()
    {
        using var stage = Stage.Sqlite(Tasks, sections: Sections);

        await BeforeTheFirstSyncAsync(stage);
        Directory.Exists(stage.Repository.Full(".embsync")).ShouldBeFalse("status and dry runs write nothing");
        await FirstSyncAsync(stage);
        stage.Repository.Git("status", "--porcelain").ShouldBeEmpty("the index is nothing to commit");
        await SecondSyncAsync(stage);
        await ADayOfChangesAsync(stage);

        (await FoundFirstAsync(stage, "calibrate the astrolabe")).ShouldBe("T-0007");
        (await FoundFirstAsync(stage, "oil the sextant before a voyage")).ShouldBe("T-0001");
        (await FoundFirstAsync(stage, "oil the sextant before a voyage", "--where", "status=closed")).ShouldNotBe("T-0001");
        Directory.EnumerateFileSystemEntries(stage.Home).ShouldBeEmpty("nothing is left in anybody's home");
    }

    [Fact]
    public async Task With_PostgreSQL_and_a_paid_provider()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        provider.RequiredKey = Stage.Canary;
        using var stage = Stage.Postgres(Tasks, server.Url, provider, sections: Sections);

        await BeforeTheFirstSyncAsync(stage);
        provider.Requests.ShouldBe(0);
        (await PostgresFixture.RowsAsync(server.Url, "SELECT nspname FROM pg_namespace WHERE nspname = 'embsync'")).ShouldBeEmpty();

        var first = await FirstSyncAsync(stage);
        first.GetProperty("requests").GetInt32().ShouldBe(provider.Requests);
        first.GetProperty("tokens").GetProperty("billed").GetInt64().ShouldBe(provider.Tokens);
        var known = provider.Purchases.Keys.First(text => text.Contains("Calibrate the astrolabe", StringComparison.Ordinal));

        var requests = provider.Requests;
        await SecondSyncAsync(stage);
        provider.Requests.ShouldBe(requests);

        await ADayOfChangesAsync(stage);
        provider.Requests.ShouldBe(requests + 1);
        provider.Log[^1].Inputs.ShouldHaveSingleItem().ShouldContain(Edited);
        provider.BoughtTwice.ShouldBeEmpty();

        await PeoplesOwnSqlAsync();
        var found = (await stage.JsonAsync(0, "search", known)).GetProperty("results")[0];
        found.GetProperty("id").GetString().ShouldBe("T-0007");
        found.GetProperty("score").GetDouble().ShouldBe(1, 0.01, "a text is nearest to itself");
    }

    private static async Task BeforeTheFirstSyncAsync(Stage stage)
    {
        var status = await stage.JsonAsync(0, "status");
        Names(status).ShouldBe(["schemaVersion", "project", "store", "commit", "spaces", "items", "chunks", "coverage", "sources", "types",
            "estimate", "drift", "notes", "runs", "blocked", "warnings"]);
        status.GetProperty("items").GetProperty("missing").GetInt32().ShouldBe(Tasks);
        status.GetProperty("coverage").GetDouble().ShouldBe(0);

        var dry = await stage.JsonAsync(0, "sync", "--dry-run");
        HasTheDocumentedForm(dry);
        dry.GetProperty("dryRun").GetBoolean().ShouldBeTrue();
        dry.GetProperty("runId").ValueKind.ShouldBe(JsonValueKind.Null);
        Counts(dry).ShouldBe((Tasks, 0, 0, 0, 0, 0));
        (await stage.HeadAsync()).Exists.ShouldBeFalse();
    }

    private async Task<JsonElement> FirstSyncAsync(Stage stage)
    {
        var sync = await stage.JsonAsync(0, "sync");
        output.WriteLine($"first sync: {sync.GetProperty("seconds")} s");
        HasTheDocumentedForm(sync);
        sync.GetProperty("dryRun").GetBoolean().ShouldBeFalse();
        sync.GetProperty("runId").GetInt64().ShouldBe(1);
        sync.GetProperty("status").GetString().ShouldBe("done");
        Counts(sync).ShouldBe((Tasks, 0, 0, 0, 0, 0));
        sync.GetProperty("chunks").GetProperty("embedded").GetInt32().ShouldBe(Tasks * Sections);
        await InStepAsync(stage);
        return sync;
    }

    private static async Task SecondSyncAsync(Stage stage)
    {
        var revision = (await stage.HeadAsync()).Revision;
        var sync = await stage.JsonAsync(0, "sync");
        sync.GetProperty("requests").GetInt32().ShouldBe(0);
        Counts(sync).ShouldBe((0, 0, 0, Tasks, 0, 0));
        (await stage.HeadAsync()).Revision.ShouldBe(revision);
    }

    /// <summary>Five commits, of which <c>--since HEAD~1</c> names the last: the others count because no sync has seen them.</summary>
    private static async Task ADayOfChangesAsync(Stage stage)
    {
        var (repository, tasks) = (stage.Repository, stage.Tasks);
        tasks.Edit(1, text => text.Replace("## Risks\n\n", $"## Risks\n\n{Edited} ", StringComparison.Ordinal));
        repository.Commit("edit");
        tasks.Move(2, "tasks/elsewhere/deep/down/renamed.md");
        repository.Commit("rename");
        tasks.Delete(4);
        repository.Commit("delete");
        tasks.Edit(5, text => text.Replace("status: open", "status: closed", StringComparison.Ordinal));
        repository.Commit("metadata");
        tasks.Edit(8, text => text.Replace("- [ ] ", "- [x] ", StringComparison.Ordinal));
        repository.Commit("checkbox");

        var status = await stage.JsonAsync(4, "status", "--check");
        status.GetProperty("drift").EnumerateArray().Select(Described).Order().ShouldBe(
            ["T-0001 stale content", "T-0004 orphaned "], ignoreOrder: false, status.ToString());

        var sync = await stage.JsonAsync(0, "sync", "--since", "HEAD~1");
        Counts(sync).ShouldBe((0, 1, 3, 0, 1, 0), sync.ToString());
        sync.GetProperty("chunks").GetProperty("embedded").GetInt32().ShouldBe(1);
        await InStepAsync(stage);
    }

    private static async Task InStepAsync(Stage stage)
    {
        var check = await stage.RunAsync("status", "--check");
        check.ExitCode.ShouldBe(0, check.ToString());
    }

    /// <summary>The view is the public face: what people ask of it is answered by its index.</summary>
    private async Task PeoplesOwnSqlAsync()
    {
        const string nearest = """
            SELECT task_id FROM embsync.embeddings
            ORDER BY embedding <=> (SELECT embedding FROM embsync.embeddings WHERE task_id = 'T-0007' AND chunk = 0) LIMIT 10
            """;
        (await PostgresFixture.RowsAsync(server.Url, nearest)).Count.ShouldBe(10);
        var plan = string.Join('\n', await PostgresFixture.RowsAsync(server.Url, "EXPLAIN " + nearest));
        output.WriteLine(plan);
        plan.ShouldContain("Index Scan using vec_1_hnsw");
        (await PostgresFixture.RowsAsync(
            server.Url, "SELECT DISTINCT concat_ws(' ', source, space, model, dimension, vector_dims(embedding)) FROM embsync.embeddings"))
            .ShouldBe(["tasks default text-embedding-3-small 1536 1536"]);
        (await PostgresFixture.RowsAsync(server.Url, "SELECT DISTINCT path FROM embsync.embeddings WHERE task_id = 'T-0002'")).ShouldBe(
            ["tasks/elsewhere/deep/down/renamed.md"]);
        (await PostgresFixture.RowsAsync(server.Url,
            "SELECT DISTINCT metadata ->> 'status' FROM embsync.embeddings WHERE task_id = 'T-0005'")).ShouldBe(["closed"]);
        (await PostgresFixture.RowsAsync(server.Url, "SELECT task_id FROM embsync.embeddings WHERE task_id = 'T-0004'")).ShouldBeEmpty();
    }

    /// <summary>Every member that is documented, of the documented type; and none that nobody knows of.</summary>
    private static void HasTheDocumentedForm(JsonElement sync)
    {
        Names(sync).ShouldBe(["schemaVersion", "dryRun", "runId", "status", "model", "dimension", "items", "chunks", "requests", "tokens",
            "cost", "seconds", "errors",
            "remaining", "notes", "retries", "spaces", "sources", "refused", "warnings"]);
        Names(sync.GetProperty("items")).ShouldBe(
            ["total", "new", "changed", "metadata", "unchanged", "deleted", "failed", "refused", "blocked"]);
        Names(sync.GetProperty("chunks")).ShouldBe(["embedded", "reused", "deleted"]);
        Names(sync.GetProperty("tokens")).ShouldBe(["estimated", "billed", "covered", "calibratedBy"]);
        Names(sync.GetProperty("cost")).ShouldBe(["currency", "estimated", "actual", "priceFrom"]);
        sync.GetProperty("schemaVersion").GetInt32().ShouldBe(1);
        sync.GetProperty("requests").ValueKind.ShouldBe(JsonValueKind.Number);
        sync.GetProperty("seconds").ValueKind.ShouldBe(JsonValueKind.Number);
        sync.GetProperty("errors").GetArrayLength().ShouldBe(0);
    }

    private static async Task<string?> FoundFirstAsync(Stage stage, params string[] query) =>
        (await stage.JsonAsync(0, ["search", .. query])).GetProperty("results").EnumerateArray().First().GetProperty("id").GetString();

    private static (int New, int Changed, int Metadata, int Unchanged, int Deleted, int Failed) Counts(JsonElement sync)
    {
        var items = sync.GetProperty("items");
        int Of(string name) => items.GetProperty(name).GetInt32();
        return (Of("new"), Of("changed"), Of("metadata"), Of("unchanged"), Of("deleted"), Of("failed"));
    }

    private static string Described(JsonElement drift) =>
        $"{drift.GetProperty("id")} {drift.GetProperty("state")} {string.Join(',', drift.GetProperty("reasons").EnumerateArray())}";

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(property => property.Name);
}
