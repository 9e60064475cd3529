using EmbSync.Core.Model;
using EmbSync.Core.Storage.Inspection;

namespace EmbSync.Core.Jobs.Doctor;

/// <summary>
/// What a configuration expects of its store; null for parts that it doesn't say, as when a database is looked at without one.
/// </summary>
/// <param name="Signatures">By space.</param>
internal sealed record StoreExpectation(
    string? Project, IReadOnlyDictionary<string, EmbeddingSignature> Signatures, IReadOnlySet<string> Sources);

/// <summary>What is wrong with a store of embsync's own.</summary>
internal static class StoreFindings
{
    private const string Sync = "embsync sync";
    private const string Repair = "embsync repair";

    /// <param name="expected">Null when the database is looked at without its configuration.</param>
    public static IEnumerable<Finding> Of(StoreFacts store, StoreExpectation? expected) =>
        [.. File(store), .. Head(store, expected), .. Generations(store, expected), .. Rest(store, expected)];

    private static IEnumerable<Finding> File(StoreFacts store)
    {
        if (store.File is not { } file)
        {
            yield break;
        }

        if (file.Integrity is { } damage)
        {
            yield return Finding.Of(FindingKind.Damaged, file.Path, $"SQLite's own check says: {damage}.",
                Mend.Hint($"Restore the file from a backup; or move it away and run '{Sync}', which builds it anew and buys its vectors again."));
        }

        if (file.OthersMay is { } mode)
        {
            yield return Finding.Of(
                FindingKind.Permissions, file.Path, $"Its rights are {mode}.", Mend.Command($"chmod 600 {ShellQuoted(file.Path)}"));
        }
    }

    private static IEnumerable<Finding> Head(StoreFacts store, StoreExpectation? expected)
    {
        if (store.Version == 0)
        {
            yield return Finding.Of(FindingKind.NoStore, store.Place, "Nothing was ever written to it.", Mend.Command(Sync));
        }
        else if (store.Version != store.Known)
        {
            var isNewer = store.Version > store.Known;
            yield return new(FindingKind.SchemaVersion, isNewer ? Severity.Error : Severity.Info, store.Place,
                Text.Of($"It has schema version {store.Version}, this embsync knows {store.Known}."), isNewer
                    ? Mend.Hint("Upgrade embsync.") : Mend.Command(Sync));
        }

        if (expected?.Project is { } project && store.Project is { } owner && owner != project)
        {
            yield return Finding.Of(FindingKind.OtherProject, store.Place, $"It belongs to project '{owner}', and this is '{project}'.",
                Mend.Hint($"Give this project a store of its own ({(store.Schema is null ? "store.path" : "store.schema")}), or set 'project: {owner}' if the two are one."));
        }
    }

