using System.Runtime.CompilerServices;
using EmbSync.Core.Buying;
using EmbSync.Core.Model;
using EmbSync.Core.Providers;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Reembed;

/// <summary>
/// Buys what a generation lacks: leases chunks, embeds them, and commits each answer with its leases. Other processes may do the same; it
/// ends
/// when nothing is left, theirs included. A rerun takes up what is missing then: the queue is made from what is there.
/// </summary>
/// <param name="bill">Of the run, which may fill other spaces too.</param>
/// <param name="space">Number of this one in it.</param>
internal sealed class BuildPurchase(
    IGenerationBuild build, ChunkTexts texts, Bill bill, int space, int batchSize, TimeProvider clock, IProgress<ReembedProgress> progress)
{
    /// <summary>Longer than any request is tried for; a process that dies holds up its share of the work that long.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    /// <summary>Between two looks at the leases of others.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Tally _tally = new(bill);
    private readonly Dictionary<ContentHash, ItemKey> _leased = [];
    private readonly HashSet<ContentHash> _failed = [];
    private readonly Lock _gate = new();
    private int _total;

    public Tally Tally => _tally;

    /// <summary>Chunks that can't be embedded: they stay leased, so that nobody tries them over and over.</summary>
    public int Failed => _failed.Count;

    /// <summary>Answers when nothing waits but what failed; false when another process has taken over.</summary>
    /// <exception cref="GuardException">The budget is used up; what was bought is kept.</exception>
    public async Task<bool> RunAsync(EmbedStream embed, CancellationToken cancellationToken)
    {
        try
        {
            while (await build.EnqueueAsync(cancellationToken) is var waiting && waiting > _failed.Count)
            {
                _total = Math.Max(_total, _tally.Embedded + waiting);

                // Only leases of others are left: they bring their answers, or are gone.
                if (await BuyQueuedAsync(embed, null, cancellationToken) == 0 && waiting > _failed.Count)
                {
                    if (await build.TryOwnAsync(TimeSpan.Zero, cancellationToken) is var share and not BuildShare.Shared)
                    {
                        if (share == BuildShare.Left)
                        {
                            return false;
                        }

                        continue;
                    }

                    progress.Report(new("waiting for another process", null, _tally.Embedded, _total, bill.Tokens));
                    await Task.Delay(Pause, clock, cancellationToken);
                }
            }

            return true;
        }
        finally
        {
            await ReleaseAsync();
        }
    }

    /// <summary>Buys what is free in the queue; answers how many vectors that was.</summary>
    /// <param name="most">Chunks at most; null for all.</param>
    /// <exception cref="GuardException">The budget is used up; what was bought is kept.</exception>
    public async Task<int> BuyQueuedAsync(EmbedStream embed, int? most, CancellationToken cancellationToken)
    {
        var before = _tally.Embedded;
        await new BuyingLoop(embed, bill).RunAsync(ClaimsAsync(most ?? int.MaxValue, cancellationToken), CommitAsync, cancellationToken);
        return _tally.Embedded - before;
    }

    private async Task CommitAsync(EmbedAnswer answer, IReadOnlyList<VectorRow> vectors)
    {
        foreach (var result in answer.Results)
        {
            if (result.Failure is { } failure)
            {
                Fail(result.Input.Hash, failure);
            }
        }

        _tally.Count(vectors);
        if (vectors.Count > 0)
        {
            await build.CompleteAsync(vectors, CancellationToken.None);
        }

        lock (_gate)
        {
            foreach (var vector in vectors)
            {
                _leased.Remove(vector.Hash);
            }
        }

        progress.Report(new("embedding", _total == 0 ? 1 : Math.Min(1, (double)_tally.Embedded / _total), _tally.Embedded, _total,
            bill.Tokens));
    }

    private async IAsyncEnumerable<EmbedInput> ClaimsAsync(int most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (most > 0 && await build.ClaimAsync(Math.Min(batchSize, most), Lease, cancellationToken) is { Count: > 0 } claimed)
        {
            most -= claimed.Count;
            lock (_gate)
            {
                foreach (var chunk in claimed)
                {
                    _leased[chunk.Hash] = chunk.Key;
                }
            }

            var found = await texts.FindAsync(claimed, cancellationToken);
            foreach (var chunk in claimed.Where(chunk => !HasFailed(chunk.Hash)))
            {
                if (found.GetValueOrDefault(chunk.Hash) is not { } text)
                {
                    Fail(chunk.Hash, new(ProblemCodes.Unreadable,
                        "its text is not kept in the store, and the source has another by now: run 'embsync sync' first"));
                    continue;
                }

                yield return new EmbedInput(chunk.Hash, text, TokenEstimate.Estimate(text)) { Space = space };
            }
        }
    }

    /// <summary>It was tried here, and can't be embedded.</summary>
    public bool HasFailed(ContentHash hash)
    {
        lock (_gate)
        {
            return _failed.Contains(hash);
        }
    }

    /// <summary>Stays leased until the end, so that nobody tries it over and over.</summary>
    private void Fail(ContentHash hash, EmbedFailure failure)
    {
        ItemKey key;
        lock (_gate)
        {
            _failed.Add(hash);
            key = _leased[hash];
        }

        _tally.Fail(new(failure.Code, key.Source, key.Id, null, null, failure.Message));
    }

    /// <summary>Gives back what was leased and not bought.</summary>
    public async Task ReleaseAsync()
    {
        ContentHash[] leased;
        lock (_gate)
        {
            leased = [.. _leased.Keys];
            _leased.Clear();
        }

        if (leased.Length > 0)
        {
            await build.ReleaseAsync(leased, CancellationToken.None);
        }
    }
}
