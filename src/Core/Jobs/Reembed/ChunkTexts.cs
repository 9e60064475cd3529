using EmbSync.Core.Model;
using EmbSync.Core.Sources;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Reembed;

/// <summary>
/// Texts of chunks. Those that the store keeps without their text (<c>store.keepText: false</c>) are read again from where they came: rows
/// by their ids, one
/// question for all that are asked for together; files by a listing that is made once.
/// </summary>
internal sealed class ChunkTexts(Workspace workspace)
{
    private readonly Dictionary<string, Files> _files = new(StringComparer.Ordinal);

    /// <summary>By hash; without those that the source no longer has.</summary>
    /// <exception cref="SourceException">The source can't be read at all.</exception>
    public async Task<IReadOnlyDictionary<ContentHash, string>> FindAsync(
        IReadOnlyList<ClaimedChunk> chunks, CancellationToken cancellationToken)
    {
        var found = chunks.Where(chunk => chunk.Text is not null).DistinctBy(chunk => chunk.Hash).ToDictionary(
            chunk => chunk.Hash, chunk => chunk.Text!);
        foreach (var group in chunks.Where(chunk => chunk.Text is null).GroupBy(chunk => chunk.Key.Source, StringComparer.Ordinal))
        {
            if (workspace.Sources.FirstOrDefault(source => source.Name == group.Key) is not { } source)
            {
                continue;
            }

            var wanted = group.Select(chunk => chunk.Hash).ToHashSet();
            await foreach (var item in ItemsAsync(source, [.. group.Select(chunk => chunk.Key.Id).Distinct()], cancellationToken))
            {
                foreach (var chunk in item.Chunks.Where(chunk => wanted.Contains(chunk.Hash)))
                {
                    found[chunk.Hash] = chunk.Text;
                }
            }
        }

        return found;
    }

    /// <summary>As the source has them now; without those that can't be read.</summary>
    private async IAsyncEnumerable<Item> ItemsAsync(
        ISource source, IReadOnlyList<string> ids,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (source is IRowSource rows)
        {
            foreach (var batch in ids.Chunk(rows.ReadBatch))
            {
                foreach (var outcome in await rows.ReadManyAsync([.. batch.Select(id => new SourceEntry(id, ""))], cancellationToken))
                {
                    if (outcome.Item is { } row)
                    {
                        yield return row;
                    }
                }
            }

            yield break;
        }

        if (!_files.TryGetValue(source.Name, out var files))
        {
            _files[source.Name] = files = await Files.ListAsync(workspace.Store, source, cancellationToken);
        }

        foreach (var entry in ids.Select(files.Find).OfType<SourceEntry>())
        {
            if ((await source.ReadAsync(entry, cancellationToken)).Item is { } file)
            {
                yield return file;
            }
        }
    }

    /// <summary>A file's id stands in it: what is stored tells where it was found.</summary>
    private sealed class Files(Dictionary<string, string> locators, Dictionary<string, SourceEntry> entries)
    {
        public static async Task<Files> ListAsync(IStore store, ISource source, CancellationToken cancellationToken)
        {
            var locators = await store.ReadItemsAsync(source.Name, cancellationToken).ToDictionaryAsync(
                item => item.Id, item => item.Locator, StringComparer.Ordinal, cancellationToken);
            var listing = await source.ListAsync(ListRequest.Everything, cancellationToken);
            return new(locators, listing.Entries.DistinctBy(entry => entry.Locator).ToDictionary(
                entry => entry.Locator, StringComparer.Ordinal));
        }

        public SourceEntry? Find(string id) => entries.GetValueOrDefault(locators.GetValueOrDefault(id, id));
    }
}
