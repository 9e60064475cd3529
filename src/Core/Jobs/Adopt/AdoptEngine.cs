using System.Numerics.Tensors;
using EmbSync.Core.Buying;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Providers;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Adopt;

/// <param name="Stopped">Why nothing was adopted, though something was bought; null when it was walked to its end.</param>
public sealed record AdoptResult(AdoptReport Report, ExitCode ExitCode, Exception? Stopped);

/// <summary>
/// Takes over vectors that another program bought, for texts that a sync would buy. A sample of those texts is embedded once more, and all
/// are refused if one
/// vector of the sample isn't what the model answers. What the sample cost isn't lost: its fresh vectors are stored. In batches; a second
/// run goes on.
/// </summary>
/// <param name="space">Whose model the vectors are of.</param>
public sealed class AdoptEngine(Workspace workspace, string space, SpendLimit spend, TimeProvider clock)
{
    private const int Batch = 500;
    private const string Command = "adopt";

    /// <summary>Looked at for an earlier refusal.</summary>
    private const int PastRuns = 200;

    /// <summary>Of the generation that syncs fill, which is not the configured one while a space is pinned.</summary>
    private EmbeddingSignature _signature = workspace.SignatureOf(space);

    /// <exception cref="UsageException">No such table, column or collection.</exception>
    /// <exception cref="SourceException">The database can't be reached.</exception>
    /// <exception cref="GuardException">The sample would cost more than the budget allows.</exception>
    public async Task<AdoptResult> RunAsync(AdoptRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        await using var paid = new PaidVectors(request);
        if (!request.DryRun)
        {
            await RefuseAgainAsync(paid.Name, request, cancellationToken);
        }

        (_signature, var wanted) = await WantedTexts.FindAsync(workspace, space, cancellationToken);
        var tally = new AdoptTally(wanted, _signature.Dimension, request);
        await foreach (var row in paid.ReadAsync(cancellationToken))
        {
            tally.Add(row);
        }

        var terms = workspace.TermsOf(_signature);
        var check = PurchaseEstimate.For(tally.Sample.Count, tally.Sample.Sum(one => (long)one.Input.Tokens), terms);
        var report = AdoptReport.Planned(
            paid.Name, _signature, wanted.Count, tally, check, PurchaseEstimate.For(tally.Found, tally.Tokens, terms).Cost, request.DryRun);
        if (request.DryRun || tally.Found == 0)
        {
            return new(report, ExitCode.Done, null);
        }

        return spend.Violation(check, terms.IsFree, byParts: false) is { } violation
            ? throw new GuardException($"the sample of {tally.Sample.Count}: {violation}")
            : await IndexedAsync(await AdoptAsync(paid, tally, report, check, cancellationToken), cancellationToken);
    }

    /// <summary>What was adopted is in the store, whatever becomes of the index.</summary>
    private async Task<AdoptResult> IndexedAsync(AdoptResult result, CancellationToken cancellationToken)
    {
        try
        {
            await workspace.EnsureIndexesAsync(result is { Stopped: null, Report.Adopted: > 0 } ? [space] : [], cancellationToken);
            return result;
        }
        catch (Exception exception) when (exception is EmbSyncException or OperationCanceledException)
        {
            var (status, exitCode) = Verdict.Of(exception, hasFailures: false);
            return new(result.Report with { Status = status }, exitCode, exception);
        }
    }

    /// <summary>
    /// Another sample of the same rows may miss the wrong ones by chance: once refused, somebody has to say that it is another case.
    /// </summary>
    private async Task RefuseAgainAsync(string from, AdoptRequest request, CancellationToken cancellationToken)
    {
        var last = (await workspace.Store.ReadRunsAsync(PastRuns, cancellationToken)).FirstOrDefault(
            run => run.Command == Command && run.Status is "done" or "stopped");
        if (last is { Status: "stopped", Error: { } error } && error.Contains($" {from} ", StringComparison.Ordinal)
            && !request.DespiteRefusal)
        {
            throw new GuardException(Text.Of($"run {last.Id} compared a sample of {from} and refused it: another sample may miss the wrong vectors by chance. Nothing was bought or adopted. ")
                + "Take out what is wrong there, then run this with --despite-refusal and a larger --sample; or let a sync buy fresh ones");
        }
    }

