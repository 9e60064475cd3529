using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Walkthrough;

/// <summary>The database file can't grow any more, under a process of its own.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task A_commit_that_the_disk_refuses_is_told_as_that_and_what_was_committed_before_is_kept()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var stage = Stage.Sqlite(20, provider);
        stage.Environment["EMBSYNC_EMBEDDINGS_DIMENSION"] = "1536";
        stage.Environment["EMBSYNC_EMBEDDINGS_BATCH_SIZE"] = "4";
        stage.Environment["EMBSYNC_EMBEDDINGS_CONCURRENCY"] = "1";

        (await stage.RunAsync("sync", "--limit", "1")).ExitCode.ShouldBe(0);

        // No file of the process may grow by more than 96 KB: some answers fit.
        var most = (new FileInfo(stage.Repository.Full(".embsync/index.db")).Length / 1024) + 96;
        using (var process = stage.Shell($"trap '' XFSZ; export DOTNET_EnableWriteXorExecute=0; ulimit -f {most}; exec \"$@\"", "sync"))
        {
            var run = await process.EndAsync();

            run.ExitCode.ShouldBe(1, run.ToString());
            run.Error.ShouldContain("index.db", customMessage: run.ToString());
            run.Error.ShouldContain("ulimit -f");
            run.Error.ShouldNotContain("rollback");
            run.Error.ShouldNotContain("unexpected");
        }

        (await stage.KeptAsync(provider.Purchases.Keys)).ShouldBeInRange(1, provider.Purchases.Count);
        var next = await stage.RunAsync("sync");
        next.ExitCode.ShouldBe(0, next.ToString());
        provider.BoughtTwice.Count.ShouldBeLessThanOrEqualTo(8, "what was under way when it could not be committed");
    }
}
