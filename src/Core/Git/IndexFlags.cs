using System.Buffers.Binary;
using System.Text;

namespace EmbSync.Core.Git;

/// <summary>
/// Reads the skip-worktree flags from git's index file, which libgit2 knows and LibGit2Sharp doesn't pass on. Without them every file
/// that a sparse checkout leaves out looks deleted. Format: gitformat-index(5), versions 2 to 4, SHA-1.
/// </summary>
internal static class IndexFlags
{
    private const int HeaderSize = 12;
    private const int FlagsOffset = 60;         // ctime, mtime, dev, ino, mode, uid, gid, size: 40 bytes; object id: 20
    private const int FixedSize = FlagsOffset + 2;
    private const int Extended = 0x4000;        // of the flags: two more bytes of flags follow
    private const int SkipWorktree = 0x4000;    // of the extended flags

    /// <summary>Paths with the flag, from the top of the work tree; empty when there is no index.</summary>
    /// <exception cref="InvalidDataException">Not an index of a known version, or cut short.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static IReadOnlySet<string> ReadSkipWorktree(string indexFile)
    {
        if (!File.Exists(indexFile))
        {
            return new HashSet<string>();
        }

        // Only versions above 2 can hold extended flags; the common case reads twelve bytes.
        Span<byte> header = stackalloc byte[HeaderSize];
        using (var handle = File.OpenHandle(indexFile))
        {
            if (RandomAccess.Read(handle, header, 0) != HeaderSize || !header[..4].SequenceEqual("DIRC"u8))
            {
                throw new InvalidDataException($"{indexFile} is not an index of git.");
            }
        }

        var version = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        return version switch
        {
            2 => new HashSet<string>(),
            3 or 4 => Parse(File.ReadAllBytes(indexFile), indexFile),
            _ => throw new InvalidDataException($"{indexFile} has index version {version}; versions 2 to 4 are known."),
        };
    }

    private static HashSet<string> Parse(ReadOnlySpan<byte> bytes, string indexFile)
    {
        var skipped = new HashSet<string>(StringComparer.Ordinal);
        var compressed = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) == 4;
        var count = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
        var at = HeaderSize;
        var path = new List<byte>();
        try
        {
            for (var entry = 0u; entry < count; entry++)
            {
                var start = at;
                var extended = (BinaryPrimitives.ReadUInt16BigEndian(bytes[(start + FlagsOffset)..]) & Extended) != 0;
                at += FixedSize;
                var skip = false;
                if (extended)
                {
                    skip = (BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]) & SkipWorktree) != 0;
                    at += 2;
                }

                // Version 4 says how many bytes of the previous path to drop, then gives the rest; no padding.
                var kept = compressed ? path.Count - ReadVariable(bytes, ref at) : 0;
                path.RemoveRange(kept, path.Count - kept);
                var length = bytes[at..].IndexOf((byte)0);
                path.AddRange(bytes.Slice(at, length));
                at = compressed ? at + length + 1 : start + ((at - start + length + 8) & ~7);
                if (skip)
                {
                    skipped.Add(Encoding.UTF8.GetString([.. path]));
                }
            }
        }
        catch (ArgumentException cause)
        {
            throw new InvalidDataException($"{indexFile} ends in the middle of an entry.", cause);
        }

        return skipped;
    }

    /// <summary>The variable-width number of pack files' offsets: seven bits a byte, each continuation adding one.</summary>
    private static int ReadVariable(ReadOnlySpan<byte> bytes, ref int at)
    {
        var octet = bytes[at..][0];
        at++;
        var value = octet & 0x7f;
        while ((octet & 0x80) != 0)
        {
            octet = bytes[at..][0];
            at++;
            value = ((value + 1) << 7) | (octet & 0x7f);
        }

        return value;
    }
}
