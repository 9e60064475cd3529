using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;

namespace EmbSync.Core.Jobs.Repair;

/// <summary>What <c>repair</c> says, dry or not; its members are the JSON, version 1.</summary>
/// <param name="Status"><c>planned</c> (dry run), <c>well</c> (nothing to do), <c>mended</c>, <c>left</c> (something remains that repair
/// may not do), <c>failed</c>, <c>lost</c> (the store itself went away).</param>
/// <param name="Missing">What a sync has to buy; null when it is not known because the run ended early.</param>
public sealed record RepairReport(
    int SchemaVersion, bool DryRun, long? RunId, string Status, string Store, IReadOnlyList<RepairEntry> Steps,
    IReadOnlyList<Verification> Verified, RepairMissing? Missing, IReadOnlyList<string> Notes)
{
    internal bool IsLeft => Status == "left";

    /// <summary>Of <c>--verify</c>.</summary>
    public int Requests { get; init; }

    /// <summary>What <c>--verify</c> took; null where it was not asked for.</summary>
    public TokenReport? Tokens { get; init; }

    /// <summary>Its cost; null where it was not asked for.</summary>
    public CostReport? Cost { get; init; }

    internal static RepairReport Of(
        string store, bool dry, long? run, IReadOnlyList<RepairStep> steps, IReadOnlyList<Verification> verified, SyncPlan? plan,
        Exception? stopped)
    {
        var missing = plan is null ? null : new RepairMissing(
            plan.Items.Count, plan.Purchase.Chunks, plan.Purchase.Tokens, plan.Purchase.Cost);
        var remains = steps.Any(step => step.State == RepairState.Left) || missing is { Items: > 0 } || verified.Any(one => one.Below > 0);
        var status = dry ? "planned" : stopped is StoreException { IsLost: true } ? "lost" : stopped is not null ? "failed" : remains
            ? "left" : steps.Count > 0 ? "mended" : "well";
        return new(1, dry, run, status, store,
            [.. steps.Select(step => new RepairEntry(step.Name, step.Subject, step.Amount, step.State.ToString().ToLowerInvariant(),
                step.Sentence))], verified, missing, plan?.Notes ?? []);
    }
}

/// <param name="State"><c>planned</c>, <c>done</c>, <c>left</c>.</param>
public sealed record RepairEntry(string Step, string Subject, long Count, string State, string Text);

/// <param name="Items">Items that a sync has to write.</param>
/// <param name="Chunks">Chunks that it has to buy for that.</param>
/// <param name="Cost">USD; null where the price is unknown.</param>
public sealed record RepairMissing(int Items, int Chunks, long Tokens, decimal? Cost);
