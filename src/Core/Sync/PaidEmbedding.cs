using System.Runtime.CompilerServices;
using EmbSync.Core.Buying;
using EmbSync.Core.Embedding;
using EmbSync.Core.Storage;
using EmbSync.Core.Storage.Spool;

namespace EmbSync.Core.Sync;

/// <summary>A governor whose results are on disk before anybody sees them, where the store is a server: what is paid outlives a commit that fails.</summary>
internal sealed class PaidEmbedding : IDisposable
{
    private readonly SpoolWriter? _spool;
    private readonly RequestGovernor _governor;
    private readonly int _space;

    private PaidEmbedding(RequestGovernor governor, SpoolWriter? spool, int space) => (_governor, _spool, _space) = (governor, spool, space);

    /// <param name="bill">Also gets what comes when nobody waits for it any more.</param>
    /// <param name="space">Number of the space it is for.</param>
    /// <exception cref="Model.StoreException">The spool can't be written: nothing was bought.</exception>
    public static PaidEmbedding Open(Workspace workspace, IEmbeddingProvider provider, SyncRequest request, Bill bill, int space = 0)
    {
#pragma warning disable CA2000 // The answer owns it.
        var spool = provider.IsFree ? null : workspace.Spool?.Begin(provider.Signature);
#pragma warning restore CA2000
        try
        {
            var governor = workspace.OpenGovernor(provider, request, spool is null ? null : results => spool.Append(Rows(results)));
            governor.Unclaimed = answer => bill.Add(answer with { Space = space });
            return new(governor, spool, space);
        }
        catch
        {
            spool?.Dispose();
            throw;
        }
    }

    /// <summary>Who asks for the next answer has committed the one before.</summary>
    public async IAsyncEnumerable<EmbedAnswer> EmbedAsync(IAsyncEnumerable<EmbedInput> inputs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var answer in _governor.EmbedAsync(inputs, cancellationToken))
        {
            yield return answer with { Space = _space };
            _spool?.Committed(answer.Results.Where(result => result.Failure is null).Select(result => result.Input.Hash));
        }
    }

    public void Dispose() => _spool?.Dispose();

    private static List<VectorRow> Rows(IReadOnlyList<EmbedResult> results) =>
        [.. results.Where(result => result.Failure is null).Select(result => new VectorRow(result.Input.Hash, result.Vector, result.Input.Tokens))];
}
