using EmbSync.Core.Model;
using Microsoft.Extensions.FileSystemGlobbing;

namespace EmbSync.Core.Planning;

/// <summary>
/// What is wrong with items and counts no more: the configuration accepts it (<c>accept</c>), or it was there before a pull request.
/// </summary>
public sealed class KnownProblems
{
    public static readonly KnownProblems None = new(new Dictionary<string, IReadOnlyList<string>>());

    private readonly List<(Matcher Paths, IReadOnlyList<string> Codes)> _accepted;

    /// <param name="accepted">Codes by pattern.</param>
    public KnownProblems(IReadOnlyDictionary<string, IReadOnlyList<string>> accepted)
    {
        ArgumentNullException.ThrowIfNull(accepted);
        _accepted = [.. accepted.Select(rule => (new Matcher(StringComparison.Ordinal).AddInclude(rule.Key), rule.Value))];
    }

    /// <summary>Source, path or id, and code of what was there before.</summary>
    public IReadOnlySet<(string Source, string Place, string Code)> Before { get; init; } = new HashSet<(string, string, string)>();

    public bool Covers(ItemProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return Before.Contains((problem.Source, problem.Path ?? problem.Id, problem.Code)) || Accepts(problem);
    }

    /// <summary>The configuration says so.</summary>
    public bool Accepts(ItemProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return Accepts(problem.Code, problem.Path is { } path ? path : $"{problem.Source}/{problem.Id}");
    }

    public bool Covers(SourceWarning warning)
    {
        ArgumentNullException.ThrowIfNull(warning);
        var place = warning.Path ?? warning.Id;
        return Before.Contains((warning.Source, place, warning.Code)) || Accepts(
            warning.Code, warning.Path is null && warning.Code != ProblemCodes.NoMatch ? $"{warning.Source}/{place}" : place);
    }

    private bool Accepts(string code, string place) =>
        _accepted.Exists(rule => rule.Codes.Contains(code) && rule.Paths.Match(place).HasMatches);
}
