using EmbSync.Core.Buying;
using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Providers;
using EmbSync.Core.Storage.Columns;
using EmbSync.Core.Storage.Postgres;
using EmbSync.Core.Storage.Postgres.Columns;

namespace EmbSync.Core.Jobs.Columns;

/// <param name="Stopped">Why it ended early; null when it was walked to its end.</param>
public sealed record ColumnResult(ColumnReembedReport Report, ExitCode ExitCode, Exception? Stopped);

/// <summary>
/// Embeds the text of a table's rows into a vector column of its owner. Rows are taken in the order of their keys, one statement a batch,
/// none
/// open during a request; of which text each vector is stands in the registry, so that a rerun goes on and a second run asks for nothing.
/// </summary>
/// <param name="embeddings">Names provider, model and dimension.</param>
/// <param name="confirm">Before the first write: the last moment to stop.</param>
public sealed class ColumnReembed(
    EmbeddingsConfig embeddings, SpendLimit spend, TimeProvider clock, IProgress<ReembedProgress> progress,
    Func<ColumnPlan, CancellationToken, Task> confirm)
{
    /// <summary>Programs that write all the time leave something due in each round; from then on they have to stop.</summary>
    private const int MostRounds = 5;

    private readonly EmbeddingSignature _target = ProviderFactory.SignatureOf(embeddings);

    /// <summary>Rows that may lose their vector as they have no text; the configured bound.</summary>
    public DeleteLimit MaxDelete { get; init; } = DeleteLimit.Default;

    /// <summary>Is told what is learned of the provider's server while it is asked; null where nobody listens.</summary>
    public IProgress<string>? Notices { get; init; }

    /// <summary>Tests end the process before a step.</summary>
    internal Action<string> Step { get; init; } = _ => { };

    /// <summary>What a run would do and cost. Buys and writes nothing.</summary>
    /// <exception cref="UsageException">It can't be done with this table or column.</exception>
    public async Task<ColumnReembedReport> DryRunAsync(Secret url, ColumnRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        await using var column = await PostgresColumn.OpenAsync(url, request, clock, cancellationToken);
        var plan = await PlanAsync(column, request, cancellationToken);
        var report = ColumnReembedReport.Planned(plan);
        return Violation(plan) is { } violation ? report with { Notes = ["a reembed would stop: " + violation] } : report;
    }

    /// <exception cref="LockedException">Another process is at it.</exception>
    /// <exception cref="ProviderRefusedException">The provider doesn't know the model, or refuses the key: nothing was written.</exception>
    public async Task<ColumnResult> RunAsync(Secret url, ColumnRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var started = clock.GetTimestamp();
        await using var column = await PostgresColumn.OpenAsync(url, request, clock, cancellationToken);
        var plan = await PlanAsync(column, request, cancellationToken);
        if (plan.IsNothing)
        {
            return Result(plan, ColumnOutcome.Nothing, started);
        }

        if (Violation(plan) is { } violation)
        {
            return Result(plan, ColumnOutcome.Nothing with
                { Bought = SyncOutcome.Nothing with { Stopped = new GuardException(violation) } }, started);
        }

        var bill = new Bill(spend, [plan.Terms]);
        using var provider = ProviderFactory.Open(embeddings, _target, clock, Notices);
        if (!provider.IsFree && ModelCatalog.Find(_target.Model) is null)
        {
            // A slip in its name, or a dimension that it doesn't make, is found out before anything is written; it costs a token or two.
            await OpenGovernor(provider, bill).EmbedQueryAsync("embsync", cancellationToken);
        }

        await confirm(plan, cancellationToken);
        await column.BeginAsync(_target, plan.Mode, plan.TargetType, request.DropIndexFirst, Step, cancellationToken);
        return Result(plan, await FillAsync(column, plan, request, provider, bill, cancellationToken), started);
    }

    private RequestGovernor OpenGovernor(IEmbeddingProvider provider, Bill bill)
    {
        var governor = ProviderFactory.OpenGovernor(provider, embeddings, null, clock, notices: Notices);
        governor.Unclaimed = bill.Add;
        return governor;
    }

    private async Task<ColumnOutcome> FillAsync(PostgresColumn column, ColumnPlan plan, ColumnRequest request, IEmbeddingProvider provider,
        Bill bill, CancellationToken cancellationToken)
    {
        var (embedding, index) = (TimeSpan.Zero, TimeSpan.Zero);
        var filling = new ColumnFilling(column, OpenGovernor(provider, bill), bill, plan, embeddings.BatchSize, progress, Step);
        IReadOnlyList<string> indexes = [];
        var switched = false;
        Exception? stopped = null;
        try
        {
            for (var round = 1; !switched; round++)
            {
                var begun = clock.GetTimestamp();
                try
                {
                    await filling.RunAsync(cancellationToken);
                    await column.ClearAsync(cancellationToken);
                }
                finally
                {
                    embedding += clock.GetElapsedTime(begun);
                }

                if (filling.Tally.FailureCount > 0)
                {
                    break;
                }

                if (round > MostRounds)
                {
                    throw new GuardException($"rows of {plan.Table} keep changing: what is due was not done in {MostRounds} rounds. All that was embedded is kept; run again, or stop what writes for a moment");
                }

                if (plan.Mode == ColumnMode.Shadow)
                {
                    indexes = await IndexAsync();
                }

                Step("switch");
                switched = await column.SwitchAsync(plan.TargetType, 0, cancellationToken);
            }

            if (switched && plan.Mode == ColumnMode.Relaxed)
            {
                indexes = await IndexAsync();
                Step("finish");
                await column.FinishAsync(cancellationToken);
            }
        }
        catch (Exception exception) when (exception is EmbSyncException or OperationCanceledException)
        {
            stopped = exception;
        }

        return new(filling.Tally.Outcome(stopped), filling.Updated, embedding, index, indexes, switched && plan.Mode != ColumnMode.InPlace);

        async Task<IReadOnlyList<string>> IndexAsync()
        {
            var begun = clock.GetTimestamp();
            try
            {
                Step("index");
                progress.Report(new("building the index", null, (int)filling.Updated, (int)plan.Due, bill.Tokens));
                return await column.BuildIndexesAsync(request.ConcurrentIndex, cancellationToken);
            }
            finally
            {
                index += clock.GetElapsedTime(begun);
            }
        }
    }

    private async Task<ColumnPlan> PlanAsync(PostgresColumn column, ColumnRequest request, CancellationToken cancellationToken)
    {
        var facts = column.Facts;
        var active = column.Models.FirstOrDefault(model => model.IsActive);
        var building = column.Models.FirstOrDefault(model => !model.IsActive);
        var vectors = facts.Vector == "halfvec" || _target.Dimension > PostgresSchema.MaxDimension(VectorType.Vector) ? "halfvec"
            : "vector";
        if (_target.Dimension > PostgresSchema.MaxDimension(VectorType.HalfVec))
        {
            throw new UsageException(Text.Of($"vectors of {_target.Dimension} dimensions can't be indexed: pgvector's HNSW takes {PostgresSchema.MaxDimension(VectorType.HalfVec)} of halfvec. Choose a smaller --dimension"));
        }

        var mode = building is null && active?.Signature == _target && facts.Dimension == _target.Dimension ? ColumnMode.InPlace
            : request.Relax ? ColumnMode.Relaxed : ColumnMode.Shadow;
        if (mode == ColumnMode.Relaxed && (vectors != facts.Vector || (!request.DropIndexFirst && facts.Indexes.Count > 0)))
        {
            throw new UsageException(vectors != facts.Vector
                ? $"--relax-type keeps the column's type, and {_target.Dimension} dimensions need halfvec: leave --relax-type away"
                : "--relax-type needs --drop-hnsw-first: a column without a dimension can't keep an index");
        }

        var against = mode == ColumnMode.InPlace ? active : building is { } begun && begun.Signature == _target ? begun : null;
        var (rows, due, bytes, empty, shown, losing) = await column.CountAsync(against, cancellationToken);
        var terms = ProviderFactory.TermsOf(embeddings, _target);
        return new(
            facts.Table, facts.Column, active?.Signature, _target, facts.Type,
            FormattableString.Invariant($"{vectors}({_target.Dimension})"), mode, rows, due, empty,
            PurchaseEstimate.For((int)due, (bytes + 3) / 4, terms), terms)
        {
            Violation = DeletionGuard.Violation(
                new(
                    $"{facts.Table}.{facts.Column}", (int)losing, (int)shown, Text.Of(
                    $"of {shown:N0} vectors of {facts.Table} are of rows without text, and would go"),
                    losing == shown ? Text.Of($"{facts.Table}.{facts.Column}: none of the rows that show a vector, {shown:N0}, has a text")
                    : null, "taken away",
                    "Look whether --text names the column of the text."),
                MaxDelete, request.MaxDelete),
        };
    }

    private string? Violation(ColumnPlan plan) => plan.Violation ?? spend.Violation(plan.Purchase, plan.Terms.IsFree, byParts: false);

    private ColumnResult Result(ColumnPlan plan, ColumnOutcome outcome, long started)
    {
        var (status, code) = Verdict.Of(outcome.Bought.Stopped, outcome.Bought.Failures.Count > 0);
        return new(ColumnReembedReport.Executed(plan, outcome, clock.GetElapsedTime(started), status), code, outcome.Bought.Stopped);
    }
}
