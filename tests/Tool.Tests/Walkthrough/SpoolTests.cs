using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Walkthrough;

/// <summary>The disk that should keep what is paid is full (fault 59).</summary>
public sealed class SpoolTests(PostgresFixture server) : IClassFixture<PostgresFixture>
{
    [Fact]
    [Fault(59, "full disk under the spool", On = [Touched.Postgres])]
    public async Task A_full_disk_stops_buying_and_what_is_paid_is_in_the_database()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var stage = Stage.Postgres(20, server.Url, provider);
        stage.Environment["EMBSYNC_EMBEDDINGS_DIMENSION"] = "1536";
        stage.Environment["EMBSYNC_EMBEDDINGS_BATCH_SIZE"] = "4";
        stage.Environment["EMBSYNC_EMBEDDINGS_CONCURRENCY"] = "1";

        // No file of the process may grow beyond 64 KB: two answers fit.
        using (var process = stage.Shell("trap '' XFSZ; export DOTNET_EnableWriteXorExecute=0; ulimit -f 64; exec \"$@\"", "sync"))
        {
            var run = await process.EndAsync();

            run.ExitCode.ShouldBe(1, run.ToString());
            run.Error.ShouldContain("store.spool");
        }

        provider.Purchases.Count.ShouldBeInRange(5, 16);
        var next = await stage.RunAsync("sync");
        next.ExitCode.ShouldBe(0, next.ToString());
        provider.BoughtTwice.ShouldBeEmpty();
        Directory.GetFiles(stage.Repository.Full(".embsync/spool")).ShouldBeEmpty();
    }
}
