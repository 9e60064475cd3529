using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Walkthrough;

/// <summary>Streams that can't be written: readers that went away, full disks (faults 59 and 60).</summary>
public sealed class OutputFaultTests
{
    [Theory]
    [InlineData("status", "--json")]
    [InlineData("sync")]
    [InlineData("config", "schema")]
    [InlineData("--help")]
    public async Task A_reader_that_went_away_is_no_fault(params string[] arguments)
    {
        using var stage = Stage.Sqlite(60);

        using var process = stage.Shell("\"$@\" | true; exit ${PIPESTATUS[0]}", arguments);
        var run = await process.EndAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Error.ShouldNotContain("unexpected");
    }

    [Theory]
    [InlineData("status")]
    [InlineData("status", "--json")]
    [InlineData("config", "schema")]
    [InlineData("--version")]
    public async Task A_result_that_can_not_be_written_is_a_failure(params string[] arguments)
    {
        using var stage = Stage.Sqlite(60);

        using var process = stage.Shell("\"$@\" > /dev/full", arguments);
        var run = await process.EndAsync();

        run.ExitCode.ShouldBe(1, run.ToString());
        run.Error.ShouldStartWith("embsync: the result can't be written to stdout: No space left on device");
        run.Error.Trim().ShouldNotContain("\n");
    }

    [Fact]
    public async Task A_run_is_done_although_its_result_can_not_be_written()
    {
        using var stage = Stage.Sqlite(20);

        using (var process = stage.Shell("\"$@\" > /dev/full", "sync"))
        {
            (await process.EndAsync()).ExitCode.ShouldBe(1);
        }

        (await stage.RunAsync("status", "--check")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Notes_and_progress_that_can_not_be_written_end_nothing()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        provider.Latency = TimeSpan.FromMilliseconds(100);
        using var stage = Stage.Sqlite(15, provider);
        stage.Environment["EMBSYNC_EMBEDDINGS_BATCH_SIZE"] = "1";
        stage.Environment["EMBSYNC_EMBEDDINGS_CONCURRENCY"] = "1";

        // Slow enough for a line of progress, which comes every five seconds.
        using var process = stage.Shell("\"$@\" 2> /dev/full", "sync");
        var run = await process.EndAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Out.ShouldContain("15 new");
        using var failing = stage.Shell("\"$@\" 2> /dev/full", "sync", "--since", "nowhere");
        (await failing.EndAsync()).ExitCode.ShouldBe(2);
    }
}
