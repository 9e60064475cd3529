using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Sources;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Planning;

/// <param name="All">Every row is read, whatever its version says.</param>
/// <param name="Ids">Only these; empty for all.</param>
/// <param name="Most">Rows to read at most; null for as many as a run can hold.</param>
/// <param name="Whole">Every row that differs is read, however many there are.</param>
/// <param name="AtATime">Rows that are held at a time.</param>
/// <param name="Takes">Rows of which something may be done; the others are counted.</param>
internal sealed record RowSurveyRequest(bool All, IReadOnlyList<string> Ids, int? Most, bool Whole, int AtATime, Func<ItemKey, bool> Takes)
{
    /// <summary>With --all nobody knows what a row that isn't read will cost: all are taken at once.</summary>
    public bool IsBounded => !All && !Whole && Ids.Count == 0;

    /// <summary>Rows to read at most.</summary>
    public int MostRows => IsBounded ? Math.Min(Most ?? AtATime, AtATime) : int.MaxValue;
}

/// <summary>
/// Looks at a source of rows: what differs is found where the rows are, and of that only as much is read as comes next in the order of work
/// and
/// fits into memory. The rest is counted, and priced by its length.
/// </summary>
internal sealed class RowSurvey(IRowSource source, SourceConfig config, IStore store, RowSurveyRequest request)
{
    /// <summary>Rows that one run holds at a time; it goes on with the next when they are done.</summary>
    public const int MostRows = 20_000;

    /// <summary>Text that is held at a time, in characters.</summary>
    private const long MostText = 16 * 1024 * 1024;

    /// <summary>Bad rows at the head of the work that don't keep the run from what is behind them.</summary>
    private const int Headroom = 5_000;

    /// <summary>Rows of which it is looked whether they are others at each look; that all are so, or none, is what is to be told.</summary>
    private const int VolatileSample = 100;

    private readonly Dictionary<string, Counts> _counts = new(StringComparer.Ordinal);
    private readonly List<StoredItem> _stored = [];
    private readonly HashSet<string> _absent = new(StringComparer.Ordinal);
    private readonly List<StoredItem> _same = [];
    private readonly List<ItemProblem> _problems = [];
    private readonly List<ReadItem> _read = [];
    private readonly List<string> _notes = [];
    private readonly List<string> _moving = [];
    private readonly List<ItemKey> _left = [];
    private int _storedChanged;
    private int _gone;
    private int _passed;

    /// <param name="generations">The generations that vectors must be in, one for each space; null where there is none yet.</param>
    public async Task<SourceSurvey> RunAsync(IReadOnlyList<int?> generations, CancellationToken cancellationToken)
    {
        var incomplete = await IncompleteAsync(generations, cancellationToken);
        var ids = await source.CheckIdsAsync(cancellationToken);
        Report(ids);
        _notes.AddRange(ids.Notes);
        var due = await CompareAsync(incomplete, ids, cancellationToken);
        await ReadAsync(due, cancellationToken);
        var isVolatile = await IsVolatileAsync(cancellationToken);
        var isWhole = request.Ids.Count == 0;
        if (isWhole)
        {
            await CountUnchangedAsync(cancellationToken);
        }

        var total = isWhole ? _counts.Values.Sum(count => count.Unchanged) + _storedChanged + _gone : _stored.Count + _same.Count;
        return new(source.Name, source.Type, source.Pipeline, true, isWhole && ids.WithoutId == 0,
            isWhole && ids.WithoutId == 0 && _left.Count == 0, _same, _read, _problems, _stored, _absent, incomplete, _notes)
        {
            Rows = [.. _counts.Select(count => count.Value.ToRow(count.Key)).OrderBy(row => row.Type, StringComparer.Ordinal)],
            StoredTotal = total,
            Left = _left,
            Passed = _passed,
            IsVolatile = isVolatile,
            Warnings = await WarningsAsync(cancellationToken),
        };
    }

    /// <summary>
    /// Rows whose hash was another when they were read than when they were listed: were they updated in that moment, or are they never
    /// twice the same?
    /// </summary>
    private async Task<bool> IsVolatileAsync(CancellationToken cancellationToken)
    {
        if (_moving.Count == 0 || !await source.IsVolatileAsync([.. _moving.Take(VolatileSample)], cancellationToken))
        {
            return false;
        }

        _notes.Add($"source '{source.Name}': its rows are others at each look (a time or a random number in its query or view?): every run writes all of them again, and buys those whose text it is. "
            + "Take it out of the rows, or store it in a column");
        return true;
    }

