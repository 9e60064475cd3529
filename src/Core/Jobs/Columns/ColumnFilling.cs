using System.Runtime.CompilerServices;
using EmbSync.Core.Buying;
using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Model;
using EmbSync.Core.Providers;
using EmbSync.Core.Storage;
using EmbSync.Core.Storage.Columns;
using EmbSync.Core.Storage.Postgres.Columns;

namespace EmbSync.Core.Jobs.Columns;

/// <summary>
/// One pass over the rows that are due, in the order of their keys, with what is under way in memory and no more. Rows of one text that are
/// under
/// way at the same time are bought once.
/// </summary>
internal sealed class ColumnFilling(
    PostgresColumn column, RequestGovernor governor, Bill bill, ColumnPlan plan, int batchSize, IProgress<ReembedProgress> progress,
    Action<string> step)
{
    /// <summary>Rows looked at in one statement, where few of them are due; half a megabyte of text a kilobyte each.</summary>
    private const int Page = 512;

    private readonly Dictionary<ContentHash, List<DueRow>> _waiting = [];
    private readonly HashSet<ContentHash> _failed = [];
    private readonly Lock _gate = new();

    public Tally Tally { get; } = new(bill);

    public long Updated { get; private set; }

    /// <exception cref="GuardException">The budget is used up; what was bought is kept.</exception>
    public Task RunAsync(CancellationToken cancellationToken) =>
        new BuyingLoop(governor.EmbedAsync, bill).RunAsync(InputsAsync(cancellationToken), WriteAsync, cancellationToken);

    private async Task WriteAsync(EmbedAnswer answer, IReadOnlyList<VectorRow> vectors)
    {
        var rows = new List<(DueRow, ReadOnlyMemory<float>)>();
        foreach (var result in answer.Results)
        {
            List<DueRow> asked;
            lock (_gate)
            {
                asked = _waiting.Remove(result.Input.Hash, out var found) ? found : [];
                if (result.Failure is not null)
                {
                    _failed.Add(result.Input.Hash);
                }
            }

            if (result.Failure is { } failure)
            {
                asked.ForEach(row => Tally.Fail(new(failure.Code, plan.Table, row.Id, null, null, failure.Message)));
                continue;
            }

            rows.AddRange(asked.Select(row => (row, result.Vector)));
        }

        Tally.Count(vectors);
        if (rows.Count > 0)
        {
            step("write");
            Updated += await column.WriteAsync(rows, CancellationToken.None);
        }

        progress.Report(new("embedding", plan.Due == 0 ? 1 : Math.Min(1, (double)Updated / plan.Due), (int)Updated, (int)plan.Due,
            bill.Tokens));
    }

    private async IAsyncEnumerable<EmbedInput> InputsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (string? after = null; ;)
        {
            (var due, after) = await column.ReadDueAsync(after, Math.Max(batchSize, Page), cancellationToken);
            foreach (var row in due)
            {
                if (Wait(row))
                {
                    yield return new EmbedInput(row.Hash, row.Text, TokenEstimate.Estimate(row.Text));
                }
            }

            if (after is null)
            {
                yield break;
            }
        }
    }

    /// <summary>Whether the row is the first one under way with its text.</summary>
    private bool Wait(DueRow row)
    {
        lock (_gate)
        {
            if (_failed.Contains(row.Hash))
            {
                return false;
            }

            if (_waiting.TryGetValue(row.Hash, out var others))
            {
                others.Add(row);
                return false;
            }

            _waiting.Add(row.Hash, [row]);
            return true;
        }
    }
}
