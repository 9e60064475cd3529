using System.Text;

namespace EmbSync.Core.Model;

/// <summary>A text file that is there whole or not at all: written beside its place, and moved there when it is complete.</summary>
public sealed class DraftFile : IAsyncDisposable
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

        (_path, _draft) = (path, NameFor(path));
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
        Discard(_draft);
    }

    /// <summary>A short text, whole or not at all.</summary>
    /// <exception cref="IOException">It can't be written, or is there and is not to be overwritten.</exception>
    public static void Write(string path, string text, bool overwrite)
    {
        var draft = NameFor(path);
        try
        {
            File.WriteAllText(draft, text);
            File.Move(draft, path, overwrite);
        }
        catch
        {
            Discard(draft);
            throw;
        }
    }

    /// <summary>Why there is no whole file is what is to be told: a draft that can't be taken away either is left.</summary>
    /// <param name="draft">Null where there is none.</param>
    public static void Discard(string? draft)
    {
        try
        {
            if (draft is not null)
            {
                File.Delete(draft);
            }
        }
        catch (Exception exception) when (DiskFault.Is(exception))
        {
            // Its folder is gone, or no longer to be written.
        }
    }

    /// <summary>A name that nobody has: a file of the user's may be called .draft, too.</summary>
    private static string NameFor(string path) => $"{path}.{Path.GetRandomFileName()}.draft";
}
