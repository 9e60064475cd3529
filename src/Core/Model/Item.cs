namespace EmbSync.Core.Model;

/// <summary>An item's identity: the configured name of its source and its id there.</summary>
public readonly record struct ItemKey(string Source, string Id)
{
    public override string ToString() => $"{Source}/{Id}";
}

/// <summary>A piece of an item's text, in order; what is embedded.</summary>
/// <param name="Seq">Position in the item, from 0.</param>
/// <param name="Hash">Content hash of <paramref name="Text"/>.</param>
/// <param name="Heading">Ancestor headings joined by <c> &gt; </c>; empty above the first heading.</param>
/// <param name="Text">Exactly what is embedded.</param>
/// <param name="StartLine">First line in the source file, from 1; 0 where the source has no lines (rows).</param>
/// <param name="EndLine">Last line, inclusive; 0 where the source has no lines.</param>
public sealed record Chunk(int Seq, ContentHash Hash, string Heading, string Text, int StartLine, int EndLine);

/// <summary>One task, document or row, read and cut into chunks.</summary>
/// <param name="Path">Where people find it, relative to the root with <c>/</c>; null for rows.</param>
/// <param name="Version">
/// The source's own version: <c>git:BLOBID</c> for a tracked, clean file, <c>file:SHA256</c> for a dirty or untracked one.
/// Equal version under an equal pipeline: nothing changed.
/// </param>
/// <param name="Pipeline">Fingerprint of all that shapes an item out of its raw bytes: chunker version and the source's settings.</param>
/// <param name="Metadata">JSON object, keys in ordinal order, no white space (see <see cref="CanonicalJson"/>).</param>
/// <param name="Priority">Higher is embedded first.</param>
/// <param name="UpdatedAt">When the source last changed it, where the source knows; null elsewhere.</param>
public sealed record Item(
    ItemKey Key,
    string Type,
    string Title,
    string? Path,
    string Version,
    string Pipeline,
    string Metadata,
    int Priority,
    DateTimeOffset? UpdatedAt,
    IReadOnlyList<Chunk> Chunks)
{
    /// <summary>
    /// The id that the item says is its own, where another item has it (two files, one id): then <see cref="ItemKey.Id"/> is the path. Null
    /// elsewhere.
    /// </summary>
    public string? ClaimedId { get; init; }

    /// <summary>What of it could not be taken as it stands. A function of its bytes and the pipeline, as all else here.</summary>
    public IReadOnlyList<ItemWarning> Warnings { get; init; } = [];

    /// <summary>Digest of the chunk hashes in order: differs exactly when something other than before would be embedded.</summary>
    public ContentHash ContentDigest => ContentHash.OfSequence(Chunks.Select(chunk => chunk.Hash));

    /// <summary>Digest of what people see beside the vectors: type, title, path, metadata, priority, headings and lines.</summary>
    public ContentHash RecordDigest => ContentHash.Of(string.Join('\u001f',
        [Type, Title, Path ?? "", Metadata, Priority.ToString(System.Globalization.CultureInfo.InvariantCulture),
            .. Chunks.Select(chunk => $"{chunk.Heading}\u001e{chunk.StartLine}\u001e{chunk.EndLine}")]));
}

/// <summary>An item whose input can't be used. It is set aside, named, and the rest goes on.</summary>
/// <param name="Code">EMB1xxx, see <see cref="ProblemCodes"/>.</param>
/// <param name="Source">Configured name of the source.</param>
/// <param name="Id">The item's id where it is known, else its path.</param>
/// <param name="Path">File, relative to the root; null for rows.</param>
/// <param name="Line">From 1; null where no line is to blame.</param>
/// <param name="Message">What is wrong and what to do next; carries no secret.</param>
public sealed record ItemProblem(string Code, string Source, string Id, string? Path, int? Line, string Message);
