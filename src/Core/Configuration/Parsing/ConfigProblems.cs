using System.Globalization;
using EmbSync.Core.Model;

namespace EmbSync.Core.Configuration.Parsing;

/// <summary>All that is wrong with a configuration, so that people mend it in one go.</summary>
internal sealed class ConfigProblems
{
    /// <summary>So many are printed; the rest are counted.</summary>
    private const int Printed = 50;

    private readonly List<Problem> found = [];
    private readonly HashSet<Problem> known = [];

    public bool Any => found.Count > 0;

    /// <param name="where">File, environment variable or flag.</param>
    /// <param name="line">From 1; 0 for what is not in a file.</param>
    public void Add(string where, int line, int column, string message)
    {
        // A value is checked with the file's shape and again when it is used: it is one problem.
        var problem = new Problem(where, line, column, message);
        if (known.Add(problem))
        {
            found.Add(problem);
        }
    }

    /// <summary>One line each, in the order of the file: <c>file:line:column: message</c>.</summary>
    public UsageException ToException()
    {
        var lines = found.OrderBy(problem => problem.Line == 0).ThenBy(problem => problem.Line).ThenBy(problem => problem.Column)
            .Take(Printed).Select(problem => problem.ToString());
        var rest = found.Count > Printed ? string.Create(CultureInfo.InvariantCulture, $"\nand {found.Count - Printed} more") : "";
        return new(Redactor.RedactPatterns(string.Join('\n', lines) + rest));
    }

    private sealed record Problem(string Where, int Line, int Column, string Message)
    {
        public override string ToString() => Line == 0
            ? $"{Where}: {Message}"
            : string.Create(CultureInfo.InvariantCulture, $"{Where}:{Line}:{Column}: {Message}");
    }
}