    /// <summary>Of rows that were read, and of those that are stored and were not.</summary>
    private async Task<IReadOnlyList<SourceWarning>> WarningsAsync(CancellationToken cancellationToken)
    {
        var read = _read.ToDictionary(item => item.Key.Id, StringComparer.Ordinal);
        var gone = _absent;
        var known = (await store.ReadRemarksAsync(source.Name, cancellationToken)).Where(
            remark => !read.ContainsKey(remark.Key) && !gone.Contains(remark.Key))
            .SelectMany(remark => ItemRemarks.Parse(remark.Value).Warnings.Select(
                warning => (Id: remark.Key, Warning: warning, IsNew: false)));
        return [.. read.SelectMany(item => item.Value.Warnings.Select(warning => (Id: item.Key, Warning: warning, IsNew: true))).Concat(
            known)
            .Select(one => new SourceWarning(
                one.Warning.Code, source.Name, one.Id, null, one.Warning.Line, one.Warning.Message, one.IsNew))];
    }

    private async Task<IReadOnlySet<string>> IncompleteAsync(IReadOnlyList<int?> generations, CancellationToken cancellationToken)
    {
        var incomplete = new HashSet<string>(StringComparer.Ordinal);
        foreach (var generation in generations)
        {
            incomplete.UnionWith(await store.ReadIncompleteAsync(source.Name, generation, cancellationToken));
        }

        return incomplete;
    }

    private void Report(RowIds ids)
    {
        if (ids.WithoutId > 0)
        {
            _problems.Add(new(ProblemCodes.InvalidId, source.Name, "(null)", null, null,
                $"{Text.Count(ids.WithoutId, "row")} {(ids.WithoutId == 1 ? "has" : "have")} no id: nothing of this source is deleted while that is so. Give each row an id, or leave it out with a condition"));
        }

        _problems.AddRange(ids.Duplicates.Select(twice => new ItemProblem(ProblemCodes.DuplicateId, source.Name, twice.Key, null, null,
            $"id '{twice.Key}' is claimed by {Text.Count(twice.Value, "row")}; make ids unique (key, or the id that the query yields)")));
    }

    /// <summary>Answers the rows that come first in the order of work; counts the rest.</summary>
    private async Task<IReadOnlyList<RowDifference>> CompareAsync(
        IReadOnlySet<string> incomplete, RowIds ids, CancellationToken cancellationToken)
    {
        var most = request.IsBounded ? request.MostRows + Headroom : int.MaxValue;
        var first = new PriorityQueue<RowDifference, WorkOrder>(WorkOrder.WorstFirst);
        await foreach (var difference in source.CompareAsync(
            new(store, incomplete, request.All, request.Ids.Count == 0 ? null : request.Ids), cancellationToken))
        {
            if (difference.Row is not { } row)
            {
                // A row without an id may be any of those that seem to be gone.
                _stored.Add(difference.Stored!.Value);
                _gone++;
                if (ids.WithoutId == 0)
                {
                    _absent.Add(difference.Stored.Value.Id);
                }
            }
            else if (difference.IsSame)
            {
                _same.Add(difference.Stored!.Value);
            }
            else if (!ids.Duplicates.ContainsKey(row.Id))
            {
                _storedChanged += difference.Stored is null ? 0 : 1;
                if (!request.Takes(new(source.Name, row.Id)))
                {
                    CountOf(row).Pass(difference);
                    _passed++;
                    continue;
                }

                first.Enqueue(difference, WorkOrder.Of(row, config.Priority));
                if (first.Count > most)
                {
                    Leave(first.Dequeue());
                }
            }
            else if (difference.Stored is { } claimed)
            {
                _storedChanged++;
                _stored.Add(claimed);
            }
        }

        var due = new RowDifference[first.Count];
        for (var i = due.Length - 1; i >= 0; i--)
        {
            due[i] = first.Dequeue();
        }

        return due;
    }

