using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Tests.Sync;
using EmbSync.Tests;
using Xunit.Abstractions;

namespace EmbSync.Core.Tests.Reembed;

/// <summary>Killed just before and just after every write of a reembed: the next one goes on, ends where one that nothing happened to ends, and buys again at most what was under way.</summary>
public abstract class ReembedKillTests(ITestOutputHelper output)
{
    /// <summary>Two requests of two texts under way, and as many answers that are not kept yet.</summary>
    private const int MayBeLost = 8;

    private protected abstract StoreConfig Store(string folder, int point);

    [Fact]
    [Fault(53, "before and after every write of a reembed", On = [Touched.Sqlite, Touched.Postgres])]
    public async Task At_every_write_the_rest_is_done_by_the_next_run()
    {
        var deaths = 0;
        for (var point = 1; ; point++, deaths++)
        {
            await using var world = await ReembedWorld.OpenAsync(folder => Store(folder, point));
            var before = world.Server.Inputs;
            DyingStore? dying = null;
            var label = $"point {point}";
            try
            {
                (await world.RunAsync(through: store => dying = new(store, point))).ExitCode.ShouldBe(ExitCode.Done);
            }
            catch (DeathException death)
            {
                label += " " + death.Message;
                (await world.ActiveAsync()).Signature.Dimension.ShouldBe(
                    death.Message is "after Activate" or "before UpdateRun" or "after UpdateRun" ? ReembedWorld.After : ReembedWorld.Before, label);
                var next = await world.RunAsync();
                next.ExitCode.ShouldBe(ExitCode.Done, label);
            }

            output.WriteLine(label);
            (world.Server.Inputs - before - 9).ShouldBeInRange(0, MayBeLost, label);
            (await world.ActiveAsync()).Signature.Dimension.ShouldBe(ReembedWorld.After, label);
            (await world.Sync.ContentsAsync()).ShouldBe(await world.CleanAsync(), label);
            if (dying!.Points.Count < point)
            {
                break;
            }
        }

        deaths.ShouldBeGreaterThan(20);
    }
}

public sealed class SqliteReembedKillTests(ITestOutputHelper output) : ReembedKillTests(output)
{
    private protected override StoreConfig Store(string folder, int point) => SyncWorld.StoreAt(Path.Combine(folder, ".git", $"k{point}.db"));
}

public sealed class PostgresReembedKillTests(PostgresFixture postgres, ITestOutputHelper output) : ReembedKillTests(output), IClassFixture<PostgresFixture>
{
    private protected override StoreConfig Store(string folder, int point) => PostgresStores.Of(postgres, $"k{point}");
}
