using EmbSync.Core.Model;
using EmbSync.Core.Storage.VectorFiles;

namespace EmbSync.Core.Storage.Spool;

/// <summary>
/// Vectors of one run on their way to the database: on disk, flushed, before anybody else sees them; gone when the database has them.
/// Appending comes from the requests' side and committing from the store's, so every step takes the lock.
/// </summary>
public sealed class SpoolWriter : IDisposable
{
    // A long run begins a new part now and then, so that what is committed goes from the disk.
    private const long PartSize = 64 * 1024 * 1024;

    private readonly SpoolFolder _folder;
    private readonly VectorFileHeader _header;
    private readonly Lock _lock = new();
    private readonly Dictionary<ContentHash, Part> _waiting = [];
    private Part _current;
    private int _parts;
    private StoreException? _broken;

    internal SpoolWriter(SpoolFolder folder, VectorFileHeader header)
    {
        (_folder, _header) = (folder, header);
        _current = Begin();
    }

    /// <summary>Durable when it returns.</summary>
    /// <exception cref="StoreException">Not kept: the disk is full, or worse.</exception>
    public void Append(IReadOnlyList<VectorRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        lock (_lock)
        {
            if (_broken is not null)
            {
                // Half a record may be the end of the file: what came after it could not be read.
                throw _broken;
            }

            if (_current.Stream.Length > PartSize)
            {
                var full = _current;
                _current = Begin();
                full.Retire();
            }

            try
            {
                _current.Writer.Append(rows);
                _current.Stream.Flush(flushToDisk: true);
            }
            catch (Exception exception) when (DiskFault.Is(exception))
            {
                _broken = _folder.Unwritable(exception);
                throw _broken;
            }

            foreach (var row in rows)
            {
                if (_waiting.TryAdd(row.Hash, _current))
                {
                    _current.Waiting++;
                }
            }
        }
    }

    /// <summary>The database has them.</summary>
    public void Committed(IEnumerable<ContentHash> hashes)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        lock (_lock)
        {
            foreach (var hash in hashes)
            {
                if (_waiting.Remove(hash, out var part))
                {
                    part.Waiting--;
                    part.DeleteIfDone();
                }
            }
        }
    }

    /// <summary>Nothing more comes. Parts whose vectors are all in the database go; others stay for the next run.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _current.Retire();
            foreach (var part in _waiting.Values.Distinct())
            {
                part.Stream.Dispose();
            }
        }
    }

    private Part Begin()
    {
#pragma warning disable CA2000 // The part owns the stream.
        var stream = _folder.Create(_parts++);
#pragma warning restore CA2000
        try
        {
            var part = new Part(stream, new VectorFileWriter(stream, _header));
            stream.Flush(flushToDisk: true);
            return part;
        }
        catch (Exception exception) when (DiskFault.Is(exception))
        {
            stream.Dispose();
            throw _folder.Unwritable(exception);
        }
    }

    private sealed class Part(FileStream stream, VectorFileWriter writer)
    {
        private bool _isRetired;

        public FileStream Stream => stream;

        public VectorFileWriter Writer => writer;

        public int Waiting { get; set; }

        /// <summary>Nothing more is appended.</summary>
        public void Retire()
        {
            _isRetired = true;
            DeleteIfDone();
        }

        public void DeleteIfDone()
        {
            if (_isRetired && Waiting == 0)
            {
                stream.Dispose();

                // The vectors are in the database. A file that can't be removed is played back by the next run, for nothing, and named by
                // it.
                SpoolFolder.TryDelete(stream.Name, out _);
            }
        }
    }
}
