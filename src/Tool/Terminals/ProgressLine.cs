using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Tool.Terminals;

/// <summary>
/// Progress on stderr: a bar that redraws itself on a terminal, a line every few seconds elsewhere. Whoever is interrupted is told at once
/// that the run
/// ends in order, and no bar is drawn from then on.
/// </summary>
internal sealed class ProgressLine : IProgress<SyncProgress>, IProgress<ReembedProgress>, IProgress<IndexProgress>, IDisposable
{
    private const string Erase = "\r\u001b[K";
    private const int BarWidth = 24;
    private static readonly TimeSpan RedrawEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);

    private readonly Terminal _terminal;
    private readonly bool _quiet;
    private readonly Lock _lock = new();
    private readonly CancellationTokenRegistration _interruption;
    private long _started;
    private (TimeSpan At, int Chunks)? _first;
    private string _phase = "";
    private TimeSpan _last = TimeSpan.Zero;
    private bool _drawn;
    private bool _ended;

    public ProgressLine(Terminal terminal, bool quiet, CancellationToken interrupted)
    {
        (_terminal, _quiet, _started) = (terminal, quiet, terminal.Clock.GetTimestamp());
        _interruption = interrupted.Register(Interrupt);
    }

    public void Report(SyncProgress value)
    {
        var (done, total) = value.ChunksTotal > 0 ? (value.ChunksEmbedded, value.ChunksTotal) : (value.ItemsDone, value.ItemsTotal);
        Show(total == 0 ? 1 : Math.Min(1, (double)done / total),
            (value.BatchesTotal > 0 ? Text.Of($"batch {value.Batches:N0} of {Math.Max(value.Batches, value.BatchesTotal):N0}, ") : "")
            + Text.Of($"{value.ItemsDone:N0}/{Text.Count(value.ItemsTotal, "item")}, {value.ChunksEmbedded:N0}/{Text.Count(value.ChunksTotal, "chunk")}, {Text.Count(value.Tokens, "token")}")
            + Pace(value) + (value.Failures > 0 ? $", {Text.Number(value.Failures)} blocked" : ""));
    }

    /// <summary>
    /// Where no request is waited for, texts are embedded here: how fast says how long it takes. Counted from the first that came.
    /// </summary>
    private string Pace(SyncProgress value)
    {
        var elapsed = _terminal.Clock.GetElapsedTime(_started);
        var (at, chunks) = _first ??= (elapsed, value.ChunksEmbedded);
        return value.BatchesTotal == 0 && value.ChunksEmbedded > chunks && elapsed > at
            ? Text.Of($", {(value.ChunksEmbedded - chunks) / (elapsed - at).TotalSeconds:0.#} a second")
            : "";
    }

    public void Report(IndexProgress value)
    {
        Begin(value.Phase);
        Show(value.Done, value.Phase);
    }

    public void Report(ReembedProgress value)
    {
        Begin(value.Phase);
        Show(value.Done, Text.Of(
            $"{value.Phase}, {value.Chunks:N0}/{Text.Count(value.ChunksTotal, "chunk")}, {Text.Count(value.Tokens, "token")}"));
    }

    /// <summary>Another phase is said at once, and its time begins anew.</summary>
    private void Begin(string phase)
    {
        lock (_lock)
        {
            if (phase != _phase)
            {
                (_phase, _started, _last) = (phase, _terminal.Clock.GetTimestamp(), TimeSpan.FromDays(-1));
            }
        }
    }

    /// <summary>Takes the bar away, so that what is said next stands alone; the next report draws it anew.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            if (_drawn)
            {
                _terminal.Error.Write(Erase);
                _drawn = false;
            }
        }
    }

    public void Dispose()
    {
        _interruption.Dispose();
        _ended = true;
        Clear();
    }

    /// <param name="share">0 to 1; null where nobody knows.</param>
    private void Show(double? share, string what)
    {
        lock (_lock)
        {
            var elapsed = _terminal.Clock.GetElapsedTime(_started);
            if (_quiet || _ended || elapsed - _last < (_terminal.IsInteractive ? RedrawEvery : LineEvery))
            {
                return;
            }

            _last = elapsed;
            var percent = share is { } known ? Text.Of($"{known * 100,3:0} %") : "";
            var text = percent.Length > 0 ? $"{percent}  {what}" : what;
            text += share is > 0 and < 1 ? Text.Of($", {elapsed.TotalSeconds * (1 - share.Value) / share.Value:0} s left") : "";
            if (_terminal.IsInteractive)
            {
                var filled = (int)((share ?? 0) * BarWidth);
                var bar = new string('#', filled) + new string('.', BarWidth - filled);
                var line = $"[{bar}] {text}";
                _terminal.Error.Write(Erase + (line.Length < _terminal.Width ? line : text.Length < _terminal.Width ? text : percent));
                _drawn = true;
            }
            else
            {
                _terminal.Error.WriteLine("embsync: " + text);
            }
        }
    }

    private void Interrupt()
    {
        lock (_lock)
        {
            Clear();
            _ended = true;
            if (!_quiet)
            {
                _terminal.Error.WriteLine("embsync: interrupted: what was done is being kept (once more ends it at once)");
            }
        }
    }
}
