using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Configuration.Parsing;
using EmbSync.Core.Model;

namespace EmbSync.Core.Configuration;

/// <summary>Makes the configuration of a run out of flags, environment, file and defaults, in that order of precedence.</summary>
public static class ConfigLoader
{
    /// <exception cref="UsageException">
    /// All that is wrong, a line each: <c>file:line:column: message</c>, or the variable or flag in place of the file.
    /// </exception>
    public static EmbSyncConfig Load(ConfigRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var file = ConfigDiscovery.Find(request);
        var shown = file is null ? null : Shown(file, request.WorkingDirectory);
        var problems = new ConfigProblems();
        EnvironmentCheck.Run(request.Environment, problems);
        var tree = file is null ? MapNode.Empty : ConfigFile.Read(file, shown!, problems);
        if (tree is null)
        {
            throw problems.ToException();
        }

        if (EmbeddingSourcesFile.Is(tree))
        {
            tree = EmbeddingSourcesFile.Translate(tree);
        }

        if (file is not null)
        {
            new ShapeCheck(shown!, problems).Run(tree);
        }

        return Build(request, file, shown, tree, problems);
    }

    /// <summary>What is in force where there is neither file, environment nor flag.</summary>
    /// <param name="root">Folder that globs start from, absolute.</param>
    public static EmbSyncConfig Default(string root, string? originPath) => Build(
        new(null, root, root, originPath, new Dictionary<string, string>(), ConfigOverrides.None), null, null, MapNode.Empty, new());

    private static EmbSyncConfig Build(ConfigRequest request, string? file, string? shown, MapNode tree, ConfigProblems problems)
    {
        var origins = new Dictionary<string, string>(StringComparer.Ordinal);
        var values = new ConfigValues(request, shown, tree, ("", ""), problems, origins);
        var root = file is null ? Path.GetFullPath(request.RepositoryRoot ?? request.WorkingDirectory) : Path.GetDirectoryName(file)!;
        root = Path.TrimEndingDirectorySeparator(root);
        var store = StoreReader.Read(values, tree, root);
        var config = new EmbSyncConfig(
            file,
            root,
            ReadProject(values, request, root),
            store,
            EmbeddingsReader.Read(values, root),
            ReadLimits(values),
            SourcesReader.Read(values, tree, store)) { Origins = origins, Accept = values.Get(ConfigSchema.Accept) };
        CrossCheck.Run(config, values);
        return problems.Any ? throw problems.ToException() : config;
    }

    private static string ReadProject(ConfigValues values, ConfigRequest request, string root) =>
        values.TryGet(ConfigSchema.Project, out var project) ? project
        : request.OriginPath is { Length: > 0 } origin ? origin
        // The root of a file system has no name.
        : Path.GetFileName(Path.GetFullPath(request.RepositoryRoot ?? root).TrimEnd(Path.DirectorySeparatorChar)) is { Length: > 0 } folder
            ? folder
        : "default";

    private static LimitsConfig ReadLimits(ConfigValues values) => new(
        values.TryGet(ConfigSchema.MaxCost, out var cost) ? cost : null,
        values.TryGet(ConfigSchema.MaxTokens, out var tokens) ? tokens : null,
        values.Get(ConfigSchema.MaxDelete),
        values.Get(ConfigSchema.MaxFileBytes),
        values.Get(ConfigSchema.OnModelChange));

    // Short where people stand in or above the file's folder, unmistakable elsewhere.
    private static string Shown(string file, string workingDirectory)
    {
        var relative = Path.GetRelativePath(workingDirectory, file);
        return relative.StartsWith("..", StringComparison.Ordinal) ? file : relative;
    }
}
