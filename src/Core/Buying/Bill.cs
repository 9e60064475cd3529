using EmbSync.Core.Model;
using EmbSync.Core.Providers;

namespace EmbSync.Core.Buying;

/// <summary>
/// What one run has bought, and what it may still buy: the one place where its money is counted. Inputs are taken on the sender's side,
/// answers come in on the
/// committer's, and those that nobody waited for on any, so every step takes the lock.
/// </summary>
/// <param name="limit">Of all spaces together.</param>
/// <param name="terms">Of each space; none for a run that buys nothing.</param>
public sealed class Bill(SpendLimit limit, IReadOnlyList<PurchaseTerms> terms)
{
    private readonly Lock _lock = new();
    private readonly SpaceBill[] _spaces = [.. terms.Select(one => new SpaceBill(one))];
    private bool _isUsedUp;

    /// <summary>Vectors that came.</summary>
    public int Embedded => Sum(space => space.Embedded);

    /// <summary>Requests that were answered, those sent again counted once.</summary>
    public int Batches => Sum(space => space.Requests - space.Retries);

    /// <summary>Billed where the provider said so, else estimated from what it answered.</summary>
    public long Tokens
    {
        get
        {
            lock (_lock)
            {
                return _spaces.Sum(space => space.Spent);
            }
        }
    }

    /// <summary>USD, each space by its own price; null where one of them is unknown, 0 where nothing is bought.</summary>
    public decimal? Cost
    {
        get
        {
            lock (_lock)
            {
                return _spaces.Aggregate((decimal?)0m, (cost, space) => cost + space.Terms.CostOf(space.Spent));
            }
        }
    }

    /// <summary>What was bought in each space.</summary>
    public IReadOnlyList<SpaceOutcome> Spaces
    {
        get
        {
            lock (_lock)
            {
                return [.. _spaces.Select(space => space.Outcome)];
            }
        }
    }

    /// <summary>
    /// Whether the input may be sent: whether all that was sent with it is still within the bounds when it is answered, by the bill so far
    /// and the estimate of what
    /// is under way, at the rate of past runs or of this one, whichever is dearer. Once it may not, nothing else may.
    /// </summary>
    public bool Takes(EmbedInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        lock (_lock)
        {
            _spaces[input.Space].Sent += input.Tokens;
            return !(_isUsedUp |= !limit.Allows([.. _spaces.Select(space => (space.Projected, space.Terms))]));
        }
    }

    /// <exception cref="GuardException">An input was not taken.</exception>
    public void RefuseUsedUp()
    {
        lock (_lock)
        {
            if (_isUsedUp)
            {
                throw new GuardException("the budget of this run is used up; what was bought is kept, and the next run goes on from here");
            }
        }
    }

    /// <summary>Whatever an answer took, one without results too.</summary>
    public void Add(EmbedAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        lock (_lock)
        {
            _spaces[answer.Space].Add(answer);
        }
    }

    /// <summary>The same with its money.</summary>
    public SyncOutcome On(SyncOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        var spaces = Spaces;
        var billed = spaces.Any(space => space.Billed is not null);
        return outcome with
        {
            Embedded = spaces.Sum(space => space.Embedded),
            Requests = spaces.Sum(space => space.Requests),
            Retries = spaces.Sum(space => space.Retries),
            Billed = billed ? spaces.Sum(space => space.Billed ?? 0) : null,
            Covered = billed ? spaces.Sum(space => space.Covered ?? 0) : null,
            Tokens = spaces.Sum(space => space.Tokens),
            Spaces = spaces,
        };
    }

    private int Sum(Func<SpaceBill, int> count)
    {
        lock (_lock)
        {
            return _spaces.Sum(count);
        }
    }

    private sealed class SpaceBill(PurchaseTerms terms)
    {
        private long? _billed;
        private long _covered;
        private long _answered;

        public PurchaseTerms Terms => terms;

        public int Embedded { get; private set; }

        public int Requests { get; private set; }

        public int Retries { get; private set; }

        public long Spent { get; private set; }

        /// <summary>Tokens of all inputs sent, estimated from their text.</summary>
        public long Sent { get; set; }

        /// <summary>Tokens when all that was sent is answered.</summary>
        public long Projected
        {
            get
            {
                var rate = Math.Max(terms.Past.TokenFactor, _covered > 0 && _billed is { } billed ? (double)billed / _covered : 0);
                return Spent + (long)Math.Ceiling(Math.Max(0, Sent - _answered) * rate);
            }
        }

        public SpaceOutcome Outcome =>
            new(Embedded, Requests, Retries, _billed, Spent, _billed is null ? null : _covered) { Cost = terms.CostOf(Spent) };

        public void Add(EmbedAnswer answer)
        {
            var vectors = answer.Results.Where(result => result.Failure is null).ToList();
            var estimated = vectors.Sum(result => (long)result.Input.Tokens);
            Embedded += vectors.Count;
            Requests += answer.Requests;
            Retries += answer.Retries;
            _answered += answer.Results.Sum(result => (long)result.Input.Tokens);
            _covered += answer.BilledTokens is null ? 0 : answer.Covered ?? estimated;
            _billed = answer.BilledTokens is { } tokens ? (_billed ?? 0) + tokens : _billed;
            Spent += (answer.BilledTokens ?? 0) + (answer.Unbilled ?? (answer.BilledTokens is null ? estimated : 0));
        }
    }
}
