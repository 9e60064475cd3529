using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Backfill;
using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Tests.Reembed;
using EmbSync.Core.Tests.Sync;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Buying;

/// <summary>Paid is paid: who interrupts a run while it commits what it bought loses none of it.</summary>
public abstract class InterruptionTests : IAsyncLifetime
{
    private ReembedWorld _world = null!;

    private protected abstract StoreConfig Store(string folder);

    public async Task InitializeAsync() => _world = await ReembedWorld.OpenAsync(Store);

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Theory]
    [InlineData("sync")]
    [InlineData("sync of two spaces")]
    [InlineData("backfill")]
    [InlineData("reembed")]
    public async Task Interrupted_while_it_commits_a_run_keeps_every_vector_that_it_bought(string command)
    {
        var (bought, kept) = (_world.Server.Inputs, await VectorsAsync());
        using var stop = new CancellationTokenSource();

        (await RunAsync(command, stop)).ShouldBe(ExitCode.Interrupted);

        (_world.Server.Inputs - bought).ShouldBePositive();
        (await VectorsAsync() - kept).ShouldBe(_world.Server.Inputs - bought);
        await using var workspace = _world.Sync.Open();
        foreach (var generation in (await workspace.Store.ReadHeadAsync(default)).Generations)
        {
            (await workspace.Store.ReadQueueAsync(generation.Id, default)).Leased.ShouldBe(0, "others may buy the rest");
        }
    }

    /// <summary>Buys nine texts, two a request, and is interrupted when the first of them are about to be committed.</summary>
    private async Task<ExitCode> RunAsync(string command, CancellationTokenSource stop)
    {
        if (command != "reembed")
        {
            for (var i = 0; i < 9; i++)
            {
                _world.Write(i, $"Body {i} of what was to do.");
            }
        }

        if (command == "sync of two spaces")
        {
            SpaceConfig[] spaces = [new("default", ReembedWorld.Model, ReembedWorld.Before), new(
                "small", ReembedWorld.Model, ReembedWorld.After)];
            _world.Sync.Configure = config => config with { Embeddings = config.Embeddings with { Spaces = spaces } };
        }

        await using var workspace = command == "reembed" ? _world.Target(ReembedWorld.After, ReembedWorld.Model) : _world.Sync.Open();
        var used = workspace.With(new DyingStore(workspace.Store, int.MaxValue)
        {
            Fails = name =>
            {
                if (name is "Commit" or "Complete")
                {
                    stop.Cancel();
                }

                return null;
            },
        });
        return command switch
        {
            "backfill" => (await new BackfillEngine(used, TimeProvider.System)
                .RunAsync(new(9, TimeSpan.Zero, 9, []), new(null, null), new Progress<BackfillProgress>(), stop.Token)).ExitCode,
            "reembed" => (await new StoreReembed(used, workspace.SignatureOf(Generation.DefaultSpace), TimeProvider.System)
                .RunAsync(new(), new(null, null), new Progress<ReembedProgress>(), stop.Token)).ExitCode,
            _ => (await new SyncEngine(used, TimeProvider.System)
                .RunAsync(new(), new(null, null), new Progress<SyncProgress>(), stop.Token)).ExitCode,
        };
    }

    /// <summary>Of all generations.</summary>
    private async Task<long> VectorsAsync()
    {
        await using var workspace = _world.Sync.Open();
        var vectors = 0L;
        foreach (var generation in (await workspace.Store.ReadHeadAsync(default)).Generations)
        {
            vectors += (await workspace.Store.ReadVectorPageAsync(generation.Id, null, 1000, default)).Count;
        }

        return vectors;
    }
}

public sealed class SqliteInterruptionTests : InterruptionTests
{
    private protected override StoreConfig Store(string folder) => SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db"));
}

public sealed class PostgresInterruptionTests(PostgresFixture postgres) : InterruptionTests, IClassFixture<PostgresFixture>
{
    private readonly string _schema = "i" + Guid.NewGuid().ToString("N")[..8];

    private protected override StoreConfig Store(string folder) => PostgresStores.Of(postgres, _schema);
}
