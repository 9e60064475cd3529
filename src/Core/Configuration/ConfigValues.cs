using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Configuration.Parsing;

namespace EmbSync.Core.Configuration;

/// <summary>Looks settings up where they may stand, and remembers where each came from.</summary>
/// <param name="shown">The file's name in messages; null without a file.</param>
/// <param name="root">The file, or one source of it.</param>
/// <param name="within">Path of <paramref name="root"/> in the definition, and as messages say it; empty for the whole file.</param>
internal sealed class ConfigValues(
    ConfigRequest request, string? shown, MapNode root, (string Path, string Subject) within, ConfigProblems problems,
    Dictionary<string, string> origins)
{
    private readonly HashSet<string> bad = new(StringComparer.Ordinal);

    public ConfigProblems Problems => problems;

    public IReadOnlyDictionary<string, string> Environment => request.Environment;

    public ConfigOverrides Flags => request.Flags;

    public string Shown => shown ?? "";

    public ConfigValues In(MapNode map, string path, string subject) => new(request, shown, map, (path, subject), problems, origins);

    /// <summary>The precedence of all settings: flag, then environment, then file; who asks falls back on the default.</summary>
    public Found? Find(Setting setting) => InFlags(setting) ?? InEnvironment(setting) ?? InFile(setting);

    public T Get<T>(Setting<T> setting) => TryGet(setting, out var value) ? value : setting.Default;

    /// <summary>False when it is set nowhere, or badly, which was reported.</summary>
    public bool TryGet<T>(Setting<T> setting, out T value)
    {
        value = default!;
        if (Find(setting) is not { } found)
        {
            return false;
        }

        Note(setting, found.Origin);
        if (setting.Kind.TryRead(found.Node, new(SubjectOf(setting), found.Where, request.Environment, problems), out value))
        {
            return true;
        }

        bad.Add(setting.Path);
        return false;
    }

    /// <summary>None of them was set to something that can't be used: only then does it make sense to compare them.</summary>
    public bool AreGood(params ReadOnlySpan<Setting> settings)
    {
        foreach (var setting in settings)
        {
            if (bad.Contains(setting.Path))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Name of the unset variable that a setting's <c>env:NAME</c> stands for; null when there is a value, or nothing.</summary>
    public string? UnsetVariable(Setting setting) =>
        Find(setting)?.Node is ScalarNode { Text: var text } && EnvironmentReference.NameIn(text) is { } name
            && EnvironmentReference.IsName(name)
            && EnvironmentReference.Value(request.Environment, name) is null ? name : null;

    /// <summary>Says where a value came from that no key holds.</summary>
    public void Note(Setting setting, string origin) => origins[SubjectOf(setting)] = origin;

    /// <summary>Reports against the place where the setting stands, or against the file when it stands nowhere.</summary>
    public void Report(Setting setting, string message)
    {
        var found = Find(setting);
        problems.Add(found?.Where ?? shown ?? setting.Variable, found?.Node.Line ?? (shown is null ? 0 : 1), found?.Node.Column ?? 1,
            message);
    }

    public string SubjectOf(Setting setting) => within.Subject + setting.Path[within.Path.Length..];

    private Found? InFlags(Setting setting) => request.Flags.Find(setting) is { } flag
        ? new(new ScalarNode(flag.Text, ScalarForm.Flag, 0, 0), flag.Flag, flag.Flag)
        : null;

    private Found? InEnvironment(Setting setting) =>
        setting.IsInEnvironment && EnvironmentReference.Value(request.Environment, setting.Variable) is { } text
        ? new(new ScalarNode(text, ScalarForm.Environment, 0, 0), setting.Variable, setting.Variable)
        : null;

    private Found? InFile(Setting setting)
    {
        ConfigNode? node = root;
        foreach (var key in setting.Path[within.Path.Length..].Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            node = (node as MapNode)?.Find(key);
        }

        return node is null
            ? Aliases(setting).Select(InFile).FirstOrDefault(found => found is not null)
            : new(node, shown!, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{shown}:{node.Line}") + Reference(node));
    }

    private static IEnumerable<Setting> Aliases(Setting setting) => ConfigSchema.All.Where(other => other.AliasOf == setting.Path);

    private static string Reference(ConfigNode node) =>
        node is ScalarNode { Text: var text } && EnvironmentReference.NameIn(text) is { } name && EnvironmentReference.IsName(name)
            ? $" (env:{name})" : "";
}

/// <param name="Where">File, variable or flag, for messages.</param>
/// <param name="Origin">The same for people who ask where a value comes from: with line and reference.</param>
internal sealed record Found(ConfigNode Node, string Where, string Origin);
