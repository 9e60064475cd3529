using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Tests.Sync;
using EmbSync.Tests;
using Xunit.Abstractions;

namespace EmbSync.Core.Tests.Reembed;

/// <summary>
/// Killed just before and just after every write of a reembed: the next one goes on, ends where one that nothing happened to ends, and buys
/// again at most what was under way.
/// </summary>
public abstract class ReembedKillTests(ITestOutputHelper output)
{
    /// <summary>Two requests of two texts under way, and as many answers that are not kept yet.</summary>
    private const int MayBeLost = 8;

    private protected abstract StoreConfig Store(string folder, int point);

    private protected virtual IReadOnlyList<int> Chosen(IReadOnlyList<string> points) => KillPoints.OfEachKind(points);

    [Fact]
    public Task At_a_write_the_rest_is_done_by_the_next_run() => KillAsync(Chosen);

    private protected async Task KillAsync(Func<IReadOnlyList<string>, IReadOnlyList<int>> choose)
    {
        var points = (await RunAsync(int.MaxValue)).Points;
        points.Count.ShouldBeGreaterThan(20);
        var chosen = choose(points);
        chosen.ShouldNotBeEmpty();
        foreach (var point in chosen)
        {
            var (died, label, passed) = await RunAsync(point);
            output.WriteLine(label);
            // Requests end in any order, and with them the count of writes at the very end.
            (died || point > passed.Count).ShouldBeTrue(label);
        }
    }

    /// <summary>A reembed that dies at a point, the next one, and what they come to.</summary>
    private async Task<(bool Died, string Label, IReadOnlyList<string> Points)> RunAsync(int point)
    {
        await using var world = await ReembedWorld.OpenAsync(folder => Store(folder, point));
        var before = world.Server.Inputs;
        DyingStore? dying = null;
        var (died, label) = (false, $"point {point}");
        try
        {
            (await world.RunAsync(through: store => dying = new(store, point))).ExitCode.ShouldBe(ExitCode.Done);
        }
        catch (DeathException death)
        {
            (died, label) = (true, $"{label} {death.Message}");
            (await world.ActiveAsync()).Signature.Dimension.ShouldBe(
                death.Message is "after Activate" or "before UpdateRun" or "after UpdateRun" ? ReembedWorld.After
                : ReembedWorld.Before, label);
            var next = await world.RunAsync();
            next.ExitCode.ShouldBe(ExitCode.Done, label);
        }

        (world.Server.Inputs - before - 9).ShouldBeInRange(0, MayBeLost, label);
        (await world.ActiveAsync()).Signature.Dimension.ShouldBe(ReembedWorld.After, label);
        (await world.Sync.ContentsAsync()).ShouldBe(await world.CleanAsync(), label);
        return (died, label, dying!.Points);
    }
}

/// <summary>All points, where what dies is the engine: the store itself can't.</summary>
public sealed class MemoryReembedKillTests(ITestOutputHelper output) : ReembedKillTests(output)
{
    private protected override StoreConfig Store(string folder, int point) =>
        new(StoreBackend.Memory, "", null, "embsync", null, VectorType.Vector, true);

    private protected override IReadOnlyList<int> Chosen(IReadOnlyList<string> points) => KillPoints.All(points);
}

/// <summary>A point of each kind in each run of the tests, all of them in the slow suite.</summary>
public abstract class DurableReembedKillTests(ITestOutputHelper output) : ReembedKillTests(output)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [Trait("suite", "slow")]
    [Fault(53, "before and after every write of a reembed", On = [Touched.Sqlite, Touched.Postgres])]
    public Task At_every_write_the_rest_is_done_by_the_next_run(int part) => KillAsync(points => KillPoints.OfPart(points, part));
}

public sealed class SqliteReembedKillTests(ITestOutputHelper output) : DurableReembedKillTests(output)
{
    private protected override StoreConfig Store(string folder, int point) =>
        SyncWorld.StoreAt(Path.Combine(folder, ".git", $"k{point}.db"));
}

public sealed class PostgresReembedKillTests(PostgresFixture postgres, ITestOutputHelper output)
    : DurableReembedKillTests(output), IClassFixture<PostgresFixture>
{
    private readonly string _test = Guid.NewGuid().ToString("N")[..8];

    private protected override StoreConfig Store(string folder, int point) => PostgresStores.Of(postgres, $"k{_test}_{point}");
}
