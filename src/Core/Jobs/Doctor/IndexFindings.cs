using EmbSync.Core.Model;
using EmbSync.Core.Storage.Inspection;

namespace EmbSync.Core.Jobs.Doctor;

/// <summary>What is wrong with the indexes of a column. Mends that are safe and that the user may do are <c>--fix</c>'s.</summary>
/// <param name="needsNone">The table is kept for its vectors and not searched: a retired generation's.</param>
internal sealed class IndexFindings(VectorColumn column, DatabaseFacts facts, bool needsNone)
{
    /// <summary>Below it an exact scan takes as long as the index would, and is exact.</summary>
    private const int RowsForIndex = 1_000;

    /// <summary>From so many rows on a scan of all is slower beyond doubt.</summary>
    private const int RowsForUse = 10_000;

    private bool MayAlter => column.MayAlter && !facts.IsReadOnly;

    private IEnumerable<VectorIndex> Usable => column.Indexes.Where(index => index.IsValid);

    public IEnumerable<Finding> All()
    {
        if (column.IsPartitioned)
        {
            return [];
        }

        return [.. Invalid(), .. Missing(), .. Unused(), .. Duplicates(), .. Statistics()];
    }

    private IEnumerable<Finding> Invalid()
    {
        foreach (var index in column.Indexes.Where(index => !index.IsValid))
        {
            yield return index.IsBusy
                ? Finding.Of(FindingKind.BuildRuns, index.Name.ToString(), $"It is not valid, and another session works on {column.Table}.",
                    Mend.Hint("Wait for it to end, then run embsync doctor again."))
                : Finding.Of(FindingKind.InvalidIndex, index.Name.ToString(),
                    $"The index on {column.Subject} is INVALID: its build was cut off or failed.",
                    Owned(Mend.SafeSql(Mend.LeftoversNext, index.IsPart
                        ? ["SET max_parallel_maintenance_workers = 0;", $"REINDEX INDEX CONCURRENTLY {index.Name.Sql};"]
                        : [$"DROP INDEX CONCURRENTLY {index.Name.Sql};"])));
        }
    }

    private IEnumerable<Finding> Missing()
    {
        if (needsNone || Usable.Any() || column.Values is not { Embedded: > 0 } || column.Indexes.Any(
            index => index.IsBusy || (index.IsPart && !index.IsValid)))
        {
            yield break;
        }

        var severity = column.Rows >= RowsForIndex ? Severity.Warning : Severity.Info;
        var problem = Text.Of($"{Text.Count(column.Rows, "row")}, no valid index{Timed}{(severity == Severity.Info ? "; so few rows are compared as fast without one" : "")}.");
        if (severity == Severity.Info)
        {
            yield return new(FindingKind.NoIndex, severity, column.Subject, problem, null);
        }
        else if (column.Dimension is not { } dimension)
        {
            yield return new(FindingKind.NoIndex, severity, column.Subject, problem, Mend.Hint(
                "Bring all vectors to one dimension first."));
        }
        else if (IndexStatement.For(column, dimension, column.QueriedBy, facts.Extension) is { } statement)
        {
            // An index on a cast makes every vector of another dimension an error: where the column allows them, that is a decision.
            var isSafe = facts.Extension.HasHnsw && column.Declared is not null;
            var cast = statement.Key.StartsWith('(') ? $" Queries must be written so: {statement.Query}." : "";
            yield return new(FindingKind.NoIndex, severity, column.Subject, problem + cast,
                Owned(statement.Build(column, facts.Extension, facts.HnswNames, isSafe, dimension)));
        }
        else
        {
            var name = TableName.Quote(column.Column);
            yield return new(FindingKind.TooLong, severity, column.Subject,
                $"{problem} Vectors of {Text.Count(dimension, "dimension")} can't be indexed as they are.", Mend.Hint(
                facts.Extension.HasHalfVec
                ? Text.Of($"Ask the model for fewer dimensions, or index their signs and sort the best again: CREATE INDEX CONCURRENTLY ON {column.Table.Sql} USING hnsw ((binary_quantize({name})::bit({dimension})) bit_hamming_ops);")
                : "Update pgvector to 0.7 or later, which has halfvec, or ask the model for fewer dimensions."));
        }
    }

