using EmbSync.Core.Model;
using EmbSync.Core.Sync;

namespace EmbSync.Tool.Terminals;

/// <summary>Progress on stderr: a bar that redraws itself on a terminal, a line every few seconds elsewhere.</summary>
internal sealed class ProgressLine(Terminal terminal, bool quiet) : IProgress<SyncProgress>, IDisposable
{
    private const int BarWidth = 24;
    private static readonly TimeSpan RedrawEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);

    private readonly long _started = terminal.Clock.GetTimestamp();
    private TimeSpan _last = TimeSpan.Zero;
    private bool _drawn;

    public void Report(SyncProgress value)
    {
        var elapsed = terminal.Clock.GetElapsedTime(_started);
        if (quiet || elapsed - _last < (terminal.IsInteractive ? RedrawEvery : LineEvery))
        {
            return;
        }

        _last = elapsed;
        var (done, total) = value.ChunksTotal > 0 ? (value.ChunksEmbedded, value.ChunksTotal) : (value.ItemsDone, value.ItemsTotal);
        var share = total == 0 ? 1 : Math.Min(1, (double)done / total);
        var text = Text.Of($"{share * 100,3:0} %  {value.ItemsDone:N0}/{value.ItemsTotal:N0} items, {value.ChunksEmbedded:N0}/{value.ChunksTotal:N0} chunks, {value.Tokens:N0} tokens");
        text += value.Failures > 0 ? $", {Text.Number(value.Failures)} failed" : "";
        text += share is > 0 and < 1 ? Text.Of($", {elapsed.TotalSeconds * (1 - share) / share:0} s left") : "";
        if (terminal.IsInteractive)
        {
            var filled = (int)(share * BarWidth);
            var bar = new string('#', filled) + new string('.', BarWidth - filled);
            var line = $"[{bar}] {text}";
            terminal.Error.Write("\r\u001b[K" + (line.Length < terminal.Width ? line : text.Length < terminal.Width ? text : Text.Of($"{share * 100,3:0} %")));
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
