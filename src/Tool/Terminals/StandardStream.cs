using EmbSync.Core.Model;

namespace EmbSync.Tool.Terminals;

/// <summary>
/// Stdout or stderr of the process, for writing. Data that can't be written is an error of its own. Progress and notes that can't be
/// written end nothing: a run that has paid goes on to its end, and its exit code says how it went; there is no place left to say more.
/// </summary>
/// <param name="isData">Stdout.</param>
internal sealed class StandardStream(Stream inner, bool isData) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            inner.Write(buffer);
        }
        catch (IOException error) when (isData)
        {
            throw new OutputException(error);
        }
        catch (IOException)
        {
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Nothing is held back here.</summary>
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>What was to be said could not be written where it belongs.</summary>
internal sealed class OutputException(Exception inner, string place = "stdout") : EmbSyncException(
    $"the result can't be written to {place}: {inner.Message.TrimEnd('.')}. What the command did in the store is kept; make room, or send the output elsewhere, and run "
        + "it again", ExitCode.Failed, inner);