    private IEnumerable<Finding> Unused()
    {
        var isReplaced = false;
        foreach (var index in Usable.Where(index => index.IsOfVectors))
        {
            var others = column.Calls?.Where(pair => pair.Key != index.Operator).Select(pair => (pair.Key, pair.Value)).ToList();
            var isJudgedByStatements = column.Calls is { Count: > 0 } calls && !calls.ContainsKey(index.Operator)
                && others is { Count: > 0 };
            var isIdle = column.Calls is not { Count: > 0 } && index.Scans == 0 && index.Operator != VectorColumn.Cosine;
            if (isJudgedByStatements || isIdle)
            {
                var how = isJudgedByStatements
                    ? Text.Of($"recorded statements order by {string.Join(" and ", others!.Select(pair => $"{pair.Key} ({Text.Count(pair.Value, "call")})"))} and none by {index.Operator}")
                    : $"no query has used it{Since}, and most models are compared by cosine ({VectorColumn.Cosine})";
                yield return Finding.Of(FindingKind.UnusedOperator, index.Name.ToString(),
                    $"{index.OperatorClass} on {column.Subject} serves {index.Operator}: {how}.", Replacement(index, isReplaced));
                isReplaced = true;
            }
            else if (column.Trial is { CanUseIndex: false } trial && trial.Operator == index.Operator && index.Condition is null)
            {
                yield return Finding.Of(FindingKind.NotUsed, index.Name.ToString(),
                    $"A search of {column.Subject} by {index.Operator} doesn't take it, even where comparing all rows is forbidden.",
                    Mend.Hint("Look at enable_indexscan, and at hnsw or ivfflat settings of the role and the database."));
            }
            else if (column.Trial is { Index: null } slow && slow.Operator == index.Operator && column.Rows >= RowsForUse
                && index.Condition is null)
            {
                yield return Finding.Of(FindingKind.NotUsed, index.Name.ToString(), $"A search of {column.Subject} compares {Text.Agreeing(column.Rows, "the only", "all")} {Text.Count(column.Rows, "row")}{Timed}.",
                    Owned(Mend.SafeSql(Mend.StatisticsLast, $"ANALYZE {column.Table.Sql};")));
            }
        }
    }

    /// <param name="isReplaced">Another finding's mend builds what is wanted.</param>
    private Mend? Replacement(VectorIndex index, bool isReplaced)
    {
        var wanted = column.QueriedBy;
        if (isReplaced || Usable.Any(other => other.Operator == wanted) || column.Dimension is not { } dimension)
        {
            return Mend.Sql($"DROP INDEX CONCURRENTLY {index.Name.Sql};");
        }

        return IndexStatement.For(column, dimension, wanted, facts.Extension) is { } statement
            ? Owned(statement.Build(column, facts.Extension, facts.HnswNames, isSafe: column.Declared is not null && !needsNone, dimension))
            : null;
    }

    private IEnumerable<Finding> Duplicates()
    {
        foreach (var same in Usable.GroupBy(index => (index.Method, index.OperatorClass, index.Key, index.Condition)).Where(
            group => group.Count() > 1))
        {
            var kept = same.OrderByDescending(index => index.Scans).ThenBy(index => index.Name.ToString(), StringComparer.Ordinal).First();
            foreach (var spare in same.Where(index => index != kept))
            {
                yield return Finding.Of(FindingKind.DuplicateIndex, spare.Name.ToString(),
                    $"It does the same as {kept.Name} ({Text.Count(kept.Scans, "scan")}; this one {Text.Number(spare.Scans)}).",
                    Mend.Sql($"DROP INDEX CONCURRENTLY {spare.Name.Sql};"));
            }
        }
    }

    private IEnumerable<Finding> Statistics()
    {
        if (!column.IsAnalysed && column.Rows >= RowsForIndex)
        {
            yield return Finding.Of(FindingKind.NoStatistics, column.Table.ToString(), "The server has no statistics of it.",
                Owned(Mend.SafeSql(Mend.StatisticsLast, $"ANALYZE {column.Table.Sql};")));
        }
    }

    private string Timed => column.Trial?.Milliseconds is { } time ? Text.Of($" (a search takes {time:0.0} ms)") : "";

    private string Since => facts.CountedSince is { } since ? Text.Of($" since {since.UtcDateTime:yyyy-MM-dd HH:mm} UTC")
        : " since the server began to count";

    /// <summary>
    /// What the user may not do is shown, and not tried. Names stand in a comment, which a line break of theirs must not end.
    /// </summary>
    private Mend Owned(Mend mend) =>
        MayAlter ? mend : mend with
        { IsSafe = false, Steps = [.. mend.Steps,
        $"-- as {Plain.Line(column.Owner)}, the table's owner: {Plain.Line(facts.User)} may not"] };
}
