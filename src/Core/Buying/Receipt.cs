using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Buying;

/// <summary>How a run ended, its receipt included.</summary>
/// <param name="Note">What people should know of the receipt; null when it is written, or there is none.</param>
internal sealed record RunEnd(string Status, ExitCode ExitCode, Exception? Stopped, string? Note)
{
    public IReadOnlyList<string> Notes => Note is null ? [] : [Note];
}

/// <summary>What a receipt says at the end of its run.</summary>
/// <param name="Verdict">What the run itself has earned.</param>
/// <param name="Stopped">Why it ended early; null when it was walked to its end.</param>
/// <param name="Items">That it was about.</param>
/// <param name="Processed">Of these.</param>
/// <param name="Details">JSON, as <c>runs</c> shows it and later estimates learn from it; null for none.</param>
internal sealed record ReceiptEnd(Verdict Verdict, Exception? Stopped, int Items, int Processed, string? Details)
{
    /// <summary>What stands for an error where the run was walked to its end and left something; null for nothing.</summary>
    public string? Remark { get; init; }
}

/// <summary>
/// The receipt of one run that writes: opened before it buys anything, closed however it ends. All commands keep theirs here, so that no
/// unit that a provider
/// billed is missing in one, and one that can't be written doesn't cost the report.
/// </summary>
/// <param name="command">As <c>runs</c> shows it.</param>
/// <param name="commit">That was read; null without git.</param>
/// <param name="bill">Of the whole run.</param>
internal sealed class Receipt(IReceiptBook book, string command, string? commit, Bill bill, TimeProvider clock)
{
    private readonly DateTimeOffset _started = clock.GetUtcNow();
    private RunRecord? _run;

    /// <summary>Null as long as it isn't opened: a run that finds nothing to do leaves none.</summary>
    public long? Id => _run?.Id;

    /// <summary>Opened twice is opened once.</summary>
    /// <param name="items">That the run is about, as far as it is known.</param>
    /// <exception cref="StoreException">It can't be written: nothing may be begun.</exception>
    public async Task OpenAsync(int items, CancellationToken cancellationToken)
    {
        if (_run is null)
        {
            var run = new RunRecord(0, command, RunRecord.Running, items, 0, 0, null, null, commit, _started, null, CanonicalJson.Empty);
            _run = run with { Id = await book.BeginRunAsync(run, cancellationToken) };
        }
    }

    /// <summary>Does what the receipt is of. Where an exception flies out of it, the receipt says so before it goes on.</summary>
    public async Task<T> KeepAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception exception) when (_run is { CompletedAt: null })
        {
            // That it can't be written either is the lesser evil here.
            await CloseAsync(new(Verdict.Of(exception, hasFailures: false), exception, _run.ItemsTotal, 0, null));
            throw;
        }
    }

    /// <returns>A good run whose receipt can't be written has failed, and says so; an error before this one comes first.</returns>
    public async Task<RunEnd> CloseAsync(ReceiptEnd end)
    {
        var (status, exitCode) = end.Verdict;
        if (_run is null)
        {
            return new(status, exitCode, end.Stopped, null);
        }

        _run = _run with
        {
            Status = status,
            ItemsTotal = end.Items,
            ItemsProcessed = end.Processed,
            Tokens = bill.Tokens,
            Cost = bill.Cost,
            Error = end.Stopped?.Message ?? end.Remark,
            CompletedAt = clock.GetUtcNow(),
            Details = end.Details ?? CanonicalJson.Empty,
        };
        try
        {
            await book.UpdateRunAsync(_run, CancellationToken.None);
            return new(status, exitCode, end.Stopped, null);
        }
        catch (EmbSyncException exception)
        {
            var note = $"the receipt of this run could not be written: {exception.Message}";
            return end.Stopped is null ? new("failed", exception.ExitCode, exception, note) : new(status, exitCode, end.Stopped, note);
        }
    }
}
