using EmbSync.Core.Configuration;
using EmbSync.Core.Git;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Sources;
using EmbSync.Core.Sources.Markdown;
using EmbSync.Core.Storage;
using EmbSync.Core.Storage.Spool;

namespace EmbSync.Core.Jobs.Sync;

/// <param name="Head">State of the store that the plan was made from.</param>
/// <param name="Commit">Commit that was read, or HEAD under the work tree; null without git.</param>
/// <param name="Records">What to record of each source when the plan was applied without a failure.</param>
/// <param name="HasBookkeeping">Nothing to embed or write, yet a record or a switch of generations is outstanding.</param>
public sealed record MadePlan(SyncPlan Plan, StoreHead Head, string? Commit, IReadOnlyList<SourceRecord> Records, bool HasBookkeeping);

/// <summary>Gathers what the planner needs, from sources and store, and plans. Reads only.</summary>
internal sealed class PlanMaker(Workspace workspace)
{
    internal const string MemoryNote = "store.backend memory keeps nothing after this run: every run embeds everything again";

    /// <param name="spooled">Paid vectors that wait for the store count as there. False once they were played back: what is still waiting
    /// then stays out.</param>
    public async Task<MadePlan> MakeAsync(SyncRequest request, CancellationToken cancellationToken, bool spooled = true)
    {
        var store = workspace.Store;
        var head = await store.ReadHeadAsync(cancellationToken);
        var targets = workspace.Spaces.Select(space => TargetOf(head, space)).ToList();
        var at = request.At is null ? null : workspace.Git.Require().ResolveCommit(request.At);
        var commit = at ?? workspace.Git.Repository?.HeadCommit;

        var surveyor = new Surveyor(store, request.All || request.Reindex);
        var surveys = new List<SourceSurvey>();
        var records = new List<SourceRecord>();
        var named = new NamedItems(request, workspace.Config);
        foreach (var source in workspace.Chosen(request.Sources))
        {
            var ids = source is IRowSource lookedUp ? await named.IdsInAsync(lookedUp, cancellationToken) : [];
            if (source is IRowSource && request.Ids.Count > 0 && ids.Count == 0)
            {
                continue;
            }

            var scope = ScopeOf(source, request, at, head.Sources.GetValueOrDefault(source.Name)?.Commit);
            int?[] generations = [.. targets.Select(target => target.Existing?.Id)];
            var survey = source is IRowSource rows
                ? await new RowSurvey(rows, workspace.Config.Sources.First(one => one.Name == source.Name), store, RowsOf(request, ids))
                    .RunAsync(generations, cancellationToken)
                : await surveyor.SurveyAsync(source, at, scope, generations, cancellationToken);
            surveys.Add(survey);
            if (IsInStepAfter(request, survey))
            {
                records.Add(new(source.Name, commit, source.Pipeline));
            }
        }

        if (request.Sources.Count == 0 && request.Ids.Count == 0 && request.Since is null)
        {
            foreach (var name in (await store.ReadSourceNamesAsync(cancellationToken)).Except(
                workspace.Sources.Select(source => source.Name)))
            {
                surveys.Add(await surveyor.SurveyUnconfiguredAsync(name, cancellationToken));
            }
        }

        var cacheOnly = workspace.Config.Store.Branch is { } branch && !OnBranch(commit, branch);
        var plan = Planner.Plan(
            new(request, await InputsAsync(targets, surveys, head, spooled, cancellationToken), surveys, workspace.Config.Limits,
            request.Automatic ? workspace.Config.Embeddings.AutoIndex : null, cacheOnly)
            {
                Chosen = named.In(surveys),
                Known = new(workspace.Config.Accept) { Before = request.BlockedBefore },
            });
        plan = plan with { Told = plan.Blocked.Count == 0 ? plan.Told : await ToldAsync(cancellationToken) };
        if (request.Automatic && (plan.CutOff > 0 || plan.Rest is not null))
        {
            // What the gate keeps back is not in step.
            records.Clear();
        }

        // What the guard keeps is not in step either: a later --since has to see it.
        records.RemoveAll(record => plan.Refused.Any(refused => refused.Source == record.Name));
        var outstanding = records.Any(record => head.Sources.GetValueOrDefault(record.Name) != record)
            || (workspace.Spool is { } spool && new SpoolReplay(spool).IsWaiting)
            || targets.Exists(target => target.IsOutstanding && plan.IsEmpty && !request.IsPartial)
            || targets.Exists(target => target.PinIsOver);
        var keepsStill = request.Automatic && workspace.Config.Embeddings.AutoIndex == AutoIndex.Off;
        return new(Noted(plan, request, surveys, head), head, commit, cacheOnly || keepsStill ? [] : records,
            outstanding && !cacheOnly && !keepsStill && plan.Total > 0);
    }

