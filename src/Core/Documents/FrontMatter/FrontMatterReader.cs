#pragma warning disable RS0030 // Front matter is YAML: this file and the configuration's reader are where YamlDotNet is used.
using EmbSync.Core.Model;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EmbSync.Core.Documents.FrontMatter;

/// <summary>
/// Builds values from YamlDotNet's events, with a stack of its own: the library's object graph recurses and dies of deep nesting.
/// Anchors, aliases and tags are refused, so nothing can refer to itself or multiply.
/// </summary>
internal static class FrontMatterReader
{
    public const int MaxDepth = 64;

    /// <summary>Line of the file that the YAML starts on: the one after the opening mark.</summary>
    private const int FirstLine = 2;

    /// <summary>The top-level keys in file order. Exactly one of the two is set.</summary>
    public static (IReadOnlyDictionary<string, FrontMatterValue>? Values, Refusal? Refusal) Read(string yaml)
    {
        var parser = new Parser(new StringReader(yaml));
        try
        {
            return (ReadMapping(parser), null);
        }
        catch (RefusedException exception)
        {
            return (null, exception.Refusal);
        }
        catch (YamlException exception)
        {
            // "(Line: 1, Col: 2, Idx: 3) - (...): text" or the text alone; the position is given in the file's own lines.
            return (null, new(ProblemCodes.FrontMatterInvalid, LineOf(exception.Start),
                $"The front matter is not valid YAML: {exception.Message.Trim().TrimEnd('.')}. Correct it; text with ': ' or a leading special character needs quotes."));
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // What YamlDotNet's scanner throws at some malformed scalars and half surrogate escapes, instead of an exception of its own.
            return (null, new(ProblemCodes.FrontMatterInvalid, parser.Current is { } last ? LineOf(last.End) : FirstLine,
                "The front matter is not valid YAML: a value that begins near here can't be read. Correct it, or put it in quotes."));
        }
    }

    private static Dictionary<string, FrontMatterValue> ReadMapping(Parser parser)
    {
        var open = new Stack<Frame>();
        FrontMatterValue? root = null;
        while (parser.MoveNext())
        {
            var current = parser.Current!;
            CheckNode(current);
            switch (current)
            {
                case MappingStart or SequenceStart:
                    if (open.Count == MaxDepth)
                    {
                        throw Refused(ProblemCodes.FrontMatterTooDeep, current, $"The front matter is nested deeper than {MaxDepth} levels. Flatten it.");
                    }

                    open.Push(current is MappingStart ? new(new Dictionary<string, FrontMatterValue>(StringComparer.Ordinal), null) : new(null, []));
                    break;
                case MappingEnd or SequenceEnd:
                    var frame = open.Pop();
                    Put(frame.Map is { } map ? new FrontMatterValue.Mapping(map) : new FrontMatterValue.Sequence(frame.List!), current);
                    break;
                case Scalar scalar:
                    Put(new FrontMatterValue.Scalar(TextOf(scalar), scalar.Style == ScalarStyle.Plain), current);
                    break;
                case DocumentStart when root is not null:
                    throw Refused(ProblemCodes.FrontMatterInvalid, current, "The front matter holds a second YAML document. Keep one.");
                default:
                    break;
            }
        }

        return root switch
        {
            // Only comments, or nothing at all.
            null or FrontMatterValue.Scalar { IsNull: true } => [],
            FrontMatterValue.Mapping top => (Dictionary<string, FrontMatterValue>)top.Entries,
            _ => throw new RefusedException(new(ProblemCodes.FrontMatterInvalid, FirstLine, "The front matter is not a list of 'key: value' lines. If the '---' was meant as a line across the page, put a blank line after it.")),
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
                    : throw Refused(ProblemCodes.FrontMatterInvalid, at, "The front matter has a list or a map as a key. Keys are plain text.");
            }
            else
            {
                frame.Key = null;
                if (!frame.Map!.TryAdd(key, value))
                {
                    throw Refused(ProblemCodes.FrontMatterInvalid, at, $"The front matter has the key '{Label.Of(key, 60)}' twice. Keep one.");
                }
            }
        }
    }

    /// <summary>Escapes may say what the file itself can't hold, and what no store takes.</summary>
    private static string TextOf(Scalar scalar)
    {
        foreach (var rune in scalar.Value.EnumerateRunes())
        {
            // A lone surrogate reads as the replacement character.
            if (rune.Value is 0 or 0xFFFD)
            {
                throw Refused(ProblemCodes.FrontMatterInvalid, scalar, "The front matter holds a NUL, half of a surrogate pair, or a replacement character (U+FFFD). Take it out.");
            }
        }

        return Nfc.Normalize(scalar.Value);
    }

    private static void CheckNode(ParsingEvent current)
    {
        if (current is AnchorAlias || (current is NodeEvent { Anchor.IsEmpty: false }))
        {
            throw Refused(ProblemCodes.FrontMatterAlias, current, "The front matter uses a YAML anchor or alias ('&', '*'). Write the value out, or quote it if it is text.");
        }

        if (current is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } tag })
        {
            throw Refused(ProblemCodes.FrontMatterAlias, current, $"The front matter uses a YAML tag ('{Label.Of(tag.Value, 60)}'). Leave it out, or quote the value if it is text.");
        }
    }

    private static RefusedException Refused(string code, ParsingEvent at, string message) => new(new(code, LineOf(at.Start), message));

    private static int LineOf(Mark mark) => (int)Math.Clamp(mark.Line, 1, int.MaxValue - FirstLine) + FirstLine - 1;

    /// <summary>A map or a list that is being filled.</summary>
    private sealed class Frame(Dictionary<string, FrontMatterValue>? map, List<FrontMatterValue>? list)
    {
        public Dictionary<string, FrontMatterValue>? Map { get; } = map;

        public List<FrontMatterValue>? List { get; } = list;

        /// <summary>Key that waits for its value.</summary>
        public string? Key { get; set; }
    }
}
