using EmbSync.Core.Buying;
using EmbSync.Core.Configuration;
using EmbSync.Core.Git;
using EmbSync.Core.Jobs;
using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Model;
using EmbSync.Core.Providers;
using EmbSync.Core.Storage;
using EmbSync.Core.Tests.Sync;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Reembed;

/// <summary>A repository of nine tasks, a store of one kind, and an endpoint with every model.</summary>
internal sealed class ReembedWorld : IAsyncDisposable
{
    public const string Model = "text-embedding-3-small";
    public const int Before = 32;
    public const int After = 16;

    private ReembedWorld(TempRepository repository, FakeEmbeddingServer server, StoreConfig store)
    {
        (Repository, Server) = (repository, server);
        Sync = new(repository, store, new(
            AutoIndex.OnCreate, "openai", server.BaseUrl, null, Model, Before, 2, 0, 2, new Dictionary<string, decimal>(), [], false,
            RolePrefixes.None))
        {
            Kept = store.Backend == StoreBackend.Memory ? StoreFactory.Open(store, TimeProvider.System) : null,
        };
    }

    public TempRepository Repository { get; }

    public FakeEmbeddingServer Server { get; }

    public SyncWorld Sync { get; }

    public static async Task<ReembedWorld> OpenAsync(Func<string, StoreConfig> store)
    {
        var repository = TempRepository.Create();
        repository.Write(".gitignore", ".embsync/\n");
        var world = new ReembedWorld(repository, await FakeEmbeddingServer.StartAsync(), store(repository.Path));
        for (var i = 0; i < 9; i++)
        {
            world.Write(i, $"Body {i} of what is to be done.");
        }

        (await world.Sync.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);
        return world;
    }

    public void Write(int id, string body) => Repository.Write($"tasks/t{id}.md", $"---\nid: T-{id}\ntitle: Task {id}\n---\n\n{body}\n");

    /// <summary>With flags that name another model; the configuration stays what it is.</summary>
    public async Task<ReembedResult> RunAsync(
        ReembedRequest? request = null, int? dimension = After, string model = Model, SpendLimit? spend = null,
        Func<IStore, IStore>? through = null,
        TimeSpan wait = default, CancellationToken cancellationToken = default)
    {
        await using var workspace = Target(dimension, model);
        var used = through is null ? workspace : workspace.With(through(workspace.Store));
        return await new StoreReembed(used.With(wait), Configured(), TimeProvider.System).RunAsync(
            request ?? new(), spend ?? new(null, null), new Progress<ReembedProgress>(), cancellationToken);
    }

    public async Task<ReembedReport> DryRunAsync(ReembedRequest? request = null, int? dimension = After, SpendLimit? spend = null)
    {
        await using var workspace = Target(dimension, Model);
        return await new StoreReembed(workspace, Configured(), TimeProvider.System).DryRunAsync(
            request ?? new(), spend ?? new(null, null), default);
    }

    /// <summary>The configuration itself is changed.</summary>
    public void Configure(int dimension) => Sync.Configure = config =>
        config with { Embeddings = config.Embeddings with { Dimension = dimension } };

    public async Task<Generation> ActiveAsync()
    {
        await using var workspace = Sync.Open();
        return (await workspace.Store.ReadHeadAsync(default)).Active("default")!;
    }

    /// <summary>What a clean store holds under the target.</summary>
    public async Task<string> CleanAsync(int dimension = After)
    {
        var before = Sync.Configure;
        Configure(dimension);
        try
        {
            return await Sync.CleanContentsAsync();
        }
        finally
        {
            Sync.Configure = before;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Sync.Dispose();
        await Server.DisposeAsync();
        Repository.Dispose();
    }

    private EmbeddingSignature Configured() => ProviderFactory.SignatureOf(Sync.Config().Embeddings);

    public Workspace Target(int? dimension, string model)
    {
        var config = Sync.Config();
        var workspace = Workspace.Open(
            config with { Embeddings = config.Embeddings with { Model = model, Dimension = dimension ?? config.Embeddings.Dimension } },
            GitRepository.Discover(Repository.Path), TimeProvider.System);
        return Sync.Kept is null ? workspace : workspace.With(Sync.Kept);
    }
}