    private async Task<AdoptResult> AdoptAsync(
        PaidVectors paid, AdoptTally tally, AdoptReport report, PurchaseEstimate check, CancellationToken cancellationToken)
    {
        using var provider = workspace.OpenProvider(_signature);
        await using var writer = await workspace.BeginWriteAsync(cancellationToken);
        var generation = await writer.OpenGenerationAsync(space, _signature, cancellationToken);
        var bill = new Bill(spend, [workspace.TermsOf(_signature)]);
        var receipt = new Receipt(writer, Command, null, bill, clock);
        await receipt.OpenAsync(tally.Found, cancellationToken);
        var sampling = TimeSpan.Zero;
        Exception? stopped = null;
        report = await receipt.KeepAsync(async () =>
        {
            var adopted = 0;
            try
            {
                var begun = clock.GetTimestamp();
                (report, stopped) = await CompareAsync(provider, writer, generation.Id, tally, report, bill, cancellationToken);
                sampling = clock.GetElapsedTime(begun);
                if (report.Sample!.Below + report.Sample.Failed > 0)
                {
                    stopped ??= new GuardException(Refusal(report));
                }

                await foreach (var rows in (stopped is null ? UsableAsync(paid, tally, cancellationToken)
                    : AsyncEnumerable.Empty<VectorRow>()).Chunk(Batch).WithCancellation(cancellationToken))
                {
                    var there = await workspace.Store.ReadExistingAsync(
                        generation.Id, [.. rows.Select(row => row.Hash)], cancellationToken);
                    VectorRow[] missing = [.. rows.Where(row => !there.Contains(row.Hash)).DistinctBy(row => row.Hash)];
                    if (missing.Length > 0)
                    {
                        await writer.CommitAsync(new(generation.Id, missing, [], []), cancellationToken);
                        adopted += missing.Length;
                    }
                }
            }
            catch (Exception exception) when (exception is EmbSyncException or OperationCanceledException)
            {
                stopped = exception;
            }

            return report with { Adopted = adopted };
        });
        var verdict = Verdict.Of(stopped, hasFailures: false);
        var end = await receipt.CloseAsync(new(
            verdict, stopped, tally.Found, report.Adopted, RunDetails.Of(
            PurchaseReceipt.Of(bill, receipt.Id, [(space, _signature, check)], report.Sample?.Failed ?? 0, sampling, verdict.Status))));
        return new(report with { Status = end.Status, Notes = end.Notes }, end.ExitCode, end.Stopped);
    }

    /// <summary>
    /// Buys the sample, stores it, and compares it. Like all that is bought it is on disk before the database is asked, and within the
    /// budget.
    /// </summary>
    private async Task<(AdoptReport Report, Exception? Stopped)> CompareAsync(
        IEmbeddingProvider provider, IStoreWriter writer, int generation, AdoptTally tally, AdoptReport report, Bill bill,
        CancellationToken cancellationToken)
    {
        var theirs = tally.Sample.ToDictionary(one => one.Input.Hash, one => one.Vector);
        var cosines = new List<double>();
        Exception? stopped = null;
        try
        {
            using var embedding = workspace.OpenPaid(provider, bill);
            await new BuyingLoop(embedding.EmbedAsync, bill).RunAsync(
                tally.Sample.Select(one => one.Input).ToAsyncEnumerable(), StoreAsync, cancellationToken);
        }
        catch (Exception exception) when (exception is EmbSyncException or OperationCanceledException)
        {
            stopped = exception;
        }

        var bought = bill.On(SyncOutcome.Nothing);
        return (report with { Sample = AdoptSample.Of(cosines, theirs.Count, bought.Requests, bought.Tokens) }, stopped);

        async Task StoreAsync(EmbedAnswer answer, IReadOnlyList<VectorRow> vectors)
        {
            if (vectors.Count > 0)
            {
                await writer.CommitAsync(new(generation, vectors, [], []), CancellationToken.None);
            }

            cosines.AddRange(vectors.Select(vector => (double)TensorPrimitives.CosineSimilarity(vector.Vector.Span, theirs[vector.Hash])));
        }
    }

    private async IAsyncEnumerable<VectorRow> UsableAsync(
        PaidVectors paid, AdoptTally tally, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in paid.ReadAsync(cancellationToken))
        {
            if (row.Vector.Length != _signature.Dimension || !row.IsUsable)
            {
                continue;
            }

            var unit = new float[row.Vector.Length];
            TensorPrimitives.Divide(row.Vector, TensorPrimitives.Norm<float>(row.Vector), unit);
            foreach (var (hash, text) in row.Names().Where(name => tally.Has(name.Hash, row.Vector)))
            {
                yield return new(hash, unit, TokenEstimate.Estimate(text));
            }
        }
    }

    private string Refusal(AdoptReport report) => Text.Of($"{report.Sample!.Below + report.Sample.Failed} of {Text.Count(report.Sample.Size, "sampled vector")} of {report.From} are not what {_signature.Model} with {_signature.Dimension} dimensions answers ")
        + Text.Of($"for their text (lowest cosine {report.Sample.Lowest:0.0000}, least allowed {AdoptRequest.Least}): nothing was adopted. They are of another model, or of a text that was changed before it was embedded. The next sync buys fresh ones");
}
