using System.Text.RegularExpressions;
using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Storage;
using EmbSync.Core.Tests.Configuration;
using EmbSync.Core.Tests.Sync;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sources.Rows;

/// <summary>A database with rows, a store that may be in it or elsewhere, and a configuration as people write it.</summary>
internal sealed partial class RowWorld : IAsyncDisposable
{
    private readonly TempRepository _repository = TempRepository.Create();
    private readonly StoreConfig _store;

    private RowWorld(string url, FakeEmbeddingServer server, Func<string, StoreConfig> store)
    {
        (Url, Server) = (url, server);
        _store = store(_repository.Path);
        Sync = new(_repository, _store, Embeddings(server));
    }

    public string Url { get; set; }

    public FakeEmbeddingServer Server { get; }

    public SyncWorld Sync { get; }

    public StoreConfig Store => _store;

    public static async Task<RowWorld> StartAsync(string url, Func<string, StoreConfig> store) =>
        new(url, await FakeEmbeddingServer.StartAsync(), store);

    public static EmbeddingsConfig Embeddings(FakeEmbeddingServer server) => new(
        AutoIndex.OnCreate, "openai", server.BaseUrl, null, "text-embedding-3-small", 16, 8, 0, 2, new Dictionary<string, decimal>(), [],
        false, RolePrefixes.None);

    /// <param name="sources">What stands under <c>sources:</c>.</param>
    public void Configure(string sources)
    {
        var read = ConfigFolder.LoadYaml("version: 1\nsources:\n" + Indented(sources), ("DATABASE_URL", Url)).Sources;
        Sync.Configure = config => config with { Sources = read };
    }

    public Task RunAsync(string sql) => PostgresFixture.RunAsync(Url, sql);

    public async Task<SyncResult> SyncedAsync(SyncRequest? request = null)
    {
        var result = await Sync.SyncAsync(request);
        result.ExitCode.ShouldBe(ExitCode.Done, result.Stopped?.Message ?? string.Join('\n', result.Report.Errors));
        return result;
    }

    /// <summary>
    /// The store is as a full sync into an empty one makes it, and a second run has nothing to do. Stamps of rows aside: those say when,
    /// not what.
    /// </summary>
    public async Task ShouldBeCleanAsync()
    {
        var contents = await Sync.ContentsAsync();
        Stamp().Replace(contents, "").ShouldBe(Stamp().Replace(await CleanAsync(), ""));
        var revision = await RevisionAsync();
        var requests = Server.Requests;
        var again = await Sync.SyncAsync();
        again.Report.RunId.ShouldBeNull();
        again.Report.Items.Unchanged.ShouldBe(again.Report.Items.Total);
        Server.Requests.ShouldBe(requests);
        (await RevisionAsync()).ShouldBe(revision);
    }

    private async Task<string> CleanAsync()
    {
        await using var server = await FakeEmbeddingServer.StartAsync();
        return await new SyncWorld(_repository, _store, Embeddings(server)) { Configure = Sync.Configure }.CleanContentsAsync();
    }

    public async Task<long> RevisionAsync()
    {
        await using var workspace = Sync.Open();
        return (await workspace.Store.ReadHeadAsync(default)).Revision;
    }

    /// <summary>Stored items by id.</summary>
    public async Task<Dictionary<string, StoredItem>> ItemsAsync(string source)
    {
        await using var workspace = Sync.Open();
        return await workspace.Store.ReadItemsAsync(source, default).ToDictionaryAsync(item => item.Id);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Sync.Dispose();
        _repository.Dispose();
    }

    private static string Indented(string text) => string.Concat(text.Split('\n').Select(line => "  " + line + "\n"));

    [GeneratedRegex(@"x\d+\.\d+\.\d+ ")]
    private static partial Regex Stamp();
}
