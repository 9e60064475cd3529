using System.Text;

namespace EmbSync.Core.Export;

/// <summary>A text file that is there whole or not at all: written beside its place, and moved there when it is complete.</summary>
internal sealed class DraftFile : IAsyncDisposable
{
    private readonly string _path;
    private readonly string _draft;
    private readonly FileStream _stream;
    private bool _isPublished;

    /// <exception cref="IOException">Its folder isn't there, or it can't be written.</exception>
    public DraftFile(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException("a folder has that name");
        }

        // A name that nobody has: a file of the user's may be called .draft, too.
        (_path, _draft) = (path, $"{path}.{Path.GetRandomFileName()}.draft");
        _stream = new(_draft, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
        Writer = new(_stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
    }

    public StreamWriter Writer { get; }

    public async Task PublishAsync(CancellationToken cancellationToken)
    {
        await Writer.FlushAsync(cancellationToken);
        await _stream.FlushAsync(cancellationToken);
        RandomAccess.FlushToDisk(_stream.SafeFileHandle);
        await _stream.DisposeAsync();
        File.Move(_draft, _path, overwrite: true);
        _isPublished = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isPublished)
        {
            return;
        }

        // What the writer still holds belongs to nobody: it isn't flushed.
        await _stream.DisposeAsync();
        File.Delete(_draft);
    }
}
