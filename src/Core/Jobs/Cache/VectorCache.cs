using System.Text.Json.Serialization;
using EmbSync.Core.Buying;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Storage;
using EmbSync.Core.Storage.VectorFiles;

namespace EmbSync.Core.Jobs.Cache;

/// <summary>Vectors as a file that travels between clones and CI jobs: what one paid, another imports.</summary>
/// <param name="space">Whose model it is.</param>
public sealed class VectorCache(Workspace workspace, string space, TimeProvider clock)
{
    private const int Page = 1000;

    private readonly EmbeddingSignature _signature = workspace.SignatureOf(space);

    /// <summary>
    /// Writes all vectors of the configured model, by hash: equal content gives equal bytes. Whole or not at all. A store without any
    /// gives a file without any, so that the step after it works on a first run as well.
    /// </summary>
    /// <exception cref="UsageException">The file is there and is no such file, or can't be written.</exception>
    /// <exception cref="GuardException">The file holds vectors of this model, and the store has none of them.</exception>
    public async Task<CacheReport> ExportAsync(string path, CancellationToken cancellationToken)
    {
        var head = await workspace.Store.ReadHeadAsync(cancellationToken);
        var like = head.Generations.Where(one => one.Signature == _signature).ToList();

        // Another space may have been left behind with the same model: the one that is kept in step has all that was bought since.
        var generation = (like.Find(one => one.Space == space) ?? like.FirstOrDefault())?.Id;
        string? draft = null;
        try
        {
            if (Directory.Exists(path) || (File.Exists(path) && !IsVectorFile(path)))
            {
                throw new UsageException(
                    $"'{path}' is there already and is no file of embsync's vectors: it is left as it is. Choose another name");
            }

            var held = Held(path);
            var isKept = held.Count == 0;

            // A name that nobody has: a file of the user's may be called .draft, too.
            draft = $"{path}.{Path.GetRandomFileName()}.draft";
            var count = 0;
            await using (var stream = new FileStream(draft, FileMode.CreateNew, FileAccess.ReadWrite))
            {
                var writer = new VectorFileWriter(stream, VectorFileHeader.Of(_signature, workspace.Config.Store.Vectors));
                ContentHash? after = null;
                while (generation is { } id && await workspace.Store.ReadVectorPageAsync(id, after, Page, cancellationToken) is
                    { Count: > 0 } rows)
                {
                    writer.Append(rows);
                    isKept |= rows.Any(row => held.Contains(row.Hash));
                    count += rows.Count;
                    after = rows[^1].Hash;
                }

                writer.Close();
                await stream.FlushAsync(cancellationToken);
                RandomAccess.FlushToDisk(stream.SafeFileHandle);
            }

            if (!isKept)
            {
                throw new GuardException($"'{path}' holds {Text.Count(held.Count, "vector")} of {Name(_signature)}, and {workspace.StoreDescription} has none of them: the file is left as it is. "
                    + "Bring them in with 'embsync cache import' first; or remove the file if it is not needed");
            }

            File.Move(draft, path, overwrite: true);
            draft = null;
            return Report("export", path, count, 0, []);
        }
        catch (Exception exception) when (DiskFault.Is(exception))
        {
            throw new UsageException($"'{path}' can't be written: {DiskFault.Words(exception)}", exception);
        }
        finally
        {
            DraftFile.Discard(draft);
        }
    }

    /// <summary>Adds the vectors that the store doesn't have; items are left to the next sync, which then buys nothing for them.</summary>
    /// <exception cref="UsageException">The file can't be read, is damaged, or its vectors are of another model: nothing was
    /// written.</exception>
    /// <exception cref="LockedException">Another run writes.</exception>
    public async Task<CacheReport> ImportAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = File.OpenRead(path);
            var reader = new VectorFileReader(stream);
            RequireSame(path, reader.Header);
            var total = reader.Rows().Count();
            if (reader.CutOff || reader.Damaged > 0)
            {
                throw new UsageException($"'{path}' {(reader.CutOff ? "is cut off" : Text.Of($"has {reader.Damaged:N0} damaged vectors"))}: nothing was imported. Export it again");
            }

