using EmbSync.Core.Configuration;
using EmbSync.Core.Git;
using EmbSync.Core.Jobs;
using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Faults;

/// <summary>
/// A team's repository, a store and a provider that counts what it sells, driven by the command line. What is stored is read back through
/// the
/// store itself.
/// </summary>
internal sealed class FaultWorld : IAsyncDisposable
{
    public const string Model = "text-embedding-3-small";
    public const int Dimension = 32;
    public const string Key = "sk-c4n4ry-of-the-fault-tests";

    /// <summary>Ids of the repository as it begins, by source.</summary>
    public static readonly string[] Beginning = ["docs/docs/guide.md", "tasks/T-1", "tasks/T-2", "tasks/T-3"];

    private readonly string storeSetting;

    private FaultWorld(Touched store, TempRepository repository, FakeEmbeddingServer server, string storeSetting, string? url)
    {
        (Store, Repository, Server, this.storeSetting) = (store, repository, server, storeSetting);
        Environment = new(StringComparer.Ordinal) { ["OPENAI_BASE_URL"] = server.BaseUrl.ToString(), ["OPENAI_API_KEY"] = Key };
        if (url is not null)
        {
            Environment["DATABASE_URL"] = url;
        }
    }

    public Touched Store { get; }

    /// <summary>Replaced by tests that go on in a clone.</summary>
    public TempRepository Repository { get; set; }

    public FakeEmbeddingServer Server { get; }

    public Dictionary<string, string> Environment { get; }

    /// <summary>What is stored outlives the run.</summary>
    public bool IsDurable => Store != Touched.Memory;

    public string Database => Repository.Full(".embsync/index.db");

    /// <param name="url">Another database than the fixture's own.</param>
    public static async Task<FaultWorld> StartAsync(
        Touched store, PostgresFixture postgres, string? url = null, bool lexical = false, string extra = "")
    {
        var setting = store switch
        {
            Touched.Sqlite => "{ backend: sqlite }",
            Touched.Memory => "{ backend: memory }",
            // A schema for each test: they share the class's database.
            _ => $"{{ backend: postgres, url: env:DATABASE_URL, schema: f_{Guid.NewGuid().ToString("N")[..12]} }}",
        };
        var world = new FaultWorld(
            store, TaskRepository.Create(3), await FakeEmbeddingServer.StartAsync(), setting, store == Touched.Postgres ? url
            ?? postgres.Url : null);
        world.Configure(extra, lexical);
        world.Repository.Commit();
        return world;
    }

    /// <summary>Writes the configuration anew.</summary>
    /// <param name="extra">Whole lines beside store, embeddings and sources.</param>
    public void Configure(string extra = "", bool lexical = false, Func<string, string>? change = null)
    {
        var embeddings = lexical ? "provider: lexical" : $"provider: openai, model: {Model}, dimension: {Dimension}";
        var text = $"{TaskRepository.Config}\nstore: {storeSetting}\nembeddings: {{ {embeddings} }}\n{extra}";
        Repository.Write("embsync.yaml", change?.Invoke(text) ?? text);
    }

    public Task<ToolRun> RunAsync(string arguments) => ToolRun.Of(Repository.Path, arguments, Environment);

    public async Task<FaultRun> SyncAsync(string arguments = "") => new(await RunAsync($"sync --json {arguments}"));

    /// <summary>A sync that has nothing to complain of.</summary>
    public async Task<FaultRun> SyncedAsync(string arguments = "")
    {
        var run = await SyncAsync(arguments);
        run.ExitCode.ShouldBe(0, run.ToString());
        return run;
    }

    /// <summary>
    /// Nothing is owed any more: another sync exits 0, asks for nothing and changes nothing, and every vector is its own text's.
    /// </summary>
    /// <param name="unmatched">A pattern has lost its last file: that alone is named.</param>
    public async Task ShouldBeInStepAsync(bool unmatched = false)
    {
        var (requests, before) = (Server.Requests, await StoredAsync());
        var run = await SyncedAsync();
        (run.Items("new"), run.Items("changed"), run.Items("deleted"), run.Items("failed")).ShouldBe((0, 0, 0, 0), run.ToString());
        var status = await RunAsync("status --check");
        status.ExitCode.ShouldBe(unmatched ? 4 : 0, status.ToString());
        status.Out.ShouldContain(unmatched ? "In step, but for the patterns named above." : "In step.");
        Server.Requests.ShouldBe(requests);
        (await StoredAsync()).ShouldBe(before);
        await ShouldBeAlignedAsync();
    }

    /// <summary>Hashes of each stored item's chunks, in order and joined by spaces, by <c>source/id</c>.</summary>
    public async Task<SortedDictionary<string, string>> StoredAsync()
    {
        var stored = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await using var workspace = OpenStore();
        foreach (var source in await workspace.Store.ReadSourceNamesAsync(CancellationToken.None))
        {
            var ids = new List<string>();
            await foreach (var item in workspace.Store.ReadItemsAsync(source, CancellationToken.None))
            {
                ids.Add(item.Id);
            }

            var hashes = await workspace.Store.ReadChunkHashesAsync(source, ids, CancellationToken.None);
            ids.ForEach(id => stored.Add($"{source}/{id}", string.Join(' ', hashes.GetValueOrDefault(id) ?? [])));
        }

        return stored;
    }

    /// <summary>Every stored chunk has a vector, and it is that of the text that was sent.</summary>
    public async Task ShouldBeAlignedAsync()
    {
        var sent = Server.Log.SelectMany(request => request.Inputs).Distinct().ToDictionary(ContentHash.Of);
        await using var workspace = OpenStore();
        var head = await workspace.Store.ReadHeadAsync(CancellationToken.None);
        var hashes = (await StoredAsync()).SelectMany(item => item.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Distinct()
            .Select(ContentHash.FromHex).ToList();
        var vectors = await workspace.Store.ReadVectorsAsync(head.Active("default")!.Id, hashes, CancellationToken.None);
        foreach (var hash in hashes)
        {
            var own = FakeEmbeddingServer.VectorFor(Model, Dimension, sent[hash]);
            vectors[hash].Zip(own).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-3, sent[hash]);   // stores keep half precision
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Repository.Dispose();
    }

    private Workspace OpenStore()
    {
        var config = ConfigLoader.Load(new(null, Repository.Path, Repository.Path, null, Environment, ConfigOverrides.None));
        return Workspace.Open(config, GitDiscovery.None(Repository.Path), TimeProvider.System);
    }
}
