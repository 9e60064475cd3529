using EmbSync.Core.Embedding;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Sync;

/// <summary>Counts of one execution. Failures come from the sender's side too, so they are locked; all else is the committer's.</summary>
internal sealed class Tally(int spaces = 1)
{
    private readonly List<ItemProblem> _failures = [];
    private readonly Lock _money = new();
    private readonly SpaceMoney[] _spaces = [.. Enumerable.Range(0, spaces).Select(_ => new SpaceMoney())];
    private int _new;
    private int _changed;
    private int _metadata;
    private int _reused;
    private volatile bool _overBudget;

    public int Deleted { get; set; }

    /// <summary>See <see cref="SyncOutcome.Waiting"/>.</summary>
    public int Waiting { get; set; }

    /// <summary>Spaces whose new generation took over.</summary>
    public IReadOnlyList<string> Activated { get; set; } = [];

    public bool OverBudget
    {
        get => _overBudget;
        set => _overBudget = value;
    }

    public int Embedded { get; private set; }

    public int Items => _new + _changed + _metadata;

    /// <summary>Billed where the provider said so, else estimated.</summary>
    public long Tokens
    {
        get
        {
            lock (_money)
            {
                return _spaces.Sum(space => space.Spent);
            }
        }
    }

    /// <summary>
    /// What will have been spent when all that was sent is answered: the bill so far, and the estimate of what is under way, at the rate of
    /// past runs or of this one, whichever is dearer.
    /// </summary>
    /// <param name="sent">Tokens of all inputs sent in each space, estimated from their text.</param>
    public IReadOnlyList<(long Tokens, PurchaseTerms Terms)> Projected(IReadOnlyList<long> sent, IReadOnlyList<PurchaseTerms> terms)
    {
        lock (_money)
        {
            return [.. _spaces.Select((space, index) => (space.Projected(sent[index], terms[index]), terms[index]))];
        }
    }

    /// <summary>Requests that were answered, those sent again counted once.</summary>
    public int Batches
    {
        get
        {
            lock (_money)
            {
                return _spaces.Sum(space => space.Outcome.Requests - space.Outcome.Retries);
            }
        }
    }

    public IReadOnlySet<(string Source, string Id)> FailedKeys()
    {
        lock (_failures)
        {
            return _failures.Select(failure => (failure.Source, failure.Id)).ToHashSet();
        }
    }

    public int FailureCount
    {
        get
        {
            lock (_failures)
            {
                return _failures.Count;
            }
        }
    }

    public void Answer(EmbedAnswer answer, IReadOnlyList<VectorRow> vectors)
    {
        Embedded += vectors.Count;
        lock (_money)
        {
            _spaces[answer.Results[0].Input.Space].Add(answer, vectors);
        }
    }

    public void Commit(IReadOnlyList<Written> items)
    {
        foreach (var (planned, item) in items)
        {
            switch (planned.Change)
            {
                case ItemChange.New:
                    _new++;
                    break;
                case ItemChange.Changed:
                    _changed++;
                    break;
                default:
                    _metadata++;
                    break;
            }

            _reused += planned.Change is ItemChange.Metadata ? 0 : Math.Max(0, item.Chunks.Count - planned.Buy.Count);
        }
    }

    public void Fail(ItemProblem problem)
    {
        lock (_failures)
        {
            _failures.Add(problem);
        }
    }

    public void FailAll(IReadOnlyList<PlannedItem> items, EmbedFailure failure)
    {
        foreach (var item in items)
        {
            Fail(new(failure.Code, item.Key.Source, item.Key.Id, item.Item.Path, null, failure.Message));
        }
    }

    public SyncOutcome Outcome(Exception? stopped)
    {
        lock (_failures)
        {
            var bought = _spaces.Select(space => space.Outcome).ToList();
            var billed = bought.Exists(space => space.Billed is not null);
            return new(_new, _changed, _metadata, Deleted, Embedded, _reused, bought.Sum(space => space.Requests), billed ? bought.Sum(space => space.Billed ?? 0) : null,
                bought.Sum(space => space.Tokens), [.. _failures], stopped, Activated)
            {
                Waiting = Waiting,
                Retries = bought.Sum(space => space.Retries),
                Covered = billed ? bought.Sum(space => space.Covered ?? 0) : null,
                Spaces = bought,
            };
        }
    }

    /// <summary>What was bought in one space.</summary>
    private sealed class SpaceMoney
    {
        private int _embedded;
        private int _requests;
        private int _retries;
        private long? _billed;
        private long _estimated;
        private long _covered;

        public long Spent { get; private set; }

        public SpaceOutcome Outcome => new(_embedded, _requests, _retries, _billed, Spent, _billed is null ? null : _covered);

        public void Add(EmbedAnswer answer, IReadOnlyList<VectorRow> vectors)
        {
            var estimated = vectors.Sum(vector => (long)vector.Tokens);
            _embedded += vectors.Count;
            _requests += answer.Requests;
            _retries += answer.Retries;
            _covered += answer.BilledTokens is null ? 0 : estimated;
            _estimated += answer.Results.Sum(result => (long)result.Input.Tokens);
            Spent += answer.BilledTokens ?? estimated;
            _billed = answer.BilledTokens is { } tokens ? (_billed ?? 0) + tokens : _billed;
        }

        public long Projected(long sent, PurchaseTerms terms)
        {
            var rate = Math.Max(terms.Past.TokenFactor, _covered > 0 && _billed is { } billed ? (double)billed / _covered : 0);
            return Spent + (long)Math.Ceiling(Math.Max(0, sent - _estimated) * rate);
        }
    }
}
