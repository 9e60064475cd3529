using EmbSync.Core.Model;
using EmbSync.Core.Storage.VectorFiles;

namespace EmbSync.Core.Storage.Spool;

/// <summary>What earlier runs paid for and could not commit.</summary>
/// <param name="beside">Other runs may have files open for as long as they go on: those are theirs, and not waited for.</param>
public sealed class SpoolReplay(SpoolFolder folder, bool beside = false)
{
    private const int Batch = 512;
    private const int OpenTries = 40;

    private static readonly TimeSpan OpenPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Only what the store has generations of comes in.</summary>
    public static readonly IReadOnlyDictionary<string, EmbeddingSignature> NoTargets = new Dictionary<string, EmbeddingSignature>();

    /// <summary>There is something to play back.</summary>
    public bool IsWaiting => folder.Files().Count > 0;

    /// <summary>Hashes that wait for a generation of that signature. Reads only.</summary>
    public IReadOnlySet<ContentHash> Waiting(EmbeddingSignature signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        var found = new HashSet<ContentHash>();
        foreach (var file in folder.Files())
        {
            // What can't be read now is not counted on; the run that writes says why.
#pragma warning disable CA2000 // The using declaration disposes it; the analyzer doesn't follow null.
            using var stream = TryOpen(file, FileShare.ReadWrite | FileShare.Delete);
#pragma warning restore CA2000
            if (stream is not null && TryRead(stream, out _) is { } reader
                && reader.Header.Signature == signature && reader.Header.HashForm == VectorFileHeader.CurrentHashForm)
            {
                found.UnionWith(HashesOf(reader));
            }
        }

        return found;
    }

    private static List<ContentHash> HashesOf(VectorFileReader reader)
    {
        try
        {
            return [.. reader.Rows().Select(row => row.Hash)];
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>
    /// Brings what waits into its generations and removes it from the disk. What belongs to a generation that the store doesn't have stays
    /// until it has one again, and so does a file that a run has open or that can't be read; notes name these.
    /// </summary>
    /// <param name="targets">By space: opened where something waits for it.</param>
    /// <returns>Notes for people.</returns>
    /// <exception cref="StoreException">The store can't be written; nothing is removed then.</exception>
    public async Task<IReadOnlyList<string>> PlayAsync(
        IStoreWriter writer, StoreHead head, IReadOnlyDictionary<string, EmbeddingSignature> targets, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(head);
        var notes = new List<string>();
        foreach (var file in folder.Files())
        {
            if (await PlayAsync(file, notes, writer, head, targets, cancellationToken) && !SpoolFolder.TryDelete(file, out var why))
            {
                notes.Add($"{file}: its vectors are in the store, and it can't be removed: {why} Remove it, or every run reads it again");
            }
        }

        return notes;
    }

    /// <summary>Answers whether all that can be read of the file is in the store.</summary>
    private async Task<bool> PlayAsync(
        string file, List<string> notes, IStoreWriter writer, StoreHead head, IReadOnlyDictionary<string, EmbeddingSignature> targets,
        CancellationToken cancellationToken)
    {
        try
        {
            return await TryPlayAsync(file, notes, writer, head, targets, cancellationToken);
        }
        catch (IOException exception)
        {
            notes.Add($"{file} holds paid vectors and is left for another run: it can't be read to its end ({exception.Message.TrimEnd('.')})");
            return false;
        }
    }

    private async Task<bool> TryPlayAsync(
        string file, List<string> notes, IStoreWriter writer, StoreHead head, IReadOnlyDictionary<string, EmbeddingSignature> targets,
        CancellationToken cancellationToken)
    {
        await using var stream = await OpenAloneAsync(file, cancellationToken);
        if (stream is null)
        {
            notes.Add($"{file} holds paid vectors and is left for another run: it is in use, or can't be read");
            return false;
        }

        if (TryRead(stream, out var fault) is not { } reader)
        {
            notes.Add($"{file} {fault}: it is left as it is. Remove it if it is not needed");
            return false;
        }

        var generations = reader.Header.HashForm == VectorFileHeader.CurrentHashForm
            ? await GenerationsAsync(reader.Header.Signature, writer, head, targets, cancellationToken) : [];
        if (generations.Count == 0)
        {
            notes.Add($"{file} holds paid vectors of {reader.Header.Model} with {reader.Header.Dimension} dimensions, which this store has no generation for: it is kept");
            return false;
        }

        var played = 0;
        foreach (var rows in reader.Rows().Chunk(Batch))
        {
            foreach (var id in generations)
            {
                await writer.CommitAsync(new(id, rows, [], []), cancellationToken);
            }

            played += rows.Length;
        }

        if (played > 0)
        {
            notes.Add($"{Text.Count(played, "vector")} that an earlier run had paid for and could not commit {(played == 1 ? "is" : "are")} in the store now");
        }

        if (reader.Damaged > 0 || reader.CutOff)
        {
            notes.Add($"{file}: {(reader.CutOff ? "its last write was cut off" : "it was damaged")}; what could not be read is bought again where it is needed");
        }

        return true;
    }

    /// <summary>Every generation that the vectors fit: a text is paid once, however many spaces want it.</summary>
    private static async Task<List<int>> GenerationsAsync(
        EmbeddingSignature signature, IStoreWriter writer, StoreHead head, IReadOnlyDictionary<string, EmbeddingSignature> targets,
        CancellationToken cancellationToken)
    {
        var found = new List<int>();
        foreach (var space in targets.Where(target => target.Value == signature))
        {
            found.Add((await writer.OpenGenerationAsync(space.Key, signature, cancellationToken)).Id);
        }

        return found.Count > 0 ? found : [.. head.Generations.Where(one => one.Signature == signature).Select(one => one.Id)];
    }

    /// <summary>A run that lost its lock may still be writing the file; one that only looks is done in a moment.</summary>
    private async Task<FileStream?> OpenAloneAsync(string file, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
#pragma warning disable CA2000 // The caller disposes it.
            var stream = TryOpen(file, FileShare.None);
#pragma warning restore CA2000
            if (stream is not null || tries == (beside ? 2 : OpenTries))
            {
                return stream;
            }

            await Task.Delay(OpenPause, cancellationToken);
        }
    }

    private static FileStream? TryOpen(string file, FileShare share)
    {
        try
        {
            return new(file, FileMode.Open, FileAccess.Read, share, 1 << 16);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static VectorFileReader? TryRead(Stream stream, out string? fault)
    {
        fault = null;
        try
        {
            return new(stream);
        }
        catch (VectorFileException exception)
        {
            fault = exception.Message;
            return null;
        }
    }
}
