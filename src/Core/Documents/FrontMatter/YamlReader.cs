#pragma warning disable RS0030 // Front matter is YAML: this file and the configuration's reader are where YamlDotNet is used.
using EmbSync.Core.Model;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EmbSync.Core.Documents.FrontMatter;

/// <summary>
/// YAML as its standard has it. Builds values from YamlDotNet's events, with a stack of its own: the library's object graph recurses and
/// dies of
/// deep nesting. An alias stands for its value only within a bound, so nothing can refer to itself or multiply.
/// </summary>
internal sealed class YamlReader
{
    public const int MaxDepth = 64;

    /// <summary>Values that aliases may add, and UTF-16 code units of their text; further ones are the text that they are.</summary>
    private const int MaxRepeated = 1_000;

    private const int MaxRepeatedLength = 64 * 1024;

    private readonly string yaml;
    private readonly int firstLine;
    private readonly Parser parser;
    private readonly List<ItemWarning> warnings = [];
    private readonly Dictionary<string, (FrontMatterValue Value, int Nodes, int Length)> anchors = new(StringComparer.Ordinal);
    private readonly Stack<Frame> open = new();
    private FrontMatterValue? root;
    private int nodes;
    private int length;
    private int repeated;
    private int repeatedLength;

    private YamlReader(string yaml, int firstLine)
    {
        (this.yaml, this.firstLine) = (yaml, firstLine);
        parser = new(new StringReader(yaml));
    }

    /// <summary>The top-level keys. Exactly one of the two is set.</summary>
    /// <param name="firstLine">Line of the file that the YAML starts on, from 1.</param>
    public static (ReadValues? Values, ItemWarning? Problem) Read(string yaml, int firstLine) => new YamlReader(yaml, firstLine).Read();

    private (ReadValues? Values, ItemWarning? Problem) Read()
    {
        try
        {
            return (new(ReadMapping(), warnings), null);
        }
        catch (RefusedException exception)
        {
            return (null, new(exception.Refusal.Code, exception.Refusal.Line, exception.Refusal.Message));
        }
        catch (YamlException exception)
        {
            // "(Line: 1, Col: 2, Idx: 3) - (...): text" or the text alone; the position is given in the file's own lines.
            return (null, new(ProblemCodes.FrontMatterInvalid, LineOf(exception.Start),
                $"The front matter is not valid YAML ({exception.Message.Trim().TrimEnd('.')}): it was read line by line. Correct it; text with ': ' or a leading special character needs quotes."));
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // What YamlDotNet's scanner throws at some malformed scalars and half surrogate escapes, instead of an exception of its own.
            return (null, new(ProblemCodes.FrontMatterInvalid, parser.Current is { } last ? LineOf(last.End) : firstLine,
                "The front matter is not valid YAML, as a value that begins near here can't be read: it was read line by line. Correct the value, or put it in quotes."));
        }
    }

    private Dictionary<string, FrontMatterValue> ReadMapping()
    {
        while (parser.MoveNext())
        {
            var current = parser.Current!;
            switch (current)
            {
                case MappingStart or SequenceStart:
                    if (open.Count == MaxDepth)
                    {
                        throw Refused(ProblemCodes.FrontMatterTooDeep, current,
                            $"The front matter is nested deeper than {MaxDepth} levels: its keys were read, what is below that was not. Flatten it.");
                    }

                    open.Push(current is MappingStart
                        ? new(new Dictionary<string, FrontMatterValue>(StringComparer.Ordinal), null, AnchorOf(current), nodes, length)
                        : new(null, [], AnchorOf(current), nodes, length));
                    nodes++;
                    break;
                case MappingEnd or SequenceEnd:
                    var frame = open.Pop();
                    var value = frame.Map is { } map ? new FrontMatterValue.Mapping(map) : (FrontMatterValue)new FrontMatterValue.Sequence(
                        frame.List!);
                    Remember(frame.Anchor, value, nodes - frame.Nodes, length - frame.Length);
                    Put(value, current);
                    break;
                case Scalar scalar:
                    nodes++;
                    length += scalar.Value.Length;
                    var text = ValueOf(scalar);
                    Remember(AnchorOf(scalar), text, 1, scalar.Value.Length);
                    Put(text, current);
                    break;
                case AnchorAlias alias:
                    Put(Named(alias), current);
                    break;
                case DocumentStart when root is not null:
                    throw Refused(ProblemCodes.FrontMatterInvalid, current,
                        "The front matter holds a second YAML document: it was read line by line. Keep one.");
                default:
                    break;
            }
        }

        return root switch
        {
            // Only comments, or nothing at all.
            null or FrontMatterValue.Scalar { IsNull: true } => [],
            FrontMatterValue.Mapping top => (Dictionary<string, FrontMatterValue>)top.Entries,
            _ => throw new RefusedException(new(ProblemCodes.FrontMatterInvalid, firstLine,
                "The front matter is not a list of 'key: value' lines as YAML has it: it was read line by line. Put a space after each colon.")),
        };

        void Put(FrontMatterValue value, ParsingEvent at)
        {
            if (!open.TryPeek(out var frame))
            {
                root = value;
            }
            else if (frame.List is { } list)
            {
                list.Add(value);
            }
            else if (frame.Key is not { } key)
            {
                frame.Key = value is FrontMatterValue.Scalar scalar
                    ? scalar.Text
                    : throw Refused(ProblemCodes.FrontMatterInvalid, at, "The front matter has a list or a map as a key, as braces without quotes make one: it was read line by line. Put the value in quotes.");
            }
            else
            {
                frame.Key = null;
                if (!frame.Map!.TryAdd(key, value))
                {
                    frame.Map[key] = value;
                    warnings.Add(new(ProblemCodes.FrontMatterInvalid, LineOf(at.Start),
                        $"The front matter has the key '{Label.Of(key, 60)}' twice: the last one counts. Keep one."));
                }
            }
        }
    }

