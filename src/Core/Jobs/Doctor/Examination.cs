using EmbSync.Core.Configuration;
using EmbSync.Core.Git;
using EmbSync.Core.Model;
using EmbSync.Core.Postgres;
using EmbSync.Core.Providers;
using EmbSync.Core.Storage.Inspection;
using EmbSync.Core.Storage.Postgres;
using EmbSync.Core.Storage.Postgres.Inspection;
using EmbSync.Core.Storage.Sqlite.Inspection;

namespace EmbSync.Core.Jobs.Doctor;

/// <param name="Table">Only this table, wherever it is; null for all.</param>
/// <param name="Fix">Do the mends that are safe.</param>
/// <param name="DryRun">With <see cref="Fix"/>: only show them.</param>
/// <param name="Probe">Ask the provider for one embedding, which costs a token.</param>
public sealed record DoctorRequest(string? Table, bool Fix, bool DryRun, bool Probe);

/// <summary>
/// Looks, judges, mends what was asked for, looks again. Without <see cref="DoctorRequest.Fix"/> nothing is changed anywhere.
/// </summary>
/// <param name="progress">A line before each mend.</param>
public sealed class Examination(DoctorRequest request, TimeProvider clock, IProgress<string> progress)
{
    /// <summary>Any database, with or without a store of embsync's.</summary>
    /// <exception cref="StoreException">It can't be reached.</exception>
    /// <exception cref="UsageException">The address can't be understood, or there is no such table.</exception>
    public async Task<DoctorReport> OfDatabaseAsync(Secret url, CancellationToken cancellationToken)
    {
        await using var database = new PostgresDatabase(url, "embsync");
        var (before, after, mends) = await ExamineAsync(
            database, new(null, request.Table), facts => DatabaseFindings.Of(facts), cancellationToken);
        return Report($"postgres {after.Place}", after, before, [], null, DatabaseFindings.Of(after), mends);
    }

    /// <summary>The configured store, provider and repository.</summary>
    /// <param name="config">Null when it can't be used: then only the repository is looked at.</param>
    /// <param name="problem">Why not.</param>
    public async Task<DoctorReport> OfConfiguredAsync(
        EmbSyncConfig? config, string? problem, GitDiscovery git, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(git);
        List<Finding> findings = [.. RepositoryFindings.Of(RepositoryFacts.Look(git, config?.Root)), .. RepositoryFindings.OfConfig(
            problem)];
        if (config is null)
        {
            return Report("configuration", null, null, [], null, findings, []);
        }

        ProviderFacts? provider = null;
        if (request.Probe && ProviderProbe.IsFor(config.Embeddings))
        {
            foreach (var (_, embeddings) in config.Embeddings.BySpace)
            {
                var asked = await new ProviderProbe(embeddings, clock).AskAsync(cancellationToken);
                findings.AddRange(ProviderProbe.Findings(asked, embeddings));
                provider ??= asked;
            }
        }
        else
        {
            findings.AddRange(ProviderProbe.Unasked(config.Embeddings));
        }

        var expected = new StoreExpectation(config.OwnsItsStore ? null : config.Project,
            config.Embeddings.BySpace.ToDictionary(space => space.Space, space => ProviderFactory.SignatureOf(space.Config)),
            config.Sources.Select(source => source.Name).ToHashSet());
        if (request.Table is not null && config.Store.Backend != StoreBackend.Postgres)
        {
            throw new UsageException(
                "--table names a table of a PostgreSQL database, and the configured store is none: give --postgres-url too");
        }

        try
        {
            if (request.Table is null)
            {
                await using var workspace = Workspace.Open(config, git, clock);
                findings.AddRange(await SourceFindings.OfAsync(workspace, clock, cancellationToken));
            }

            return config.Store switch
            {
                { Backend: StoreBackend.Postgres } store => await OfPostgresAsync(store, expected, provider, findings, cancellationToken),
                { Backend: StoreBackend.Sqlite } store => OfSqlite(store, Shown(config), expected, provider, findings, cancellationToken),
                _ => Report("memory", null, null, [], provider, findings, []),
            };
        }
        catch (Exception error) when (error is StoreException or StoreRefusedException)
        {
            findings.Add(Finding.Of(
                FindingKind.NotReached, config.Store.Backend == StoreBackend.Sqlite ? Shown(config) : "store.url", error.Message));
            return Report("configured store", null, null, [], provider, findings, []);
        }
    }