            stream.Position = 0;
            var again = new VectorFileReader(stream);
            var (added, end) = total == 0 ? (0, null) : await AddAsync(again, cancellationToken);
            await workspace.EnsureIndexesAsync(added == 0 ? [] : [space], cancellationToken);
            string[] halved = again.Header.Numbers != workspace.Config.Store.Vectors && workspace.Config.Store.Vectors == VectorType.Vector
                ? ["the file's numbers are of half precision, the store's are of single: what was imported keeps half"] : [];
            return Report("import", path, total, added, [.. halved, .. end?.Notes ?? []]) with
                { Failure = end?.Stopped as EmbSyncException };
        }
        catch (VectorFileException exception)
        {
            throw new UsageException($"'{path}' {exception.Message}: nothing was imported", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new UsageException($"'{path}' can't be read: {exception.Message}", exception);
        }
    }

    /// <summary>What an import says where there is no file.</summary>
    public CacheReport Absent(string path) =>
        new(1, "import", path, 0, 0, 0, _signature.Model, _signature.Dimension, ["there is no file yet: nothing was imported"]);

    private async Task<(int Added, RunEnd End)> AddAsync(VectorFileReader reader, CancellationToken cancellationToken)
    {
        await using var writer = await workspace.BeginWriteAsync(cancellationToken);
        var generation = await writer.OpenGenerationAsync(space, _signature, cancellationToken);
        var receipt = new Receipt(writer, "cache import", null, new(new(null, null), []), clock);
        await receipt.OpenAsync(0, cancellationToken);
        var added = await receipt.KeepAsync(async () =>
        {
            var count = 0;
            foreach (var rows in reader.Rows().Chunk(Page))
            {
                var existing = await workspace.Store.ReadExistingAsync(generation.Id, [.. rows.Select(row => row.Hash)], cancellationToken);
                VectorRow[] missing = [.. rows.Where(row => !existing.Contains(row.Hash)).DistinctBy(row => row.Hash)];
                if (missing.Length > 0)
                {
                    await writer.CommitAsync(new(generation.Id, missing, [], []), cancellationToken);
                    count += missing.Length;
                }
            }

            return count;
        });
        var end = await receipt.CloseAsync(new(Verdict.Of(null, hasFailures: false), null, added, added, null));
        return (added, end);
    }

    private void RequireSame(string path, VectorFileHeader header)
    {
        if (header.Signature != _signature)
        {
            var (file, mine) = (header.Signature, _signature);
            throw new UsageException($"'{path}' holds vectors of {Name(file)}, the configuration says {Name(mine)}"
                + (Name(file) == Name(mine) ? ", with other role prefixes" : "") + ": models are never mixed, nothing was imported");
        }

        if (header.HashForm != VectorFileHeader.CurrentHashForm)
        {
            throw new UsageException($"'{path}' names its texts by '{Plain.Line(header.HashForm)}', this embsync by '{VectorFileHeader.CurrentHashForm}': nothing was imported. Export it again with this version");
        }
    }

    /// <summary>
    /// Vectors of this model in the file that is there: somebody paid for them. Empty where it is of another model, or can't be read.
    /// </summary>
    private HashSet<ContentHash> Held(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        using var stream = File.OpenRead(path);
        try
        {
            var reader = new VectorFileReader(stream);
            return reader.Header.Signature == _signature && reader.Header.HashForm == VectorFileHeader.CurrentHashForm
                ? [.. reader.Rows().Select(row => row.Hash)] : [];
        }
        catch (VectorFileException)
        {
            // Nothing in it can be imported.
            return [];
        }
    }

    private static string Name(EmbeddingSignature signature) =>
        Plain.Line(Text.Of($"{signature.Provider} {signature.Model} with {signature.Dimension} dimensions"));

    private static bool IsVectorFile(string path)
    {
        using var stream = File.OpenRead(path);
        try
        {
            return VectorFileHeader.Read(stream).Dimension > 0;
        }
        catch (VectorFileException)
        {
            // Any file at all may be there; this one is not ours to overwrite. An empty one holds nothing to lose.
            return stream.Length == 0;
        }
    }

    private CacheReport Report(string action, string path, int vectors, int added, IReadOnlyList<string> notes) => new(
        1, action, path, vectors, added, new FileInfo(path).Length, _signature.Model, _signature.Dimension, notes);
}

/// <summary>What <c>cache export</c> and <c>cache import</c> say; its members are the JSON, version 1.</summary>
/// <param name="Vectors">In the file.</param>
/// <param name="Added">New to the store; 0 for an export.</param>
/// <param name="Bytes">Size of the file.</param>
public sealed record CacheReport(int SchemaVersion, string Action, string File, int Vectors, int Added, long Bytes, string Model,
    int Dimension, IReadOnlyList<string> Notes)
{
    /// <summary>Why the run has failed though all of this is done; null when it hasn't.</summary>
    [JsonIgnore]
    public EmbSyncException? Failure { get; init; }
}
