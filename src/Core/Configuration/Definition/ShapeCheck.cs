using System.Globalization;
using EmbSync.Core.Configuration.Parsing;

namespace EmbSync.Core.Configuration.Definition;

/// <summary>Checks everything that stands in a file against the definition, whether a flag or variable overrides it or not.</summary>
internal sealed class ShapeCheck(string file, ConfigProblems problems)
{
    public void Run(MapNode root) => CheckMap(root, "", "");

    /// <param name="path">In the definition: <c>sources[]</c>.</param>
    /// <param name="subject">In messages: <c>sources[0]</c>.</param>
    private void CheckMap(MapNode map, string path, string subject)
    {
        var first = new Dictionary<string, ScalarNode>(StringComparer.Ordinal);
        var type = path == SourceList.Each ? (map.Find(ConfigSchema.SourceType.Key) as ScalarNode)?.Text ?? ConfigSchema.Markdown : null;
        foreach (var entry in map.Entries)
        {
            var name = Quoting.Quote(entry.Key.Text);
            if (!first.TryAdd(entry.Key.Text, entry.Key))
            {
                Report(entry.Key, string.Create(
                    CultureInfo.InvariantCulture, $"{name} stands here twice: the first is in line {first[entry.Key.Text].Line}"));
            }
            else if (ConfigSchema.Children(path).FirstOrDefault(setting => setting.Key == entry.Key.Text) is { } setting)
            {
                if (type is not null && setting.SourceTypes.Count > 0 && !setting.SourceTypes.Contains(type)
                    && ConfigSchema.SourceTypes.Contains(type))
                {
                    Report(entry.Key, $"{name} in {subject} is a key of {string.Join(" and ", setting.SourceTypes)} sources, and this one is of type {type}");
                }

                CheckValue(setting, entry.Value, subject.Length == 0 ? setting.Key : $"{subject}.{setting.Key}");
            }
            else
            {
                Report(entry.Key, $"unknown key {name}{(subject.Length == 0 ? "" : $" in {subject}")}{Hint(entry.Key.Text, path, type)}");
            }
        }

        foreach (var missing in ConfigSchema.Children(path).Where(setting => setting.IsRequired && !first.ContainsKey(setting.Key)))
        {
            Report(map, $"{subject}.{missing.Key} is needed: {missing.Description}");
        }
    }

    private void CheckValue(Setting setting, ConfigNode node, string subject)
    {
        switch (setting, node)
        {
            case (Leaf leaf, _):
                leaf.ValueKind.Check(node, new(subject, file, null, problems));
                if (leaf.ValueKind is TableKind<decimal> && node is MapNode table)
                {
                    CheckDuplicates(table);
                }

                break;
            case (Section, MapNode map):
                CheckMap(map, setting.Path, subject);
                break;
            case (SourceList, ListNode { Items.Count: > 0 } list):
                CheckSources(list, subject);
                break;
            case (SourceList, ListNode):
                Report(node, $"{subject} is empty: name at least one source, or leave the key out for all Markdown");
                break;
            case (_, ScalarNode { Form: ScalarForm.Nothing }):
                Report(node, $"{subject} has no value: it must be {setting.Expected}, or the line goes");
                break;
            default:
                Report(node, $"{subject} must be {setting.Expected}, not {Quoting.Describe(node)}");
                break;
        }
    }

    private void CheckSources(ListNode list, string subject)
    {
        for (var i = 0; i < list.Items.Count; i++)
        {
            var one = string.Create(CultureInfo.InvariantCulture, $"{subject}[{i}]");
            if (list.Items[i] is MapNode map)
            {
                CheckMap(map, SourceList.Each, one);
            }
            else
            {
                Report(list.Items[i], $"{one} must be a map with name and type, not {Quoting.Describe(list.Items[i])}");
            }
        }
    }

    private void CheckDuplicates(MapNode table)
    {
        foreach (var again in table.Entries.GroupBy(entry => entry.Key.Text, StringComparer.Ordinal).SelectMany(group => group.Skip(1)))
        {
            Report(again.Key, $"{Quoting.Quote(again.Key.Text)} stands here twice");
        }
    }

    // A near key of the same map, else the same or a near key elsewhere, with its path.
    private static string Hint(string key, string path, string? type)
    {
        var here = ConfigSchema.Children(path).Where(
            setting => type is null || setting.SourceTypes.Count == 0 || setting.SourceTypes.Contains(type)).ToList();
        var near = Guess.Nearest(key, here.Select(setting => setting.Key))
            ?? ConfigSchema.All.FirstOrDefault(setting => setting.Key == key
                && !setting.Path.StartsWith(SourceList.Each, StringComparison.Ordinal))?.Path
            ?? ConfigSchema.All.FirstOrDefault(setting => setting.Key == key)?.Path;
        return near is null
            ? $": known here are {string.Join(", ", here.Select(setting => setting.Key).Where(name => name[0] != '$'))}"
            : $": did you mean {Quoting.Quote(near)}?";
    }

    private void Report(ConfigNode node, string message) => problems.Add(file, node.Line, node.Column, message);
}
