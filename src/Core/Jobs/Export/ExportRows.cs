using System.Runtime.CompilerServices;
using EmbSync.Core.Jobs.Map;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Export;

/// <summary>The rows that a request asks for, as they come from the store; each call reads anew.</summary>
internal sealed class ExportRows(IStore store, Generation generation, ExportRequest request)
{
    /// <summary>Items that the last call left out, for want of vectors.</summary>
    public int LeftOut { get; private set; }

    /// <summary>The last call ended at the limit, and there were more.</summary>
    public bool IsCut { get; private set; }

    public async IAsyncEnumerable<ExportRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (LeftOut, IsCut) = (0, false);
        var count = 0;
        await foreach (var row in AllAsync(cancellationToken))
        {
            if (count++ == request.Limit)
            {
                IsCut = true;
                yield break;
            }

            yield return row;
        }
    }

    private async IAsyncEnumerable<ExportRow> AllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!request.Items)
        {
            await foreach (var chunk in ChunksAsync(cancellationToken))
            {
                yield return ExportRow.Of(chunk);
            }

            yield break;
        }

        await foreach (var item in ItemVector.OfAsync(ChunksAsync(cancellationToken), () => LeftOut++, cancellationToken))
        {
            yield return ExportRow.Of(item);
        }
    }

    private async IAsyncEnumerable<EmbeddedChunk> ChunksAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var source in request.Sources.Count == 0 ? [null] : request.Sources.Distinct().Order(Utf8Order.Instance)
            .ToArray<string?>())
        {
            await foreach (var chunk in store.ReadEmbeddedAsync(new(generation.Id, source, request.Type), cancellationToken))
            {
                yield return chunk;
            }
        }
    }
}
