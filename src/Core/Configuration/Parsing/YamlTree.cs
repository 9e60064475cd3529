#pragma warning disable RS0030 // This is the one place of Configuration that reads YAML, by events only.
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EmbSync.Core.Configuration.Parsing;

/// <summary>
/// YAML into a tree, from the parser's events: the object builders recurse without a bound and follow aliases, so neither is let near
/// the file. What YAML has beyond plain data (anchors, aliases, tags, several documents, keys that are lists) is refused.
/// </summary>
internal static partial class YamlTree
{
    /// <summary>Null when the text is empty or can't be read; the second case was reported.</summary>
    public static ConfigNode? Parse(string text, string file, ConfigProblems problems)
    {
        if (HasTabs(text, file, problems))
        {
            return null;
        }

        var parser = new Parser(new StringReader(text));
        try
        {
            return Read(parser, file, problems);
        }
        catch (YamlException exception)
        {
            problems.Add(file, (int)exception.Start.Line, (int)exception.Start.Column, $"not valid YAML: {exception.Message}");
        }
        catch (InvalidOperationException)
        {
            // YamlDotNet 16 runs out of states on some unclosed brackets instead of saying so.
            var end = parser.Current?.End ?? Mark.Empty;
            problems.Add(file, (int)end.Line, (int)end.Column,
                "not valid YAML: a bracket, brace or quote that was opened before is not closed");
        }

        return null;
    }

    private static ConfigNode? Read(Parser parser, string file, ConfigProblems problems)
    {
        var tree = new TreeBuilder();
        while (parser.MoveNext())
        {
            var current = parser.Current!;
            if (Refusal(current, tree) is { } refusal)
            {
                problems.Add(file, (int)current.Start.Line, (int)current.Start.Column, refusal);
                return null;
            }

            switch (current)
            {
                case Scalar scalar:
                    tree.Scalar(new(scalar.Value, FormOf(scalar), (int)scalar.Start.Line, (int)scalar.Start.Column));
                    break;
                case MappingStart or SequenceStart:
                    tree.Begin(current is MappingStart, (int)current.Start.Line, (int)current.Start.Column);
                    break;
                case MappingEnd or SequenceEnd:
                    tree.End();
                    break;
            }
        }

        return tree.Root;
    }

    private static string? Refusal(ParsingEvent current, TreeBuilder tree) => current switch
    {
        AnchorAlias => "YAML aliases (*name) are not read here: write the value out",
        NodeEvent { Anchor.IsEmpty: false } => "YAML anchors (&name) are not read here: remove it",
        NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } } => "YAML tags (!name) are not read here: remove it",
        MappingStart or SequenceStart when tree.ExpectsKey => "a key must be text, not a list or a map",
        MappingStart or SequenceStart => tree.Excess(isContainer: true, 0),
        Scalar scalar => tree.Excess(isContainer: false, scalar.Value.Length),
        DocumentStart when tree.Root is not null => "a second YAML document starts here: only one is read, remove the line ---",
        _ => null,
    };

    private static ScalarForm FormOf(Scalar scalar) =>
        scalar.Style != ScalarStyle.Plain ? ScalarForm.Text
        : scalar.Value is "" or "~" or "null" or "Null" or "NULL" ? ScalarForm.Nothing
        : scalar.Value is "true" or "True" or "TRUE" or "false" or "False" or "FALSE" ? ScalarForm.Boolean
        : Number().IsMatch(scalar.Value) ? ScalarForm.Number
        : ScalarForm.Text;

    // YAML forbids tabs as indentation; the parser finds only some of them, and points elsewhere.
    private static bool HasTabs(string text, string file, ConfigProblems problems)
    {
        var (found, number) = (false, 0);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var indentation = line[..^line.TrimStart(" \t").Length];
            var tab = indentation.IndexOf('\t');
            if (tab >= 0 && indentation.Length < line.Length && line[indentation.Length] != '#')
            {
                found = true;
                problems.Add(file, number, tab + 1, "indented with a tab: YAML wants spaces");
            }
        }

        return found;
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")]
    private static partial Regex Number();
}