    /// <summary>The address holds a password that was written out where other processes and the shell's history see it.</summary>
    public static bool HoldsPassword(Secret url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return !url.Origin.StartsWith("env:", StringComparison.Ordinal) && PostgresUrl.HoldsPassword(url);
    }

    private static string Shown(EmbSyncConfig config)
    {
        var relative = Path.GetRelativePath(config.Root, config.Store.Path);
        return "sqlite " + (relative.StartsWith("..", StringComparison.Ordinal) ? config.Store.Path : relative);
    }

    private async Task<DoctorReport> OfPostgresAsync(
        StoreConfig store, StoreExpectation expected, ProviderFacts? provider, List<Finding> findings, CancellationToken cancellationToken)
    {
        await using var database = new PostgresDatabase(
            store.Url ?? throw new UsageException("store.backend is postgres, and store.url is missing"), store.Schema);
        var schema = request.Table is null ? store.Schema : null;
        IReadOnlyList<Finding> Judge(DatabaseFacts facts) => DatabaseFindings.Of(facts, expected, schema);
        var (before, after, mends) = await ExamineAsync(database, new(schema, request.Table), Judge, cancellationToken);
        return Report($"postgres {after.Place}" + (schema is null ? "" : $" schema {schema}"), after, before, after.Stores, provider,
            [.. findings, .. Judge(after)], mends);
    }

    private DoctorReport OfSqlite(
        StoreConfig store, string place, StoreExpectation expected, ProviderFacts? provider, List<Finding> findings,
        CancellationToken cancellationToken)
    {
        var facts = new SqliteInspector(store, place).Look(cancellationToken);
        return Report(place, null, null, facts.Version == 0 ? [] : [facts], provider, [.. findings, .. StoreFindings.Of(facts, expected)],
            []);
    }

    /// <summary>
    /// Answers what was there before mending (null when nothing was mended), what is there now, and what was done between.
    /// </summary>
    private async Task<(DatabaseFacts? Before, DatabaseFacts Now, IReadOnlyList<MendReport> Mends)> ExamineAsync(
        PostgresDatabase database, InspectionRange range, Func<DatabaseFacts, IReadOnlyList<Finding>> judge,
        CancellationToken cancellationToken)
    {
        var inspector = new PostgresInspector(database, clock, range);
        var facts = await inspector.LookAsync(cancellationToken);
        if (request.Table is { } table && facts.Columns.Count + facts.TextTables.Count == 0)
        {
            throw new UsageException($"--table '{table}': there is no such table in {facts.Place}, or it is embsync's own");
        }

        var safe = !request.Fix ? [] : judge(facts).Where(finding => finding.Mend is { IsSafe: true })
            .DistinctBy(finding => string.Join('\n', finding.Mend!.Steps)).OrderBy(finding => finding.Mend!.Order).ToList();
        if (request.DryRun || safe.Count == 0)
        {
            return (null, facts, [.. safe.Select(finding => Planned(finding))]);
        }

        var done = new List<MendReport>();
        foreach (var finding in safe)
        {
            progress.Report(Text.Of($"mend {done.Count + 1} of {safe.Count}: {finding.Mend!.Steps[^1]}"));
            var begun = clock.GetTimestamp();
            var failure = await new PostgresMender(database).RunAsync(finding.Mend, cancellationToken);
            var seconds = Math.Round(clock.GetElapsedTime(begun).TotalSeconds, 2);
            done.Add(Planned(finding) with { State = failure is null ? "done" : "failed", Seconds = seconds, Message = failure });
        }

        return (facts, await inspector.LookAsync(cancellationToken), done);
    }

    private static MendReport Planned(Finding finding) =>
        new(finding.Kind.Code, finding.Subject, finding.Mend!.Steps, "planned", null, null);

    private static DoctorReport Report(
        string target, DatabaseFacts? facts, DatabaseFacts? before, IReadOnlyList<StoreFacts> stores, ProviderFacts? provider,
        IReadOnlyList<Finding> findings,
        IReadOnlyList<MendReport> mends)
    {
        var sorted = DatabaseFindings.Sorted(findings);
        return new(
            1,
            target,
            facts is null ? null : ReportParts.Of(facts),
            [.. (facts?.Columns ?? []).Select(column => ReportParts.Of(
                column, before?.Columns.FirstOrDefault(old => old.Table == column.Table && old.Column == column.Column)))],
            [.. (stores.Count > 0 ? stores : facts?.Stores ?? []).Select(ReportParts.Of)],
            provider is null ? null : ReportParts.Of(provider),
            [.. sorted.Select(ReportParts.Of)],
            mends,
            ReportParts.Count(sorted));
    }
}