    private static string? AnchorOf(ParsingEvent node) => node is NodeEvent { Anchor: { IsEmpty: false } anchor } ? anchor.Value : null;

    private void Remember(string? anchor, FrontMatterValue value, int size, int text)
    {
        if (anchor is not null)
        {
            anchors[anchor] = (value, size, text);
        }
    }

    /// <summary>
    /// Text that YAML takes for something else is that text: <c>&amp;</c> without an alias, and <c>!</c> that is no standard tag.
    /// </summary>
    private FrontMatterValue.Scalar ValueOf(Scalar scalar)
    {
        var plain = scalar.Style == ScalarStyle.Plain;
        var text = scalar.Value;
        if (scalar.Tag is { IsEmpty: false, IsNonSpecific: false } tag)
        {
            const string Standard = "tag:yaml.org,2002:";
            if (tag.Value.StartsWith(Standard, StringComparison.Ordinal))
            {
                plain &= tag.Value != Standard + "str";
            }
            else
            {
                text = $"{tag.Value} {text}".TrimEnd();
                Warn(scalar, $"The front matter uses a YAML tag ('{Label.Of(tag.Value, 60)}'): it was read as text. Put the value in quotes if it is text, leave the tag out if not.");
            }
        }

        if (AnchorOf(scalar) is { } anchor && !yaml.Contains("*" + anchor, StringComparison.Ordinal))
        {
            text = $"&{anchor} {text}".TrimEnd();
            Warn(scalar, "The front matter has a value that begins with '&', an anchor to YAML: it was read as text. Put it in quotes.");
        }

        return FrontMatterValue.Scalar.Of(text, plain);
    }

    private FrontMatterValue Named(AnchorAlias alias)
    {
        var name = alias.Value.Value;
        if (anchors.TryGetValue(name, out var found) && repeated + found.Nodes <= MaxRepeated && repeatedLength
            + found.Length <= MaxRepeatedLength)
        {
            repeated += found.Nodes;
            repeatedLength += found.Length;
            nodes += found.Nodes;
            length += found.Length;
            return found.Value;
        }

        Warn(alias, anchors.ContainsKey(name)
            ? $"The front matter repeats more by YAML aliases ('*{Label.Of(name, 60)}') than {MaxRepeated} values: further ones were read as text. Write the values out."
            : $"The front matter has a value that begins with '*', an alias to YAML, and there is no '&{Label.Of(name, 60)}': it was read as text. Put it in quotes.");
        return FrontMatterValue.Scalar.Of("*" + name, plain: true);
    }

    /// <summary>One of a kind is enough.</summary>
    private void Warn(ParsingEvent at, string message)
    {
        if (!warnings.Exists(warning => warning.Code == ProblemCodes.FrontMatterAlias))
        {
            warnings.Add(new(ProblemCodes.FrontMatterAlias, LineOf(at.Start), message));
        }
    }

    private RefusedException Refused(string code, ParsingEvent at, string message) => new(new(code, LineOf(at.Start), message));

    private int LineOf(Mark mark) => (int)Math.Clamp(mark.Line, 1, int.MaxValue - firstLine) + firstLine - 1;

    /// <summary>A map or a list that is being filled.</summary>
    private sealed class Frame(
        Dictionary<string, FrontMatterValue>? map, List<FrontMatterValue>? list, string? anchor, int nodes, int length)
    {
        public string? Anchor { get; } = anchor;

        /// <summary>Values, and their text, that were read before it.</summary>
        public int Nodes { get; } = nodes;

        public int Length { get; } = length;

        public Dictionary<string, FrontMatterValue>? Map { get; } = map;

        public List<FrontMatterValue>? List { get; } = list;

        /// <summary>Key that waits for its value.</summary>
        public string? Key { get; set; }
    }
}
