using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using EmbSync.Core.Configuration;
using EmbSync.Core.Configuration.Definition;

namespace EmbSync.Core.Jobs.Init;

/// <summary>Writes a first configuration, commented with the definition's own descriptions.</summary>
public static class ConfigWriter
{
    /// <summary>Where the generated file points editors to, from its own folder. <c>init</c> writes the schema there.</summary>
    public const string SchemaPath = ".embsync/embsync.schema.json";

    private const int Comments = 46;

    /// <summary>An <c>embsync.yaml</c> that loads as it is.</summary>
    /// <param name="project">Who owns the store: written down, so that a clone may be called anything.</param>
    public static string Generate(InitFindings findings, string project)
    {
        ArgumentNullException.ThrowIfNull(findings);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# yaml-language-server: $schema=./{SchemaPath}\n");
        text.Append("# Every setting: `embsync config schema`. What is in effect, and why: `embsync config show`.\n");
        Line(text, 0, ConfigSchema.Version);
        Line(text, 0, ConfigSchema.Project, project);
        text.Append('\n');
        Head(text, ConfigSchema.Store);
        Line(text, 1, ConfigSchema.Backend);
        Line(text, 1, ConfigSchema.StorePath);
        Line(text, 1, ConfigSchema.Url, "env:DATABASE_URL", isComment: true);
        text.Append('\n');
        Head(text, ConfigSchema.Embeddings);
        Line(text, 1, ConfigSchema.Provider);
        Line(text, 1, ConfigSchema.Model, EmbeddingsReader.LexicalModel);
        Line(text, 1, ConfigSchema.Dimension, EmbeddingsReader.LexicalDimension);
        text.Append("  # With a hosted model instead:\n");
        Line(text, 1, ConfigSchema.Provider, ConfigSchema.OpenAi, isComment: true);
        Line(text, 1, ConfigSchema.Model, "text-embedding-3-small", isComment: true);
        Line(text, 1, ConfigSchema.Dimension, 384, isComment: true);
        Line(text, 1, ConfigSchema.ApiKey, "env:OPENAI_API_KEY", isComment: true);
        Line(text, 1, ConfigSchema.AutoIndexGate);
        text.Append('\n');
        Head(text, ConfigSchema.Limits);
        Line(text, 1, ConfigSchema.MaxCost, 1.00m);
        Line(text, 1, ConfigSchema.MaxDelete);
        text.Append('\n');
        Head(text, ConfigSchema.Sources);
        foreach (var source in findings.Sources)
        {
            // Said once: the comments are the same for each.
            Write(text, source, isExplained: source == findings.Sources[0]);
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, FoundSource source, bool isExplained)
    {
        var sample = source.Read < source.Files
            ? string.Create(CultureInfo.InvariantCulture, $", front matter keys seen in a sample of {source.Read}") : "";
        text.Append(CultureInfo.InvariantCulture, $"  # {source.Files} {(source.Files == 1 ? "file" : "files")}{sample}\n");
        Line(text, 1, ConfigSchema.SourceName, source.Name, start: "- ", isExplained: isExplained);
        Line(text, 2, ConfigSchema.SourceType, isExplained: isExplained);
        Line(text, 2, ConfigSchema.Include, List(source.Include), isExplained: isExplained);
        if (source.Exclude.Count > 0 || isExplained)
        {
            Line(text, 2, ConfigSchema.Exclude, List(source.Exclude), isExplained: isExplained);
        }

        Line(text, 2, ConfigSchema.IdKey, source.IdKey ?? "id", isComment: source.IdKey is null, isExplained: isExplained);
        Line(text, 2, ConfigSchema.Embed, List(source.Embed), isExplained: isExplained);
        Line(text, 2, ConfigSchema.Metadata, List(source.Metadata), isExplained: isExplained);
    }

    private static JsonArray List(IReadOnlyList<string> values) => new([.. values.Select(value => JsonValue.Create(value))]);

    private static void Head(StringBuilder text, Setting section) =>
        text.Append($"{section.Key}:".PadRight(Comments)).Append(CultureInfo.InvariantCulture, $" # {section.Description}\n");

    private static void Line(StringBuilder text, int depth, Setting setting, JsonNode? value = null, bool isComment = false,
        string start = "", bool isExplained = true)
    {
        var line = $"{new string(' ', depth * 2)}{(isComment ? "# " : start)}{setting.Key}: {YamlText.Of(value ?? setting.DefaultJson)}";
        text.Append(isExplained ? $"{line.PadRight(Comments)} # {setting.Description}\n" : $"{line}\n");
    }
}