    private RowSurveyRequest RowsOf(SyncRequest request, IReadOnlyList<string> ids) => new(
        request.All || request.Reindex, ids, request.Limit, request.Whole, workspace.RowsAtATime, request.Takes);

    /// <summary>
    /// Blocked items that runs have named since each source was last looked at as a whole: only what is new since is said again.
    /// </summary>
    private async Task<IReadOnlySet<(string Source, string Id, string Code)>> ToldAsync(CancellationToken cancellationToken)
    {
        var (told, settled) = (new HashSet<(string, string, string)>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var report in (await workspace.Store.ReadRunsAsync(PastReceipts.Most, cancellationToken))
            .Select(run => RunDetails.Read(run.Details)).OfType<SyncReport>())
        {
            told.UnionWith(report.Errors.Where(error => !settled.Contains(error.Source)).Select(
                error => (error.Source, error.Id, error.Code)));
            settled.UnionWith(report.Sources.Where(source => source.Whole).Select(source => source.Name));
        }

        return told;
    }

    private bool OnBranch(string? commit, string branch) => workspace.Git.Require().IsOnBranch(
            commit ?? throw new GitException($"store.branch says '{branch}', and there is no commit yet. Commit first, or take the setting away."), branch)
        ?? throw new GitException($"store.branch says '{branch}', and this clone has no such branch. Fetch it ('git fetch origin {branch}'), or change the setting.");

    private static GenerationTarget TargetOf(StoreHead head, ConfiguredSpace space)
    {
        var active = head.Active(space.Name);
        var configured = space.Signature;
        var signature = active is { IsPinned: true } ? active.Signature : configured;
        return new(space.Name, signature, active, head.Generations.FirstOrDefault(generation =>
            generation.Space == space.Name && generation.Signature.Fingerprint == signature.Fingerprint))
        {
            IsAdded = active is null && head.Generations.Any(generation => generation.State == GenerationState.Active),
            PinnedAgainst = signature.Fingerprint == configured.Fingerprint ? null : configured,
        };
    }

    /// <summary>What <c>--since</c> limits a source to, once its stored items are known; null for the whole source.</summary>
    private static Func<IReadOnlyList<StoredItem>,
        ScopedPaths>? ScopeOf(ISource source, SyncRequest request, string? at, string? recorded) =>
        request.Since is { } since && source is MarkdownSource markdown
            ? stored => markdown.Scope(since, at, recorded, stored
                .GroupBy(item => item.Locator, StringComparer.Ordinal).ToDictionary(group => group.Key, VersionOf, StringComparer.Ordinal))
            : null;

    /// <summary>Two rows on one path: none of their versions is the file's, so that it is looked at.</summary>
    private static string VersionOf(IEnumerable<StoredItem> rows) => rows.Take(2).ToList() is [var row] ? row.Version : "";

    /// <summary>Whether the source is in step with the commit once the plan is applied without a failure.</summary>
    private static bool IsInStepAfter(SyncRequest request, SourceSurvey survey) =>
        request.Limit is null && request.Ids.Count == 0 && !request.KeepOrphans && survey.Covers;

