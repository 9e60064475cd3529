using System.Text.Json.Serialization;
using EmbSync.Core.Model;
using EmbSync.Core.Storage.Inspection;

namespace EmbSync.Core.Jobs.Doctor;

/// <summary>What <c>doctor</c> says; its members are the JSON as documented, version 1.</summary>
/// <param name="Target">What was looked at, without secrets.</param>
/// <param name="Server">Null where there is no PostgreSQL, or it wasn't reached.</param>
/// <param name="Provider">Null when it was not asked.</param>
/// <param name="Findings">Worst first.</param>
/// <param name="Mends">What <c>--fix</c> did, or would do with <c>--dry-run</c>.</param>
public sealed record DoctorReport(
    int SchemaVersion,
    string Target,
    ServerReport? Server,
    IReadOnlyList<ColumnReport> Columns,
    IReadOnlyList<StoreReport> Stores,
    ProviderReport? Provider,
    IReadOnlyList<FindingReport> Findings,
    IReadOnlyList<MendReport> Mends,
    FindingCounts Counts)
{
    [JsonIgnore]
    public bool HasFaults => Counts.Errors + Counts.Warnings > 0;

    [JsonIgnore]
    public int Fixable => Findings.Count(finding => finding.Mend?.Fix == true);
}

/// <param name="PgVector">In the database; null when it lacks it.</param>
/// <param name="PgVectorAvailable">On the server.</param>
public sealed record ServerReport(string Version, string Encoding, bool ReadOnly, string? PgVector, string? PgVectorAvailable);

/// <param name="Type">With its declared dimension: <c>vector(3)</c>.</param>
/// <param name="Dimensions">That vectors really have.</param>
/// <param name="Embedded">Rows with a vector; null where not known.</param>
/// <param name="Coverage">0 to 1; null where not known, or there are no rows.</param>
/// <param name="Sampled">Figures of values are of a sample.</param>
/// <param name="Before">The same column before <c>--fix</c>; null when nothing was mended.</param>
public sealed record ColumnReport(
    string Table,
    string Column,
    string Type,
    IReadOnlyList<int> Dimensions,
    long Rows,
    bool RowsExact,
    long? Embedded,
    double? Coverage,
    bool Sampled,
    IReadOnlyList<IndexReport> Indexes,
    TrialReport? Search,
    ColumnBefore? Before);

public sealed record IndexReport(
    string Name, string Method, string OperatorClass, string Key, bool Valid, string Options, long Bytes, long Scans);

/// <param name="Index">That the planner chose for it; null when it compares all rows.</param>
/// <param name="Milliseconds">Median of several runs.</param>
public sealed record TrialReport(string Operator, string? Index, double? Milliseconds, string? NotMeasured);

public sealed record ColumnBefore(double? Coverage, string? Index, double? Milliseconds);

/// <param name="Chunks">Of all items.</param>
public sealed record StoreReport(
    string Place, string? Project, int Version, long Chunks, IReadOnlyList<GenerationReport> Generations, string? LockHolder);

public sealed record GenerationReport(
    int Id, string Space, string Provider, string Model, int Dimension, string State, long Vectors, long Missing);

public sealed record ProviderReport(string Endpoint, string Model, int Dimension, bool Usable, double? Milliseconds)
{
    /// <summary>What the server's refusals taught and its answer lacks, a line each.</summary>
    public IReadOnlyList<string> Learned { get; init; } = [];
}

/// <param name="Severity"><c>error</c>, <c>warning</c> or <c>info</c>.</param>
public sealed record FindingReport(string Code, string Severity, string Title, string Subject, string Problem, string Why, MendText? Mend);

/// <param name="Kind"><c>sql</c>, <c>command</c> or <c>hint</c>.</param>
/// <param name="Text">Ready to be pasted.</param>
/// <param name="Fix"><c>--fix</c> does it.</param>
public sealed record MendText(string Kind, string Text, bool Fix);

/// <param name="State"><c>planned</c>, <c>done</c> or <c>failed</c>.</param>
public sealed record MendReport(
    string Code, string Subject, IReadOnlyList<string> Statements, string State, double? Seconds, string? Message);

public sealed record FindingCounts(int Errors, int Warnings, int Infos);

/// <summary>Puts reports together out of facts and findings.</summary>
internal static class ReportParts
{
    public static FindingReport Of(Finding finding) => new(
        finding.Kind.Code, Name(finding.Severity), finding.Kind.Title, finding.Subject, finding.Problem, finding.Kind.Why,
        finding.Mend is { } mend ? new(Name(mend.Kind), string.Join('\n', mend.Steps), mend.IsSafe) : null);

    public static FindingCounts Count(IReadOnlyList<Finding> findings) => new(
        findings.Count(one => one.Severity == Severity.Error), findings.Count(one => one.Severity == Severity.Warning), findings.Count(
        one => one.Severity == Severity.Info));

    public static ServerReport Of(DatabaseFacts facts) => new(
        facts.Version, facts.Encoding, facts.IsReadOnly, facts.Extension.Installed?.ToString(), facts.Extension.Available?.ToString());

    /// <param name="before">The same column before it was mended; null when nothing was.</param>
    public static ColumnReport Of(VectorColumn column, VectorColumn? before) => new(
        column.Table.ToString(), column.Column, column.Type + (column.Declared is { } declared ? Text.Of($"({declared})") : ""),
        [.. (column.Values?.Dimensions ?? []).Select(one => one.Dimension)], column.Rows, column.IsRowsExact,
        column.Values is { } values ? (values.Looked == column.Rows ? values.Embedded : (long)((column.Coverage ?? 0) * column.Rows))
        : null,
        column.Coverage, column.Values?.IsSample == true,
        [.. column.Indexes.Select(index => new IndexReport(
        index.Name.ToString(), index.Method, index.OperatorClass, index.Key, index.IsValid, index.Options, index.Bytes, index.Scans))],
        column.Trial is { } trial ? new(trial.Operator, trial.Index, trial.Milliseconds, trial.NotMeasured) : null,
        before is null ? null : new(before.Coverage, before.Trial?.Index, before.Trial?.Milliseconds));

    public static StoreReport Of(StoreFacts store) => new(
        store.Place, store.Project, store.Version, store.Chunks,
        [.. store.Generations.Select(
        one => new GenerationReport(one.Value.Id, one.Value.Space, one.Value.Signature.Provider, one.Value.Signature.Model,
            one.Value.Signature.Dimension, one.Value.State.ToString().ToLowerInvariant(), one.Vectors, one.Missing))],
        store.LockHolder?.Trim(' ', '(', ')'));

    public static ProviderReport Of(ProviderFacts facts) =>
        new(facts.Endpoint, facts.Model, facts.Dimension, facts.Fault is null, facts.Milliseconds) { Learned = facts.Learned };

    private static string Name(Enum value) => value.ToString().ToLowerInvariant();
}
