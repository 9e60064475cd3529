using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Providers;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Buying;

/// <summary>Counts of one execution. Failures come from the sender's side too, so they are locked; all else is the committer's.</summary>
/// <param name="bill">Counts its money, and maybe that of others.</param>
internal sealed class Tally(Bill bill)
{
    private readonly List<ItemProblem> _failures = [];
    private int _new;
    private int _changed;
    private int _metadata;
    private int _reused;

    public Bill Bill => bill;

    public int Deleted { get; set; }

    /// <summary>See <see cref="SyncOutcome.Waiting"/>.</summary>
    public int Waiting { get; set; }

    /// <summary>Spaces whose new generation took over.</summary>
    public IReadOnlyList<string> Activated { get; set; } = [];

    public int Embedded { get; private set; }

    public int Items => _new + _changed + _metadata;

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

    public void Count(IReadOnlyList<VectorRow> vectors) => Embedded += vectors.Count;

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
            return bill.On(SyncOutcome.Nothing with
            {
                New = _new,
                Changed = _changed,
                Metadata = _metadata,
                Deleted = Deleted,
                Reused = _reused,
                Failures = [.. _failures],
                Stopped = stopped,
                Activated = Activated,
                Waiting = Waiting,
            });
        }
    }
}
