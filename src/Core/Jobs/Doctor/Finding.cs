using EmbSync.Core.Storage.Inspection;

namespace EmbSync.Core.Jobs.Doctor;

/// <summary>How bad a finding is. Errors and warnings make <c>doctor</c> exit with 4; what is only worth knowing doesn't.</summary>
public enum Severity
{
    Info,
    Warning,
    Error,
}

/// <summary>One thing that is wrong, or worth knowing.</summary>
/// <param name="Subject">Table and column, index, generation, variable or file.</param>
/// <param name="Problem">A sentence, with its figures.</param>
internal sealed record Finding(FindingKind Kind, Severity Severity, string Subject, string Problem, Mend? Mend)
{
    public static Finding Of(FindingKind kind, string subject, string problem, Mend? mend = null) =>
        new(kind, kind.Severity, subject, problem, mend);
}
