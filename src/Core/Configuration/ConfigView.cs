using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using EmbSync.Core.Configuration.Definition;

namespace EmbSync.Core.Configuration;

public enum ConfigFormat
{
    Yaml,
    Json,
}

/// <param name="Path">Keys from the top joined by dots.</param>
/// <param name="Variable">Environment variable that sets it; null where none does.</param>
/// <param name="Default">What it is when it isn't set; null for none.</param>
public sealed record SettingDescription(string Path, string? Variable, string? Default, string Expected, string Description);

/// <summary>The configuration for people: what is in effect and why, and what could be.</summary>
public static class ConfigView
{
    private static readonly JsonSerializerOptions Indented = new()
        { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>All settings but sections, in the order of documentation.</summary>
    public static IReadOnlyList<SettingDescription> Settings =>
        [.. ConfigSchema.All.OfType<Leaf>().Select(leaf => new SettingDescription(
            leaf.Path, leaf.IsInEnvironment ? leaf.Variable : null, leaf.DefaultText, leaf.Expected, leaf.Description))];

    /// <summary>JSON Schema of the configuration file, draft 7, ending in a line break.</summary>
    public static string Schema() => JsonSchemaText.Generate();

    /// <summary>The configuration in effect, with the origin of each value. Secrets show as <c>(env:NAME)</c>.</summary>
    public static string Show(EmbSyncConfig config, ConfigFormat format)
    {
        ArgumentNullException.ThrowIfNull(config);
        return format == ConfigFormat.Json ? ShowJson(config) : ShowYaml(config);
    }

    private static string ShowJson(EmbSyncConfig config)
    {
        var top = new JsonObject();
        foreach (var row in EffectiveSettings.Of(config))
        {
            Place(top, row.Subject)[row.Setting.Key] = row.Value;
        }

        var sources = new JsonArray();
        foreach (var source in top.Where(pair => pair.Key.StartsWith("sources[", StringComparison.Ordinal)).ToList())
        {
            top.Remove(source.Key);
            sources.Add(source.Value);
        }

        top["sources"] = sources;
        return new JsonObject
        {
            ["schemaVersion"] = 1,
            ["file"] = config.File,
            ["root"] = config.Root,
            ["config"] = top,
            ["origins"] = new JsonObject(config.Origins.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(
            pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        }.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Place(JsonObject top, string subject)
    {
        var map = top;
        foreach (var key in subject.Split('.')[..^1])
        {
            if (map[key] is not JsonObject next)
            {
                map[key] = next = [];
            }

            map = next;
        }

        return map;
    }

    private static string ShowYaml(EmbSyncConfig config)
    {
        const int Comments = 44;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"# {(config.File is null ? "no configuration file: defaults" : YamlText.Of(config.File))}\n");
        text.Append(CultureInfo.InvariantCulture, $"# root {YamlText.Of(config.Root)}\n");
        var before = Array.Empty<string>();
        foreach (var row in EffectiveSettings.Of(config))
        {
            var sections = row.Subject.Split('.')[..^1];
            for (var depth = 0; depth < sections.Length; depth++)
            {
                if (depth >= before.Length || !sections.AsSpan(0, depth + 1).SequenceEqual(before.AsSpan(0, depth + 1)))
                {
                    text.Append(Header(sections[depth], depth));
                }
            }

            before = sections;
            var isSource = sections.Length > 0 && sections[0].StartsWith("sources[", StringComparison.Ordinal);
            var indent = new string(' ', sections.Length * 2 + (isSource ? 2 : 0));
            var isFirst = row.Setting == ConfigSchema.SourceName;
            var line = (isFirst ? indent[..^2] + "- " : indent)
                + (row.Value is null ? $"# {row.Setting.Key}:" : $"{row.Setting.Key}: {YamlText.Of(row.Value)}");
            var origin = config.Origins.GetValueOrDefault(row.Subject) ?? "default";
            text.Append(line.PadRight(Comments)).Append(CultureInfo.InvariantCulture,
                $" # {(row.Value is null && !config.Origins.ContainsKey(row.Subject) ? row.Setting.Otherwise ?? "not set" : origin)}\n");
        }

        return text.ToString();
    }

    private static string Header(string section, int depth) =>
        section == "sources[0]" ? "sources:\n"
        : section.StartsWith("sources[", StringComparison.Ordinal) ? ""
        : new string(' ', depth == 0 ? 0 : depth * 2 + (section == ConfigSchema.Chunk.Key ? 2 : 0)) + section + ":\n";
}
