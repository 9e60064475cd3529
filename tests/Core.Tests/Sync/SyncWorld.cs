using EmbSync.Core.Buying;
using EmbSync.Core.Configuration;
using EmbSync.Core.Git;
using EmbSync.Core.Jobs;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Jobs.Sync.Saved;
using EmbSync.Core.Planning;
using EmbSync.Core.Storage;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sync;

/// <summary>A repository, a store and an engine over them: the whole path without the command line.</summary>
internal sealed class SyncWorld(TempRepository repository, StoreConfig store, EmbeddingsConfig embeddings) : IDisposable
{
    private static readonly Progress<SyncProgress> Nobody = new();

    public static readonly EmbeddingsConfig Lexical = new(
        AutoIndex.OnCreate, "lexical", null, null, "lexical-v1", 64, 128, 0, 2, new Dictionary<string, decimal>(), [], false,
        RolePrefixes.None);

    public TempRepository Repository => repository;

    /// <summary>Changes the configuration of later runs.</summary>
    public Func<EmbSyncConfig, EmbSyncConfig> Configure { get; set; } = config => config;

    public static SyncWorld Sqlite(TempRepository? repository = null, EmbeddingsConfig? embeddings = null, string? path = null)
    {
        var home = repository ?? TempRepository.Create();
        return new(home, StoreAt(path ?? Path.Combine(home.Path, ".git", "embsync-test.db")), embeddings ?? Lexical);
    }

    public static StoreConfig StoreAt(string path) => new(StoreBackend.Sqlite, path, null, "embsync", null, VectorType.Vector, true);

    public EmbSyncConfig Config() => Configure(new(
        null, repository.Path, "test/project", store, embeddings, new(null, null, DeleteLimit.Default, 5_000_000, 1000),
        [new MarkdownSourceConfig("tasks", 0, ["tasks/**/*.md"], [], "id", ["title"], ["status"], "task", ChunkConfig.Default, false)]));

    /// <summary>Rows that later runs hold at a time; null for as many as they do.</summary>
    public int? RowsAtATime { get; set; }

    /// <summary>A store in memory that outlives its workspaces, as a file or a database does.</summary>
    public IStore? Kept { get; init; }

    public Workspace Open()
    {
        var workspace = Workspace.Open(Config(), GitRepository.Discover(repository.Path), TimeProvider.System);
        workspace = Kept is null ? workspace : workspace.With(Kept);
        workspace.RowsAtATime = RowsAtATime ?? workspace.RowsAtATime;
        return workspace;
    }

    public async Task<SyncResult> SyncAsync(SyncRequest? request = null, CancellationToken cancellationToken = default)
    {
        await using var workspace = Open();
        return await new SyncEngine(workspace, TimeProvider.System)
            .RunAsync(request ?? new(), SpendLimit.Of(workspace.Config.Limits), Nobody, cancellationToken);
    }

    public async Task<StatusReport> StatusAsync(SyncRequest? request = null)
    {
        await using var workspace = Open();
        return await new SyncEngine(workspace, TimeProvider.System).StatusAsync(request ?? new(), null, default);
    }

    public async Task<SyncReport> DryRunAsync(SyncRequest? request = null)
    {
        await using var workspace = Open();
        return await new SyncEngine(workspace, TimeProvider.System).DryRunAsync(
            request ?? new(), SpendLimit.Of(workspace.Config.Limits), default);
    }

    public async Task<SavedPlan> PlanAsync(SyncRequest? request = null)
    {
        await using var workspace = Open();
        return (await new SyncEngine(workspace, TimeProvider.System)
            .PlanAsync(request ?? new(), SpendLimit.Of(workspace.Config.Limits), default)).Plan;
    }

    public async Task<SyncResult> ApplyAsync(SavedPlan plan)
    {
        await using var workspace = Open();
        return await new SyncEngine(workspace, TimeProvider.System).ApplyAsync(
            plan, null, SpendLimit.Of(workspace.Config.Limits), Nobody, default);
    }

    /// <summary>
    /// All that a store says of items, chunks and active vectors, in one form; two stores with equal contents are in the same state.
    /// </summary>
    public async Task<string> ContentsAsync()
    {
        await using var opened = Kept is null ? StoreFactory.Open(store, TimeProvider.System) : null;
        return await ContentsOf(opened ?? Kept!);
    }

    public static Task<string> ContentsOf(IStore store) => StoreContents.OfAsync(store);

    /// <summary>What a full sync into an empty store gives now.</summary>
    public async Task<string> CleanContentsAsync()
    {
        var path = Path.Combine(Path.GetTempPath(), "embsync-" + Guid.NewGuid().ToString("N")[..12] + ".db");
        try
        {
            using var clean = new SyncWorld(repository, StoreAt(path), embeddings) { Configure = Configure };
            await clean.SyncAsync();
            return await clean.ContentsAsync();
        }
        finally
        {
            File.Delete(path);
            File.Delete(path + ".lock");
            foreach (var left in Directory.GetFiles(Path.GetTempPath(), Path.GetFileName(path) + ".build-*"))
            {
                File.Delete(left);
            }
        }
    }

    public void Dispose()
    {
    }
}