    private static IEnumerable<Finding> Generations(StoreFacts store, StoreExpectation? expected)
    {
        foreach (var generation in store.Generations)
        {
            var subject = Text.Of($"{store.Place}, generation {generation.Value.Id}");
            var signature = generation.Value.Signature;
            var inSpace = generation.Value.Space == Generation.DefaultSpace ? "" : " --space " + generation.Value.Space;
            var asked = expected?.Signatures.GetValueOrDefault(generation.Value.Space);
            if (!generation.HasTable)
            {
                yield return Finding.Of(FindingKind.NoTable, subject, $"Its table {generation.Table} is gone.",
                    Mend.Hint($"Restore it from a backup; or run '{Repair}', which makes an empty one, and then '{Sync}', which buys its vectors again."));
                continue;
            }

            if (generation.Value.State == GenerationState.Building)
            {
                yield return Finding.Of(FindingKind.HalfBuilt, subject,
                    Text.Of($"{signature.Model}, {signature.Dimension}: {Text.Count(generation.Vectors, "vector")}, {generation.Missing:N0} of {Text.Count(store.Chunks, "chunk")} {Text.Agreeing(generation.Missing, "is", "are")} missing."),
                    Mend.Command(asked?.Fingerprint == signature.Fingerprint ? "embsync reembed" + inSpace
                        : Text.Of($"embsync reembed --model {ShellQuoted(signature.Model)} --dimension {signature.Dimension}") + inSpace));
            }

            if (generation.Value.State == GenerationState.Active && generation.Missing > 0)
            {
                yield return Finding.Of(FindingKind.MissingVectors, subject, Text.Of($"{generation.Missing:N0} of {Text.Count(store.Chunks, "chunk")} {Text.Agreeing(generation.Missing, "has", "have")} no vector."), Mend.Command(Sync));
            }

            if (generation.WrongSize + generation.Zero + generation.NotFinite > 0)
            {
                yield return Finding.Of(FindingKind.BadVectors, subject,
                    Text.Of($"Of {Text.Count(generation.Vectors, "vector")} {generation.WrongSize:N0} {Text.Agreeing(generation.WrongSize, "has", "have")} another dimension than {signature.Dimension}, {generation.Zero:N0} {Text.Agreeing(generation.Zero, "is", "are")} zero, {generation.NotFinite:N0} {Text.Agreeing(generation.NotFinite, "is", "are")} not finite."),
                    Mend.Command($"{Repair} && {Sync}"));
            }

            if (generation.Value is { State: GenerationState.Active, IsPinned: true })
            {
                yield return Finding.Of(FindingKind.Pinned, subject,
                    Text.Of($"{signature.Model}, {signature.Dimension}: syncs keep it, whatever the configuration says."), Mend.Command(
                    "embsync reembed --unpin" + inSpace));
            }
            else if (asked is not null && generation.Value.State == GenerationState.Active && signature.Fingerprint != asked.Fingerprint)
            {
                yield return Finding.Of(FindingKind.OtherModel, subject,
                    Text.Of($"It is of {signature.Provider} {signature.Model}, {signature.Dimension}; the configuration asks for {asked.Provider} {asked.Model}, {asked.Dimension}."),
                    Mend.Command($"{Sync} --dry-run"));
            }
        }

        if (store.Version > 0 && store.Version <= store.Known && !store.Generations.Any(one => one.Value.State == GenerationState.Active))
        {
            yield return Finding.Of(FindingKind.NoActive, store.Place, "None of its generations is active.", Mend.Command(Sync));
        }
    }

    private static IEnumerable<Finding> Rest(StoreFacts store, StoreExpectation? expected)
    {
        if (store.SpareVectors > 0)
        {
            yield return Finding.Of(FindingKind.SpareVectors, store.Place, $"{Text.Count(store.SpareVectors, "vector")} of text that is no longer in any item. '{Repair}' collects them after a grace time.");
        }

        foreach (var (name, items) in store.Sources.Where(source => expected is not null && !expected.Sources.Contains(source.Source)))
        {
            yield return Finding.Of(
                FindingKind.OrphanSource, $"source {name}", $"{Text.Count(items, "item")} of a source that the configuration doesn't have.",
                Mend.Hint(Text.Of($"Put the source back into the configuration; or remove its items: {Repair} --max-delete {items}")));
        }

        if (store.LockHolder is { } holder)
        {
            yield return Finding.Of(FindingKind.Locked, store.Place, $"Held by {holder.Trim(' ', '(', ')')}.", Mend.Hint(
                "Wait for it to end; its lock goes with it."));
        }
        else
        {
            foreach (var (id, command, startedAt) in store.OpenRuns)
            {
                yield return Finding.Of(FindingKind.DeadRun, Text.Of($"run {id}"),
                    Text.Of($"'{command}', begun {startedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC, says running, and nobody writes."),
                    Mend.Command(Sync));
            }
        }

        if (store.HasView == false)
        {
            yield return Finding.Of(FindingKind.View, store.Place, "The view of a space is missing or doesn't read the active generation.",
                Mend.Command(Repair));
        }
    }

    /// <summary>For a POSIX shell.</summary>
    internal static string ShellQuoted(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+=:@".Contains(c, StringComparison.Ordinal))
        ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
