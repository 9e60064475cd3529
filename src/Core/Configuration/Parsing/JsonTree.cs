using System.Text;
using System.Text.Json;

namespace EmbSync.Core.Configuration.Parsing;

/// <summary>JSON (RFC 8259, no comments, no trailing commas) into a tree.</summary>
internal static class JsonTree
{
    /// <summary>Null when the text can't be read, which was reported.</summary>
    public static ConfigNode? Parse(string text, string file, ConfigProblems problems)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var lines = new LineIndex(bytes);
        var tree = new TreeBuilder();
        try
        {
            // The reader's own bound is one higher, so that the message is the same as for YAML.
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = TreeBuilder.MaxDepth + 1 });
            while (reader.Read())
            {
                var (line, column) = lines.At((int)reader.TokenStartIndex);
                var isEnd = reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
                var isContainer = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
                if (!isEnd && tree.Excess(isContainer, isContainer ? 0 : reader.ValueSpan.Length) is { } excess)
                {
                    problems.Add(file, line, column, excess);
                    return null;
                }

                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        tree.Begin(reader.TokenType == JsonTokenType.StartObject, line, column);
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        tree.End();
                        break;
                    default:
                        tree.Scalar(new(TextOf(ref reader), FormOf(reader.TokenType), line, column));
                        break;
                }
            }

            return tree.Root;
        }
        catch (JsonException exception)
        {
            var (line, column) = lines.At((int)(exception.LineNumber ?? 0), (int)(exception.BytePositionInLine ?? 0));
            problems.Add(file, line, column, $"not valid JSON: {Sentence(exception.Message)}");
        }
        catch (InvalidOperationException)
        {
            // An escape such as \ud800 alone stands for no character.
            problems.Add(file, 1, 1, "not valid JSON: a \\u escape is half of a surrogate pair");
        }

        return null;
    }

    private static string TextOf(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? reader.GetString()! : Encoding.UTF8.GetString(
            reader.ValueSpan);

    private static ScalarForm FormOf(JsonTokenType token) => token switch
    {
        JsonTokenType.Null => ScalarForm.Nothing,
        JsonTokenType.True or JsonTokenType.False => ScalarForm.Boolean,
        JsonTokenType.Number => ScalarForm.Number,
        _ => ScalarForm.Text,
    };

    // The position is given in front; the reader's own counts from 0 and in bytes.
    private static string Sentence(string message)
    {
        var position = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return position < 0 ? message : message[..position];
    }

    private sealed class LineIndex
    {
        private readonly byte[] bytes;
        private readonly List<int> starts = [0];

        public LineIndex(byte[] bytes)
        {
            this.bytes = bytes;
            for (var i = 0; i < bytes.Length; i++)
            {
                if (bytes[i] == '\n')
                {
                    starts.Add(i + 1);
                }
            }
        }

        public (int Line, int Column) At(int offset)
        {
            var found = starts.BinarySearch(offset);
            var line = found >= 0 ? found : ~found - 1;
            return At(line, offset - starts[line]);
        }

        public (int Line, int Column) At(int line, int byteInLine)
        {
            var start = starts[Math.Min(line, starts.Count - 1)];
            var length = Math.Clamp(byteInLine, 0, bytes.Length - start);
            return (line + 1, Encoding.UTF8.GetCharCount(bytes, start, length) + 1);
        }
    }
}
