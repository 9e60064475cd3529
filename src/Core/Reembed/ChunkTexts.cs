using EmbSync.Core.Model;
using EmbSync.Core.Sources;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Reembed;

/// <summary>Texts of chunks that the store keeps without their text (<c>store.keepText: false</c>): read again from where they came.</summary>
internal sealed class ChunkTexts(Workspace workspace)
{
    private readonly Dictionary<string, SourceTexts?> _sources = new(StringComparer.Ordinal);

    /// <summary>Null when the source no longer has that text.</summary>
    /// <exception cref="SourceException">The source can't be read at all.</exception>
    public async Task<string?> FindAsync(ClaimedChunk chunk, CancellationToken cancellationToken)
    {
        if (!_sources.TryGetValue(chunk.Key.Source, out var source))
        {
            _sources[chunk.Key.Source] = source = await OpenAsync(chunk.Key.Source, cancellationToken);
        }

        return source is null ? null : await source.FindAsync(chunk, cancellationToken);
    }

    private async Task<SourceTexts?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        if (workspace.Sources.FirstOrDefault(source => source.Name == name) is not { } source)
        {
            return null;
        }

        var locators = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var item in workspace.Store.ReadItemsAsync(name, cancellationToken))
        {
            locators[item.Id] = item.Locator;
        }

        var listing = await source.ListAsync(ListRequest.Everything, cancellationToken);
        return new(source, locators, listing.Entries.DistinctBy(entry => entry.Locator).ToDictionary(entry => entry.Locator, StringComparer.Ordinal));
    }

    private sealed class SourceTexts(ISource source, Dictionary<string, string> locators, Dictionary<string, SourceEntry> entries)
    {
        public async Task<string?> FindAsync(ClaimedChunk chunk, CancellationToken cancellationToken) =>
            locators.TryGetValue(chunk.Key.Id, out var locator) && entries.TryGetValue(locator, out var entry)
                && (await source.ReadAsync(entry, cancellationToken)).Item is { } item
                ? item.Chunks.FirstOrDefault(one => one.Hash == chunk.Hash)?.Text
                : null;
    }
}
