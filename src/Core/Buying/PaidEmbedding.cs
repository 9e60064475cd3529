using System.Runtime.CompilerServices;
using EmbSync.Core.Model;
using EmbSync.Core.Providers;
using EmbSync.Core.Storage;
using EmbSync.Core.Storage.Spool;

namespace EmbSync.Core.Buying;

/// <summary>
/// A governor whose results are on disk before anybody sees them, where the store is a server: what is paid outlives a commit that fails.
/// </summary>
internal sealed class PaidEmbedding : IDisposable
{
    private readonly SpoolWriter? _spool;
    private readonly RequestGovernor _governor;
    private readonly int _space;

    private PaidEmbedding(RequestGovernor governor, SpoolWriter? spool, int space) =>
        (_governor, _spool, _space) = (governor, spool, space);

    /// <param name="bill">Also gets what comes when nobody waits for it any more.</param>
    /// <param name="space">Number of the space it is for.</param>
    /// <exception cref="Model.StoreException">The spool can't be written: nothing was bought.</exception>
    /// <param name="spool">Where results are kept; null where they need not be.</param>
    /// <param name="governor">Opens one that keeps its results as it is told.</param>
    public static PaidEmbedding Open(
        EmbeddingSignature signature, SpoolFolder? spool, Func<KeepResults?, RequestGovernor> governor, Bill bill, int space)
    {
#pragma warning disable CA2000 // The answer owns it.
        var kept = spool?.Begin(signature);
#pragma warning restore CA2000
        try
        {
            var opened = governor(kept is null ? null : results => kept.Append(Rows(results)));
            opened.Unclaimed = answer => bill.Add(answer with { Space = space });
            return new(opened, kept, space);
        }
        catch
        {
            kept?.Dispose();
            throw;
        }
    }

    /// <summary>Who asks for the next answer has committed the one before.</summary>
    public async IAsyncEnumerable<EmbedAnswer> EmbedAsync(
        IAsyncEnumerable<EmbedInput> inputs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var answer in _governor.EmbedAsync(inputs, cancellationToken))
        {
            yield return answer with { Space = _space };
            _spool?.Committed(answer.Results.Where(result => result.Failure is null).Select(result => result.Input.Hash));
        }
    }

    public void Dispose() => _spool?.Dispose();

    private static List<VectorRow> Rows(IReadOnlyList<EmbedResult> results) =>
        [.. results.Where(result => result.Failure is null).Select(
            result => new VectorRow(result.Input.Hash, result.Vector, result.Input.Tokens))];
}
