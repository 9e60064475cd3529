using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Storage;
using EmbSync.Tool.Terminals;

namespace EmbSync.Tool.Tests;

public sealed class ProgressLineTests : IDisposable
{
    private const string Erase = "\r\u001b[K";

    private readonly StringWriter _error = new() { NewLine = "\n" };
    private readonly StringWriter _out = new() { NewLine = "\n" };
    private readonly ManualClock _clock = new();
    private readonly CancellationTokenSource _interruption = new();

    public void Dispose()
    {
        _error.Dispose();
        _out.Dispose();
        _interruption.Dispose();
    }

    [Fact]
    public void A_bar_is_taken_away_by_whatever_is_said_next()
    {
        using var progress = Line(terminal: true);
        After(1);
        progress.Report(new SyncProgress(1, 4, 1, 4, 10, 0));
        progress.Clear();
        progress.Clear();

        Said().ShouldBe($"{Erase}[######..................]  25 %  1/4 items, 1/4 chunks, 10 tokens, 3 s left{Erase}");
    }

    [Fact]
    public void An_interruption_takes_the_bar_away_and_none_is_drawn_from_then_on()
    {
        using var progress = Line(terminal: true);
        After(1);
        progress.Report(new SyncProgress(1, 2, 1, 2, 1, 0));
        _interruption.Cancel();
        After(1);
        progress.Report(new SyncProgress(2, 2, 2, 2, 2, 0));

        Said().Split(Erase)[^1].ShouldBe("embsync: interrupted: what was done is being kept (once more ends it at once)\n");
    }

    [Fact]
    public void Quiet_is_quiet_when_interrupted_too()
    {
        using var progress = Line(terminal: true, quiet: true);
        After(1);
        progress.Report(new SyncProgress(1, 2, 1, 2, 1, 0));
        _interruption.Cancel();

        Said().ShouldBeEmpty();
    }

    [Fact]
    public void A_pipe_gets_a_line_every_five_seconds()
    {
        using var progress = Line(terminal: false);
        for (var second = 1; second <= 11; second++)
        {
            After(1);
            progress.Report(new SyncProgress(second, 20, second, 20, second, 0));
        }

        Said().ShouldBe(
            "embsync:  25 %  5/20 items, 5/20 chunks, 5 tokens, 1 a second, 15 s left\n"
            + "embsync:  50 %  10/20 items, 10/20 chunks, 10 tokens, 1 a second, 10 s left\n");
    }

    [Fact]
    public void An_index_build_tells_a_pipe_too_at_each_phase_and_every_five_seconds()
    {
        using var progress = Line(terminal: false);
        for (var second = 1; second <= 12; second++)
        {
            After(1);
            progress.Report(new ReembedProgress(second <= 3 ? "building index: initializing" : "building index: loading tuples",
                second <= 3 ? null : (second - 3) / 10.0, 1, 1, 1));
        }

        Said().ShouldBe(
            "embsync: building index: initializing, 1/1 chunk, 1 token\n"
            + "embsync:  10 %  building index: loading tuples, 1/1 chunk, 1 token, 0 s left\n"
            + "embsync:  60 %  building index: loading tuples, 1/1 chunk, 1 token, 3 s left\n");
    }

    [Fact]
    public void The_index_that_a_sync_builds_is_told_of_too()
    {
        using var progress = Line(terminal: false);
        After(1);
        progress.Report(new SyncProgress(4, 4, 4, 4, 4, 0));
        progress.Report(new IndexProgress("building index: loading tuples", 0.5));
        After(1);
        progress.Report(new IndexProgress("building index: loading tuples", 0.6));

        Said().ShouldBe("embsync:  50 %  building index: loading tuples, 0 s left\n");
    }

    [Theory]
    [InlineData(80, "[######..................]  25 %  1/4 items, 1/4 chunks, 10 tokens, 3 s left")]
    [InlineData(60, " 25 %  1/4 items, 1/4 chunks, 10 tokens, 3 s left")]
    [InlineData(40, " 25 %")]
    public void A_narrow_terminal_gets_less(int width, string shown)
    {
        using var progress = Line(terminal: true, width: width);
        After(1);
        progress.Report(new SyncProgress(1, 4, 1, 4, 10, 0));

        Said().ShouldBe(Erase + shown);
    }

    private string Said() => _error.ToString();

    private void After(double seconds) => _clock.Now += TimeSpan.FromSeconds(seconds);

    private ProgressLine Line(bool terminal, bool quiet = false, int width = 100) => new(
        new Terminal(_out, _error, TextReader.Null, terminal, terminal, width, "/", new Dictionary<string, string>(), _clock), quiet,
        _interruption.Token);

    private sealed class ManualClock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
