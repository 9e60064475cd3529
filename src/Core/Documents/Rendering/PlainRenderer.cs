namespace EmbSync.Core.Documents.Rendering;

/// <summary>Text as it stands, without a parser: paragraphs between empty lines, each a block. Linear whatever the text is.</summary>
internal static class PlainRenderer
{
    /// <param name="firstLine">Line of the file that the text starts on, from 1; 0 where lines mean nothing.</param>
    public static RenderedDocument Render(string source, int firstLine)
    {
        var sink = new TextSink();
        var blocks = new List<RenderedBlock>();
        var line = firstLine;
        int? start = null;
        var startLine = firstLine;
        foreach (var range in source.AsSpan().Split('\n'))
        {
            sink.SourceLine = line;
            var content = WithoutMarks(source.AsSpan(range));
            if (content.IsWhiteSpace())
            {
                Close(line - 1);
            }
            else
            {
                if (start is null)
                {
                    if (sink.Length > 0)
                    {
                        sink.Separate(emptyLine: true);
                    }

                    (start, startLine) = (sink.Length, line);
                }
                else
                {
                    sink.NewLine();
                }

                sink.Write(content);
            }

            line++;
        }

        Close(line - 1);
        return new(sink.ToString(), blocks, sink.Marks, 0, 0) { LeftOut = sink.LeftOut };

        void Close(int end)
        {
            if (start is { } from)
            {
                blocks.Add(new(from, sink.Length, 0, startLine, Math.Max(startLine, end)));
                start = null;
            }
        }
    }

    /// <summary>Quotes and headings begin with marks that nobody reads.</summary>
    private static ReadOnlySpan<char> WithoutMarks(ReadOnlySpan<char> line) => line.TrimStart(" \t>#");
}
