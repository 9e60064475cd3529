using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Faults;

/// <summary>
/// A configuration that can't be meant: refused before any store is opened or anything is sent, with its place in the file.
/// </summary>
public sealed class ConfigurationFaults(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Theory, OnStores]
    [Fault(23, "unknown key", "wrong type", "tab", "duplicate key", "empty file", On = [Touched.NoStore])]
    public async Task A_mistake_is_named_with_line_and_column(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        await world.SyncedAsync();
        var requests = world.Server.Requests;
        world.Configure(change: text => name switch
        {
            "unknown key" => text.Replace("sources:", "source:", StringComparison.Ordinal),
            "wrong type" => text.Replace("priority: 2", "priority: high", StringComparison.Ordinal),
            "tab" => text.Replace("  - { name: tasks", "\t- { name: tasks", StringComparison.Ordinal),
            "duplicate key" => text.Replace("project: acme/tasks", "project: acme/tasks\nproject: acme/other", StringComparison.Ordinal),
            _ => "",
        });

        var run = await world.SyncAsync();

        run.ShouldEnd(2, name switch
        {
            "unknown key" => ["embsync.yaml:3:1", "did you mean 'sources'"],
            "wrong type" => ["embsync.yaml:5:", "priority", "high"],
            "tab" => ["embsync.yaml:5:1", "tab"],
            "duplicate key" => ["embsync.yaml:3:1", "project"],
            _ => ["embsync.yaml", "empty"],
        });
        run.HasReport.ShouldBeFalse();
        world.Server.Requests.ShouldBe(requests);
        world.Configure();
        await world.ShouldBeInStepAsync();
    }

    [Theory, OnStores]
    [Fault(25, "key of the provider", "password of the database", On = [Touched.NoStore, Touched.OpenAi])]
    public async Task A_secret_in_the_file_is_refused_and_not_repeated(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        world.Configure(change: text => name == "key of the provider"
            ? text.Replace("provider: openai,", "provider: openai, apiKey: sk-c4n4ry-in-the-file,", StringComparison.Ordinal)
            : System.Text.RegularExpressions.Regex.Replace(
                text, "(?m)^store:.*$", "store: { backend: postgres, url: 'postgresql://me:c4n4ry@localhost/db' }"));

        (await world.SyncAsync()).ShouldEnd(2, name == "key of the provider" ? "embsync.yaml:7:" : "embsync.yaml:6:", "env:");

        world.Server.Requests.ShouldBe(0);
        world.Configure();
        await world.SyncedAsync();
        await world.ShouldBeInStepAsync();
    }

    [Theory, OnStores]
    [Fault(26, "plain HTTP to a host that is not local", On = [Touched.OpenAi])]
    [Fault(27, "dimension that the model doesn't make", On = [Touched.OpenAi])]
    public async Task An_endpoint_or_dimension_that_can_not_be_meant_gets_nothing(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        world.Configure(change: text => name[0] == 'p'
            ? text.Replace("provider: openai,", "provider: openai, baseUrl: 'http://embeddings.example.test/v1',", StringComparison.Ordinal)
            : text.Replace($"dimension: {FaultWorld.Dimension}", "dimension: 4001", StringComparison.Ordinal));

        (await world.SyncAsync()).ShouldEnd(
            2, name[0] == 'p' ? ["embsync.yaml:7:", "https", "allowInsecureHttp"] : ["embsync.yaml:7:", "4001", "1536 at most"]);

        world.Server.Requests.ShouldBe(0);
        world.Configure();
        await world.SyncedAsync();
        await world.ShouldBeInStepAsync();
    }

    [Theory, OnStores(Touched.Postgres)]
    [Fault(27, "dimension that no index can hold", On = [Touched.OpenAi])]
    public async Task A_dimension_that_no_index_can_hold_gets_nothing(Touched store)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        world.Configure(change: text => text.Replace(FaultWorld.Model, "a-model-of-ours", StringComparison.Ordinal)
            .Replace($"dimension: {FaultWorld.Dimension}", "dimension: 4001", StringComparison.Ordinal));

        (await world.SyncAsync()).ShouldEnd(2, "embsync.yaml:7:", "4000");

        world.Server.Requests.ShouldBe(0);
    }

    [Theory, OnStores]
    [Fault(28, "endpoint moved by a change of the file", On = [Touched.OpenAi])]
    public async Task A_moved_endpoint_gets_neither_key_nor_text(Touched store)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        world.Server.RequiredKey = FaultWorld.Key;
        await world.SyncedAsync();
        world.Environment.Remove("OPENAI_BASE_URL");
        world.Repository.Write("docs/new.md", "Words that must stay here.\n");
        world.Configure(change: text => text.Replace(
            "provider: openai,", "provider: openai, baseUrl: 'https://collector.example/v1',", StringComparison.Ordinal));

        (await world.SyncAsync()).ShouldEnd(2, "collector.example", "allowHosts");

        // Local addresses are this machine's own; naming the host is the explicit way.
        var local = world.Server.BaseUrl.ToString();
        world.Configure(change: text => text.Replace(
            "provider: openai,", $"provider: openai, baseUrl: '{local}',", StringComparison.Ordinal));
        await world.SyncedAsync();
        await world.ShouldBeInStepAsync();
    }

    [Theory, OnStores]
    [Fault(29, "address of the store", "address of the provider", "key of the provider", On = [Touched.NoStore, Touched.OpenAi])]
    public async Task A_variable_that_is_not_set_is_named(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        var (from, to) = name switch
        {
            "address of the store" => ("store: { backend: sqlite }", "store: { backend: postgres, url: env:TEAM_DATABASE }"),
            "address of the provider" => ("provider: openai,", "provider: openai, baseUrl: env:TEAM_ENDPOINT,"),
            _ => ("provider: openai,", "provider: openai, apiKey: env:TEAM_SECRET, baseUrl: 'https://api.openai.com/v1',"),
        };
        if (name == "key of the provider")
        {
            world.Environment.Remove("OPENAI_BASE_URL");
            world.Environment.Remove("OPENAI_API_KEY");
        }

        world.Configure(change: text => text.Replace("env:DATABASE_URL", "env:TEAM_DATABASE", StringComparison.Ordinal).Replace(
            from, to, StringComparison.Ordinal));
        if (name != "address of the store" && world.Environment.TryGetValue("DATABASE_URL", out var url))
        {
            world.Environment["TEAM_DATABASE"] = url;
        }

        var run = await world.SyncAsync();

        if (name == "key of the provider")
        {
            // Known only when something is to be bought: all that needs no key goes on without one.
            run.ShouldEnd(6, "TEAM_SECRET");
        }
        else
        {
            run.ShouldEnd(2, "embsync.yaml:", name == "address of the store" ? "TEAM_DATABASE" : "TEAM_ENDPOINT");
        }

        world.Server.Requests.ShouldBe(0);
    }
}
