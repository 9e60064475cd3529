namespace EmbSync.Core.Storage.Inspection;

public enum MendKind
{
    /// <summary>Statements for psql, in order, outside a transaction.</summary>
    Sql,

    /// <summary>A command line.</summary>
    Command,

    /// <summary>What a person has to decide or do.</summary>
    Hint,
}

/// <summary>What puts an end to a finding.</summary>
/// <param name="Steps">Each a whole statement, command or sentence, ready to be pasted.</param>
/// <param name="IsSafe"><c>--fix</c> does it: it changes no row, blocks no reader or writer, and can be taken back.</param>
/// <param name="Builds">Index that the statements build, to be found valid afterwards; null where they build none.</param>
/// <param name="Order">Place among the mends of one run: leftovers go before what takes their place.</param>
internal sealed record Mend(MendKind Kind, IReadOnlyList<string> Steps, bool IsSafe, TableName? Builds = null, int Order = 0)
{
    public const int ExtensionFirst = 1;
    public const int LeftoversNext = 2;
    public const int IndexesThen = 3;
    public const int StatisticsLast = 4;

    public static Mend Hint(string sentence) => new(MendKind.Hint, [sentence], false);

    public static Mend Command(string line) => new(MendKind.Command, [line], false);

    public static Mend Sql(params string[] statements) => new(MendKind.Sql, statements, false);

    public static Mend SafeSql(int order, params string[] statements) => new(MendKind.Sql, statements, true, null, order);
}
