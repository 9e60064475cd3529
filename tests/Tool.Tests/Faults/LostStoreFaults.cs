using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Faults;

/// <summary>Somebody clears the cache folder while a run uses it: nobody is told then that anything is kept.</summary>
public sealed class LostStoreFaults(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Theory]
    [InlineData("sync", "file")]
    [InlineData("sync", "folder")]
    [InlineData("backfill", "file")]
    [InlineData("backfill", "folder")]
    [InlineData("reembed --dimension 16", "file")]
    [InlineData("reembed --dimension 16", "folder")]
    public async Task A_store_that_is_deleted_under_a_run_is_lost_and_nothing_of_it_is_said_to_be_kept(string command, string what)
    {
        await using var world = await FaultWorld.StartAsync(Touched.Sqlite, postgres);
        await world.SyncedAsync();
        world.Repository.Write("docs/new.md", "# New\n\nWords that nobody had.\n");
        world.Server.Decide = _ =>
        {
            if (what == "file")
            {
                File.Delete(world.Database);
            }
            else if (Directory.Exists(Path.GetDirectoryName(world.Database)))
            {
                Directory.Delete(Path.GetDirectoryName(world.Database)!, recursive: true);
            }

            return null;
        };

        var run = await world.RunAsync(command);

        run.ExitCode.ShouldBe(1, run.ToString());
        run.Error.ShouldContain("was deleted, moved or replaced", customMessage: run.ToString());
        run.ToString().ShouldNotContain("is kept");
        run.ToString().ShouldNotContain("unexpected");
        world.Server.Decide = _ => null;
        await world.SyncedAsync();
        await world.ShouldBeInStepAsync();
    }
}
