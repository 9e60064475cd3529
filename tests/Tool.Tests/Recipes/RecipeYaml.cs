using System.Runtime.CompilerServices;
using YamlDotNet.RepresentationModel;

namespace EmbSync.Tool.Tests.Recipes;

/// <summary>A node of a recipe as it stands in <c>ci-examples</c>; what isn't there is null or empty.</summary>
internal sealed record RecipeYaml(string Path, YamlNode? Node)
{
    public static string Folder { get; } = FolderBeside();

    public RecipeYaml this[string key] =>
        new($"{Path}/{key}", Node is YamlMappingNode map && map.Children.TryGetValue(key, out var value) ? value : null);

    public IReadOnlyList<string> Keys =>
        Node is YamlMappingNode map ? [.. map.Children.Keys.Select(key => ((YamlScalarNode)key).Value!)] : [];

    public IReadOnlyList<RecipeYaml> Items => Node switch
    {
        YamlSequenceNode list => [.. list.Select((item, index) => new RecipeYaml($"{Path}/{index}", item))],
        null => [],
        _ => [this],
    };

    public string? Text => (Node as YamlScalarNode)?.Value;

    /// <summary>The values of a mapping of plain values.</summary>
    public IReadOnlyDictionary<string, string> Values =>
        Keys.ToDictionary(key => key, key => this[key].Text ?? throw new InvalidOperationException($"{Path}/{key} is no plain value"));

    public bool Exists => Node is not null;

    /// <param name="file">Below <c>ci-examples</c>.</param>
    public static RecipeYaml Load(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(System.IO.Path.Combine(Folder, file))));
        return new(file, yaml.Documents.ShouldHaveSingleItem().RootNode);
    }

    private static string FolderBeside([CallerFilePath] string file = "") =>
        System.IO.Path.GetFullPath("../../../ci-examples", System.IO.Path.GetDirectoryName(file)!);
}
