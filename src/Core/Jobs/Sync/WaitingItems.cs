using EmbSync.Core.Buying;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Providers;

namespace EmbSync.Core.Jobs.Sync;

/// <summary>
/// Items between "chunks requested" and "all vectors there". Inputs are made on the sender's side and answers come in on the
/// committer's, so every step takes the lock. Each hash is asked for once in a space, whoever needs it; an item is ready when all its
/// spaces are.
/// </summary>
internal sealed class WaitingItems
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(int Space, ContentHash Hash), List<Entry>> _waiters = [];
    private readonly Dictionary<(int Space, ContentHash Hash), EmbedFailure?> _settled = [];
    private List<Written> _ready = [];

    /// <summary>Takes an item in; answers the inputs that nobody asked for before.</summary>
    /// <param name="failure">Set when one of the chunks has failed for another item already.</param>
    /// <param name="missing">Chunks without a vector, with the space that lacks it.</param>
    public IReadOnlyList<EmbedInput> Add(Written item, IEnumerable<(int Space, Chunk Chunk)> missing, out EmbedFailure? failure)
    {
        lock (_lock)
        {
            failure = null;
            var inputs = new List<EmbedInput>();
            var entry = new Entry(item);
            foreach (var (space, chunk) in missing.DistinctBy(one => (one.Space, one.Chunk.Hash)))
            {
                if (_settled.TryGetValue((space, chunk.Hash), out var earlier))
                {
                    failure ??= earlier;
                    entry.Failed |= earlier is not null;
                    continue;
                }

                entry.Remaining++;
                if (_waiters.TryGetValue((space, chunk.Hash), out var others))
                {
                    others.Add(entry);
                }
                else
                {
                    _waiters.Add((space, chunk.Hash), [entry]);
                    inputs.Add(new(chunk.Hash, chunk.Text, TokenEstimate.Estimate(chunk.Text)) { Space = space });
                }
            }

            if (entry is { Remaining: 0, Failed: false })
            {
                _ready.Add(item);
            }

            return inputs;
        }
    }

    public void Arrived(EmbedInput input)
    {
        lock (_lock)
        {
            foreach (var entry in Settle(input, null))
            {
                if (--entry.Remaining == 0 && !entry.Failed)
                {
                    _ready.Add(entry.Item);
                }
            }
        }
    }

    /// <summary>The items that can't be written because of this chunk, each named once.</summary>
    public IReadOnlyList<PlannedItem> Fail(EmbedInput input, EmbedFailure failure)
    {
        lock (_lock)
        {
            var failed = new List<PlannedItem>();
            foreach (var entry in Settle(input, failure))
            {
                entry.Remaining--;
                if (!entry.Failed)
                {
                    entry.Failed = true;
                    failed.Add(entry.Item.Planned);
                }
            }

            return failed;
        }
    }

    /// <summary>Whether every one of the hashes has arrived or failed in its space.</summary>
    public bool HasSettled(IReadOnlyList<SpacePlan> spaces)
    {
        lock (_lock)
        {
            return spaces.Select((space, index) => space.Buy.All(hash => _settled.ContainsKey((index, hash)))).All(settled => settled);
        }
    }

    public IReadOnlyList<Written> TakeReady()
    {
        lock (_lock)
        {
            var ready = _ready;
            _ready = [];
            return ready;
        }
    }

    private List<Entry> Settle(EmbedInput input, EmbedFailure? failure)
    {
        var key = (input.Space, input.Hash);
        _settled[key] = failure;
        return _waiters.Remove(key, out var entries) ? entries : [];
    }

    private sealed class Entry(Written item)
    {
        public Written Item { get; } = item;

        public int Remaining { get; set; }

        public bool Failed { get; set; }
    }
}
