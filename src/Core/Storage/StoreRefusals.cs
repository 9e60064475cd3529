using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Model;

namespace EmbSync.Core.Storage;

/// <summary>What all stores refuse, in the same words.</summary>
internal static class StoreRefusals
{
    /// <param name="setting">The setting that gives a project a store of its own.</param>
    public static StoreRefusedException OtherProject(string store, string owner, string project, string setting) => new(
        $"{store} belongs to project '{owner}', and this is project '{project}': nothing was written. Give this project a store of its own "
        + $"with {setting}, or set 'project: {owner}' if the two are one.");

    public static StoreRefusedException NewerSchema(string store, int found, int known) => new(FormattableString.Invariant(
        $"{store} has schema version {found}, this embsync knows {known}: nothing was read or written. Upgrade embsync."));

    public static LockedException Lost(string store) => new(
        $"Another embsync run took over writing to {store}: this one wrote nothing more. What it had committed is kept; run it again "
            + "once the other is done.");

    public static LockedException Ended(string store) => new($"This run's right to write to {store} has ended: nothing was written.");

    /// <param name="holder">Who, in words that begin with a space; empty where that isn't known.</param>
    public static LockedException IsBuilt(string store, string space, string holder) => new(
        $"Another embsync run builds a generation of space '{space}' in {store}{holder}. Wait for it to end and switch ('embsync runs' shows it), then run the command again.");

    public static StoreException NoLongerBuilt(string store, Generation generation) => new(FormattableString.Invariant(
        $"{store}: generation {generation.Id} ({generation.Signature.Model}, {generation.Signature.Dimension}) is no longer being built: another run chose another model. Nothing of the batch was written."));

    /// <summary>No generation of the space is active.</summary>
    public static EmbSyncException NothingIndexed(string store, StoreHead head, string space)
    {
        var there = head.Generations.Where(generation => generation.State == GenerationState.Active).Select(
            generation => generation.Space).ToList();
        return there.Count == 0 ? new StoreException($"nothing is indexed yet in {store}: run 'embsync sync' first")
            : new UsageException($"nothing is indexed yet in space '{space}': {Guess.ThereIs(space, there)}");
    }

    public static StoreException NoGeneration(string store, int id) => new(FormattableString.Invariant(
        $"{store} has no generation {id}: it was removed meanwhile. Run the command again."));

    public static StoreException NoRun(string store, long id) => new(FormattableString.Invariant(
        $"{store} has no run {id} to record the outcome of: its receipts were removed meanwhile. What the run committed is kept."));

    public static StoreException NotAQuery(string fault, StoredGeneration generation) => new(
        $"The query's vector {fault}; {generation} can't be searched with it. Check that the configured model is the one the store was "
            + "built with.");
}
