using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Configuration.Parsing;

namespace EmbSync.Core.Configuration;

/// <summary>Finds variables that look like settings and are none: a slip there would be passed over in silence.</summary>
internal static class EnvironmentCheck
{
    private static readonly string[] Sections = ["EMBSYNC_STORE_", "EMBSYNC_EMBEDDINGS_", "EMBSYNC_LIMITS_"];

    public static void Run(IReadOnlyDictionary<string, string> environment, ConfigProblems problems)
    {
        var known = ConfigSchema.All.Where(setting => setting.IsInEnvironment).Select(setting => setting.Variable).ToHashSet(
            StringComparer.Ordinal);
        foreach (var name in environment.Keys.Where(
            name => Array.Exists(Sections, section => name.StartsWith(section, StringComparison.Ordinal))
            && !known.Contains(name)).Order(StringComparer.Ordinal))
        {
            var hint = Guess.DidYouMean(name, known) is { } guess ? $": {guess}"
                : ": unset it (`embsync config schema` lists the settings)";
            problems.Add(Quoting.Quote(name).Trim('\''), 0, 0, $"no setting has this variable{hint}");
        }
    }
}
