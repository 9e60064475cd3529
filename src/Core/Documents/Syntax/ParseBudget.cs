#pragma warning disable RS0030 // Guards the Markdown parser from inside.
using EmbSync.Core.Model;
using Markdig;
using Markdig.Syntax;

namespace EmbSync.Core.Documents.Syntax;

/// <summary>
/// Work that one document's parsing may take. Markdig is quadratic where openers stay unclosed in one paragraph or table; its guards
/// bound one paragraph, not a file full of them. The unit is about a nanosecond on the machine the weights were measured on; what counts
/// is that the sum is the same everywhere.
/// </summary>
/// <param name="firstLine">Line of the file that the parsed text starts on.</param>
internal sealed class ParseBudget(int firstLine)
{
    public const string Advice =
        "The Markdown is nested too deep, or holds too many unclosed brackets or emphasis marks in one paragraph or table:"
        + " it is embedded as plain paragraphs. Put it in a code block, split it, or exclude the file.";

    /// <summary>Containers (quotes, lists, items) around one block. Markdig itself stops at 128, but only after all the work.</summary>
    public const int MaxDepth = 100;

    public const long Limit = 300_000_000;

    private long spent;

    /// <summary>Paragraph, heading or cell that is being read.</summary>
    public LeafBlock? Leaf { get; private set; }

    /// <summary>Emphasis marks and brackets seen in the leaf that may still be open.</summary>
    public int Openers { get; set; }

    public int Brackets { get; set; }

    /// <summary>Pipes in the leaf.</summary>
    public int Cells { get; set; }

    /// <summary>Pipes on the line.</summary>
    public int LineCells { get; set; }

    /// <summary>Lines so far that look like link definitions.</summary>
    public int Definitions { get; set; }

    /// <summary>Offsets in the leaf where a highlight that was opened ends.</summary>
    public HashSet<int> Closers { get; } = [];

    /// <summary>Lines, from 0, where <see cref="LongParagraphParser"/> cut a table.</summary>
    public HashSet<int> ContinuedTables { get; } = [];

    /// <summary>What was spent so far, for calibration.</summary>
    public long Spent => spent;

    public static ParseBudget Of(MarkdownParserContext? context) => (ParseBudget)context!.Properties[typeof(ParseBudget)];

    public void Enter(LeafBlock leaf)
    {
        if (!ReferenceEquals(Leaf, leaf))
        {
            (Leaf, Openers, Brackets, Cells, LineCells) = (leaf, 0, 0, 0, 0);
            Closers.Clear();
        }
    }

    /// <param name="line">Of the parsed text, from 0.</param>
    public void Spend(long units, int line)
    {
        spent += units;
        if (spent > Limit)
        {
            throw Refuse(line);
        }
    }

    public RefusedException Refuse(int line) => new(new(ProblemCodes.NestedTooDeep, firstLine + line, Advice));
}
