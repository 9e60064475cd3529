using EmbSync.Core.Model;
using EmbSync.Core.Reembed;
using EmbSync.Core.Sync;

namespace EmbSync.Tool.Terminals;

/// <summary>Progress on stderr: a bar that redraws itself on a terminal, a line every few seconds elsewhere.</summary>
internal sealed class ProgressLine(Terminal terminal, bool quiet) : IProgress<SyncProgress>, IProgress<ReembedProgress>, IDisposable
{
    private const int BarWidth = 24;
    private static readonly TimeSpan RedrawEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);

    private long _started = terminal.Clock.GetTimestamp();
    private string _phase = "";
    private TimeSpan _last = TimeSpan.Zero;
    private bool _drawn;

    public void Report(SyncProgress value)
    {
        var (done, total) = value.ChunksTotal > 0 ? (value.ChunksEmbedded, value.ChunksTotal) : (value.ItemsDone, value.ItemsTotal);
        Show(total == 0 ? 1 : Math.Min(1, (double)done / total), (value.BatchesTotal > 0 ? Text.Of($"batch {value.Batches:N0} of {Math.Max(value.Batches, value.BatchesTotal):N0}, ") : "")
            + Text.Of($"{value.ItemsDone:N0}/{value.ItemsTotal:N0} items, {value.ChunksEmbedded:N0}/{value.ChunksTotal:N0} chunks, {value.Tokens:N0} tokens")
            + (value.Failures > 0 ? $", {Text.Number(value.Failures)} failed" : ""));
    }

    public void Report(ReembedProgress value)
    {
        if (value.Phase != _phase)
        {
            (_phase, _started) = (value.Phase, terminal.Clock.GetTimestamp());
            _last = TimeSpan.FromDays(-1);
        }

        Show(value.Done, Text.Of($"{value.Phase}, {value.Chunks:N0}/{value.ChunksTotal:N0} chunks, {value.Tokens:N0} tokens"));
    }

    /// <param name="share">0 to 1; null where nobody knows.</param>
    private void Show(double? share, string what)
    {
        var elapsed = terminal.Clock.GetElapsedTime(_started);
        if (quiet || elapsed - _last < (terminal.IsInteractive ? RedrawEvery : LineEvery))
        {
            return;
        }

        _last = elapsed;
        var percent = share is { } known ? Text.Of($"{known * 100,3:0} %") : "";
        var text = percent.Length > 0 ? $"{percent}  {what}" : what;
        text += share is > 0 and < 1 ? Text.Of($", {elapsed.TotalSeconds * (1 - share.Value) / share.Value:0} s left") : "";
        if (terminal.IsInteractive)
        {
            var filled = (int)((share ?? 0) * BarWidth);
            var bar = new string('#', filled) + new string('.', BarWidth - filled);
            var line = $"[{bar}] {text}";
            terminal.Error.Write("\r\u001b[K" + (line.Length < terminal.Width ? line : text.Length < terminal.Width ? text : percent));
            _drawn = true;
        }
        else
        {
            terminal.Error.WriteLine("embsync: " + text);
        }
    }

    /// <summary>Takes the bar away, so that the report stands alone.</summary>
    public void Dispose()
    {
        if (_drawn)
        {
            terminal.Error.Write("\r\u001b[K");
        }
    }
}
