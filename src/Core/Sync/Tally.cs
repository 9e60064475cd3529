using EmbSync.Core.Embedding;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Sync;

/// <summary>Counts of one execution. Failures come from the sender's side too, so they are locked; all else is the committer's.</summary>
internal sealed class Tally
{
    private readonly List<ItemProblem> _failures = [];
    private long? _billed;
    private long _estimated;
    private int _new;
    private int _changed;
    private int _metadata;
    private int _reused;
    private int _requests;
    private volatile bool _overBudget;

    public int Deleted { get; set; }

    public bool OverBudget
    {
        get => _overBudget;
        set => _overBudget = value;
    }

    public int Embedded { get; private set; }

    public int Items => _new + _changed + _metadata;

    public long Tokens => _billed ?? _estimated;

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
        _requests += answer.Requests;
        Embedded += vectors.Count;
        _estimated += vectors.Sum(vector => (long)vector.Tokens);
        if (answer.BilledTokens is { } tokens)
        {
            _billed = (_billed ?? 0) + tokens;
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
            return new(_new, _changed, _metadata, Deleted, Embedded, _reused, _requests, _billed, _estimated, [.. _failures], stopped, false);
        }
    }
}
