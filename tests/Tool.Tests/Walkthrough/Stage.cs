using System.Text.Json;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Walkthrough;

/// <summary>A repository of generated tasks, a store, and a home of nobody's: where the program is run as people run it.</summary>
internal sealed class Stage : IDisposable
{
    public const string Canary = "canary-4f1d9c2e77";

    private const int FewSections = 4;

    private readonly StoreConfig _store;

    private Stage(int tasks, int sections, StoreConfig store, Dictionary<string, string> environment)
    {
        _store = store;
        Repository.Write("embsync.yaml", $$"""
            version: 1
            project: acme/tasks
            {{(store.Backend == StoreBackend.Postgres ? "store: { backend: postgres, url: env:DATABASE_URL }" : "")}}
            sources:
              - { name: tasks, type: markdown, include: ["tasks/**/*.md"], id: id, itemType: task, metadata: [status, labels] }
            """);
        Tasks = GeneratedTasks.Fill(Repository, tasks, sections);
        Home = Path.Combine(Path.GetDirectoryName(Repository.Path)!, "home");
        Directory.CreateDirectory(Home);
        Environment = new Dictionary<string, string>(environment) { ["HOME"] = Home, ["LC_ALL"] = "C.UTF-8" };
    }

    public TempRepository Repository { get; } = TempRepository.Create();

    public GeneratedTasks Tasks { get; }

    public string Home { get; }

    /// <summary>Of the next process.</summary>
    public IDictionary<string, string> Environment { get; }

    private IReadOnlyDictionary<string, string> Variables => Environment.AsReadOnly();

    /// <summary>The defaults: SQLite in <c>.embsync</c> and the offline provider, or a provider that a server plays.</summary>
    public static Stage Sqlite(int tasks, FakeEmbeddingServer? provider = null, int sections = FewSections) =>
        new(tasks, sections, new(StoreBackend.Sqlite, "", null, "embsync", null, VectorType.HalfVec, true), Endpoint(provider));

    /// <param name="schema">One each, where stages share a database.</param>
    public static Stage Postgres(int tasks, string url, FakeEmbeddingServer provider, string schema = "embsync",
        int sections = FewSections) => new(
        tasks, sections, new(StoreBackend.Postgres, "", new Secret(url, "test"), schema, null, VectorType.HalfVec, true),
        new(Endpoint(provider)) { ["DATABASE_URL"] = url, ["EMBSYNC_STORE_SCHEMA"] = schema });

    /// <summary>Either store under a provider that is paid, for tests that hold of both.</summary>
    public static Stage Of(string backend, int tasks, PostgresFixture server, FakeEmbeddingServer provider, string schema) =>
        backend == "sqlite" ? Sqlite(tasks, provider) : Postgres(tasks, server.Url, provider, schema);

    public EmbSyncProcess Start(params string[] arguments) => EmbSyncProcess.Start(Repository.Path, Variables, arguments);

    public EmbSyncProcess Shell(string script, params string[] arguments) =>
        EmbSyncProcess.Shell(Repository.Path, Variables, script, arguments);

    public async Task<ToolRun> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        return await process.EndAsync();
    }

    /// <summary>Runs with <c>--json</c> and expects the exit code.</summary>
    public async Task<JsonElement> JsonAsync(int exitCode, params string[] arguments)
    {
        var run = await RunAsync([.. arguments, "--json"]);
        run.ExitCode.ShouldBe(exitCode, run.ToString());
        return JsonDocument.Parse(run.Out).RootElement;
    }

    /// <summary>The same tasks into an empty store: where the next processes work.</summary>
    public void UseStore(string name)
    {
        if (_store.Backend == StoreBackend.Sqlite)
        {
            Environment["EMBSYNC_STORE_PATH"] = $".embsync/{name}.db";
        }
        else
        {
            Environment["EMBSYNC_STORE_SCHEMA"] = name;
        }
    }

    public async Task<string> ContentsAsync()
    {
        await using var store = OpenStore();
        return await StoreContents.OfAsync(store);
    }

    public async Task<StoreHead> HeadAsync()
    {
        await using var store = OpenStore();
        return await store.ReadHeadAsync(default);
    }

    /// <summary>How many of the texts have their vector, so that what was paid can be counted against what was kept.</summary>
    public async Task<int> KeptAsync(IEnumerable<string> texts)
    {
        await using var store = OpenStore();
        return (await store.ReadHeadAsync(default)).Active(Generation.DefaultSpace) is { } generation
            ? (await store.ReadExistingAsync(generation.Id, [.. texts.Select(ContentHash.Of)], default)).Count
            : 0;
    }

    public void Dispose() => Repository.Dispose();

    private IStore OpenStore() => StoreFactory.Open(_store.Backend == StoreBackend.Sqlite
        ? _store with { Path = Repository.Full(Environment.TryGetValue("EMBSYNC_STORE_PATH", out var path) ? path : ".embsync/index.db") }
        : _store with { Schema = Environment["EMBSYNC_STORE_SCHEMA"] }, TimeProvider.System);

    private static Dictionary<string, string> Endpoint(FakeEmbeddingServer? provider) => provider is null ? [] : new()
    {
        ["EMBSYNC_EMBEDDINGS_PROVIDER"] = "openai",
        ["OPENAI_BASE_URL"] = provider.BaseUrl.ToString(),
        ["OPENAI_API_KEY"] = Canary,
    };
}
