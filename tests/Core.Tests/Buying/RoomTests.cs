using EmbSync.Core.Jobs.Backfill;
using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Storage.Sqlite;
using EmbSync.Core.Tests.Reembed;
using EmbSync.Core.Tests.Sync;

namespace EmbSync.Core.Tests.Buying;

/// <summary>What there is no room for is not bought.</summary>
public sealed class RoomTests : IAsyncLifetime
{
    /// <summary>Of a new file, in bytes.</summary>
    private const int Page = 16_384;

    private ReembedWorld _world = null!;

    public async Task InitializeAsync() =>
        _world = await ReembedWorld.OpenAsync(folder => SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db")));

    public async Task DisposeAsync() => await _world.DisposeAsync();

    public static TheoryData<string> Commands => new("sync", "backfill", "reembed");

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task What_the_disk_cannot_hold_is_refused_before_anything_is_bought(string command)
    {
        var error = await RunAsync(command, spare: 5);

        error.ShouldBeOfType<StoreException>().Message.ShouldContain("nothing was bought");
        _world.Server.Purchases.Keys.ShouldNotContain(text => text.Contains("what was to do", StringComparison.Ordinal));
        _world.Server.BoughtTwice.Count.ShouldBe(command == "backfill" ? 9 : 0, "each once for what the store began with");
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task What_it_can_hold_is_bought(string command)
    {
        (await RunAsync(command, spare: 10_000)).ShouldBeNull();

        (command == "reembed" ? _world.Server.BoughtTwice.Count
            : _world.Server.Purchases.Keys.Count(text => text.Contains("what was to do", StringComparison.Ordinal))).ShouldBe(9);
    }

    [Fact]
    public async Task A_part_that_the_disk_can_hold_is_bought()
    {
        var bought = _world.Server.Inputs;

        (await RunAsync("sync", spare: 20, new() { MaxBatches = 1 }, tasks: 40)).ShouldBeNull();

        (_world.Server.Inputs - bought).ShouldBe(2, "a request takes two");
    }

    /// <summary>Buys a vector of three thousand numbers for each task, 12 KB each.</summary>
    /// <param name="spare">Pages of 16 KB by which the file may grow.</param>
    /// <returns>Why it was stopped.</returns>
    private async Task<Exception?> RunAsync(string command, int spare, SyncRequest? request = null, int tasks = 9)
    {
        const int Long = 3072;
        if (command == "backfill")
        {
            _world.Configure(Long);
            await _world.Sync.SyncAsync(new() { All = true });
        }

        if (command != "reembed")
        {
            for (var i = 0; i < tasks; i++)
            {
                _world.Write(i, $"Body {i} of what was to do.");
            }

            _world.Configure(Long);
        }

        await using var workspace = command == "reembed" ? _world.Target(Long, "text-embedding-3-large") : _world.Sync.Open();
        var pages = (new FileInfo(workspace.Config.Store.Path).Length / Page) + spare;
        var used = workspace.With(
            new SqliteStore(workspace.Config.Store, TimeProvider.System, new(TimeSpan.FromSeconds(5), pages), SqliteSchema.Steps));
        try
        {
            return command switch
            {
                "sync" => (await new SyncEngine(used, TimeProvider.System)
                    .RunAsync(request ?? new() { All = true }, new(null, null), new Progress<SyncProgress>(), default)).Stopped,
                "backfill" => (await new BackfillEngine(used, TimeProvider.System)
                    .RunAsync(new(9, TimeSpan.Zero, 9, []), new(null, null), new Progress<BackfillProgress>(), default)).Stopped,
                _ => (await new StoreReembed(used, workspace.SignatureOf(Generation.DefaultSpace), TimeProvider.System)
                    .RunAsync(new(), new(null, null), new Progress<ReembedProgress>(), default)).Stopped,
            };
        }
        catch (EmbSyncException exception)
        {
            return exception;
        }
    }
}