    private async Task<IReadOnlyList<SpaceInput>> InputsAsync(
        List<GenerationTarget> targets, List<SourceSurvey> surveys, StoreHead head, bool spooled, CancellationToken cancellationToken)
    {
        var hashes = surveys.SelectMany(survey => survey.Read).SelectMany(item => item.Hashes).ToHashSet();
        var inputs = new List<SpaceInput>(targets.Count);
        foreach (var target in targets)
        {
            var listed = workspace.TermsOf(target.Signature);
            var terms = listed.IsFree ? listed : listed with
            {
                Past = PastReceipts.Of(await workspace.Store.ReadRunsAsync(PastReceipts.Most, cancellationToken), target.Signature.Model),
            };
            inputs.Add(new(target, await ExistingAsync(hashes, target, head, spooled, cancellationToken), terms));
        }

        return inputs;
    }

    private async Task<IReadOnlySet<ContentHash>> ExistingAsync(
        HashSet<ContentHash> hashes, GenerationTarget target, StoreHead head, bool spooled, CancellationToken cancellationToken)
    {
        IReadOnlySet<ContentHash> stored = new HashSet<ContentHash>();
        if (hashes.Count > 0)
        {
            // A generation that is made anew takes over the vectors of its like in other spaces.
            var like = target.Existing is { } existing ? [existing]
                : head.Generations.Where(generation => generation.Signature.Fingerprint == target.Signature.Fingerprint).ToArray();
            foreach (var generation in like)
            {
                var found = await workspace.Store.ReadExistingAsync(generation.Id, hashes, cancellationToken);
                stored = stored.Count == 0 ? found : stored.Concat(found).ToHashSet();
            }
        }

        // Paid, and played back by the run that writes: nothing to buy.
        return spooled && workspace.Spool is { } spool && new SpoolReplay(spool).Waiting(target.Signature) is { Count: > 0 } waiting
            ? stored.Concat(waiting).ToHashSet()
            : stored;
    }

    private SyncPlan Noted(SyncPlan plan, SyncRequest request, List<SourceSurvey> surveys, StoreHead head)
    {
        var notes = plan.Notes.ToList();
        if (request.Since is not null && plan.ModelChanged)
        {
            notes.Add("the configured model or dimension is not that of the active generation: items outside the scope need a full run ('embsync sync' without --since)");
        }

        foreach (var target in plan.Spaces.Select(space => space.Target).Where(target => target.PinnedAgainst is not null))
        {
            notes.Add($"{target.Active!.Signature.Model} with {Text.Count(target.Active.Signature.Dimension, "dimension")} stays in use, as 'embsync reembed' left it, although the configuration "
                + $"says {target.PinnedAgainst!.Model} with {target.PinnedAgainst.Dimension}. Change the configuration to agree, or end this with 'embsync reembed --unpin'"
                + (target.Space == Generation.DefaultSpace ? "" : $" --space {target.Space}"));
        }

        foreach (var left in head.Generations.Where(
            generation => generation.State == GenerationState.Active && !plan.Spaces.Any(space => space.Name == generation.Space)))
        {
            notes.Add($"space '{left.Space}' ({left.Signature.Model}, {left.Signature.Dimension}) is no longer configured: it can be searched with --space {left.Space}, and is not kept in step");
        }

        if (workspace.Config.Store.Backend == StoreBackend.Memory && plan.Buy.Count > 0)
        {
            notes.Add(MemoryNote);
        }

        if (workspace.Config.Embeddings.MissingKey is { } missing && plan.Purchase is { Chunks: > 0 } && plan.Spaces.Any(
            space => !space.Terms.IsFree))
        {
            notes.Add($"{missing}: a sync that has to buy needs it");
        }

        if (plan.CacheOnly)
        {
            notes.Add("the commit is not on the store's branch (store.branch): vectors are bought for reuse, no item is changed");
        }

        notes.AddRange(plan.Sources.Where(source => source.Withheld > 0).Select(source =>
            $"source '{source.Source}': {Text.Count(source.Withheld, "item")} gone from the source {(source.Withheld == 1 ? "is" : "are")} kept, "
            + "because a blocked file may be one of them under another name; mend it and run again"));
        notes.AddRange(surveys.Where(survey => survey.Configured && !survey.Complete && request.Since is null && request.Ids.Count == 0)
            .Select(survey =>
            $"source '{survey.Source}' could not be read whole: nothing of it is deleted"));
        return plan with { Notes = notes };
    }
}