    private async Task ReadAsync(IReadOnlyList<RowDifference> due, CancellationToken cancellationToken)
    {
        var (most, text) = (request.MostRows, 0L);
        var at = 0;
        while (at < due.Count && _read.Count < most && (text < MostText || !request.IsBounded))
        {
            var batch = new List<RowDifference>();
            for (var bytes = 0L; at < due.Count && batch.Count < Math.Min(source.ReadBatch, most - _read.Count)
                && (bytes < MostText / 4 || batch.Count == 0); at++)
            {
                batch.Add(due[at]);
                bytes += due[at].Row!.Bytes;
            }

            var outcomes = await source.ReadManyAsync(
                [.. batch.Select(difference => new SourceEntry(difference.Row!.Id, ""))], cancellationToken);
            foreach (var (difference, outcome) in batch.Zip(outcomes))
            {
                if (difference.Stored is { } stored)
                {
                    _stored.Add(stored);
                }

                var storable = Surveyor.Storable(outcome);
                if (storable.Item is { } item)
                {
                    if (difference.Row!.Version is { } listed && listed != item.Version)
                    {
                        _moving.Add(item.Key.Id);
                    }

                    _read.Add(Surveyor.Reduced(new(item.Key.Id, item.Version), item, keep: true));
                    text += item.Chunks.Sum(chunk => (long)chunk.Text.Length);
                }
                else
                {
                    _problems.Add(storable.Problem!);
                }
            }
        }

        for (; at < due.Count; at++)
        {
            Leave(due[at]);
        }
    }

    private void Leave(RowDifference difference)
    {
        CountOf(difference.Row!).Add(difference, config.Chunk);
        _left.Add(new(source.Name, difference.Row!.Id));
    }

    private Counts CountOf(ListedRow row) => CountOf(row.Type ?? (config switch
    {
        DatabaseSourceConfig database => database.Shape.ItemType,
        _ => config.Name,
    }));

    private Counts CountOf(string type) => _counts.TryGetValue(type, out var count) ? count : _counts[type] = new();

    /// <summary>All that is stored, less what differs or is gone.</summary>
    private async Task CountUnchangedAsync(CancellationToken cancellationToken)
    {
        foreach (var row in (await store.ReadCoverageAsync(null, cancellationToken)).Where(row => row.Source == source.Name))
        {
            var count = CountOf(row.Type);
            count.Unchanged += row.Items;
            count.UnchangedChunks += row.Chunks;
        }

        foreach (var differs in _stored)
        {
            CountOf(differs.Type).Take(differs);
        }

        foreach (var count in _counts.Values)
        {
            count.TakeUnread();
        }
    }

    private sealed class Counts
    {
        private int _storedUnread;
        private int _storedUnreadChunks;

        public int Unchanged { get; set; }

        public int UnchangedChunks { get; set; }

        private int Missing { get; set; }

        private int Stale { get; set; }

        private int Chunks { get; set; }

        private long Tokens { get; set; }

        public void Add(RowDifference difference, ChunkConfig chunk)
        {
            var tokens = TokenEstimate.Tokens(difference.Row!.Bytes);
            Chunks += (int)((tokens + chunk.MaxTokens - 1) / chunk.MaxTokens);
            Tokens += tokens;
            Pass(difference);
        }

        /// <summary>Nothing is done about it, so it costs nothing.</summary>
        public void Pass(RowDifference difference)
        {
            if (difference.Stored is { } stored)
            {
                Stale++;
                _storedUnread++;
                _storedUnreadChunks += stored.Chunks;
            }
            else
            {
                Missing++;
            }
        }

        public void Take(StoredItem differs)
        {
            Unchanged--;
            UnchangedChunks -= differs.Chunks;
        }

        /// <summary>Rows that were not read are still under their stored type.</summary>
        public void TakeUnread()
        {
            Unchanged -= _storedUnread;
            UnchangedChunks -= _storedUnreadChunks;
        }

        public RowCount ToRow(string type) => new(type, Unchanged, UnchangedChunks, Missing, Stale, Chunks, Tokens);
    }

    /// <summary>Place in the order of work: priority, then newest, then id.</summary>
    private readonly record struct WorkOrder(int Priority, long UpdatedAt, string Id)
    {
        public static readonly IComparer<WorkOrder> WorstFirst = Comparer<WorkOrder>.Create((one, other) =>
            one.Priority != other.Priority ? one.Priority.CompareTo(other.Priority)
            : one.UpdatedAt != other.UpdatedAt ? one.UpdatedAt.CompareTo(other.UpdatedAt)
            : string.CompareOrdinal(other.Id, one.Id));

        public static WorkOrder Of(ListedRow row, int priority) =>
            new(row.Priority ?? priority, row.UpdatedAt?.UtcTicks ?? long.MinValue, row.Id);
    }
}
