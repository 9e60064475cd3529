using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Backfill;
using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Model;
using EmbSync.Core.Tests.Sync;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Reembed;

/// <summary>
/// A build that ends by an exception, whatever it is, lets go of its lock: another one begins at once, in the same process too.
/// </summary>
public abstract class LocksAfterFailureTests : IAsyncLifetime
{
    private ReembedWorld _world = null!;

    private protected abstract StoreConfig Store(string folder);

    public async Task InitializeAsync() => _world = await ReembedWorld.OpenAsync(Store);

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Theory]
    [InlineData("reembed", "Enqueue")]
    [InlineData("reembed", "Claim")]
    [InlineData("reembed", "Complete")]
    [InlineData("reembed", "BeginRun")]
    [InlineData("reembed", "UpdateRun")]
    [InlineData("backfill", "Offer")]
    [InlineData("backfill", "Claim")]
    [InlineData("backfill", "Complete")]
    [InlineData("backfill", "Withdraw")]
    [InlineData("backfill", "BeginRun")]
    [InlineData("backfill", "UpdateRun")]
    public async Task A_defect_leaves_the_way_free_for_a_build_of_another_model(string command, string write)
    {
        for (var i = 0; i < 9; i++)
        {
            _world.Write(i, $"Body {i} of what was to do.");
        }

        await Should.ThrowAsync<InvalidOperationException>(() => RunAsync(command, write));

        await using var workspace = _world.Sync.Open();
        await using var writer = await workspace.Store.BeginWriteAsync(workspace.Config.Project, default);
        await using var build = await writer.BeginBuildAsync(
            Generation.DefaultSpace, workspace.Spaces[0].Signature with { Dimension = 8 }, default);
        (await build.TryOwnAsync(TimeSpan.Zero, default)).ShouldBe(Core.Storage.BuildShare.Alone);
    }

    private async Task RunAsync(string command, string write)
    {
        await using var workspace = command == "reembed" ? _world.Target(ReembedWorld.After, ReembedWorld.Model) : _world.Sync.Open();
        var used = workspace.With(new DyingStore(workspace.Store, int.MaxValue)
            { Fails = name => name == write ? new InvalidOperationException("a defect") : null });
        if (command == "reembed")
        {
            await new StoreReembed(used, workspace.SignatureOf(Generation.DefaultSpace), TimeProvider.System).RunAsync(
                new(), new(null, null), new Progress<ReembedProgress>(), default);
            return;
        }

        await new BackfillEngine(used, TimeProvider.System).RunAsync(
            new(9, TimeSpan.Zero, 9, []), new(null, null), new Progress<BackfillProgress>(), default);
    }
}

public sealed class SqliteLocksAfterFailureTests : LocksAfterFailureTests
{
    private protected override StoreConfig Store(string folder) => SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db"));
}

public sealed class PostgresLocksAfterFailureTests(PostgresFixture postgres) : LocksAfterFailureTests, IClassFixture<PostgresFixture>
{
    private readonly string _schema = "l" + Guid.NewGuid().ToString("N")[..8];

    private protected override StoreConfig Store(string folder) => PostgresStores.Of(postgres, _schema);
}
