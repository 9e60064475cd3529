#pragma warning disable RS0030 // Guards the Markdown parser from inside.
using Markdig.Helpers;
using Markdig.Parsers;

namespace EmbSync.Core.Documents.Syntax;

/// <summary>
/// Looks at each character that may open or close something before its parser does, charges what that parser will cost, and
/// matches nothing itself. Weights: measured on runs of 60 KB of all pairs of Markdown's tokens.
/// </summary>
internal sealed class InlineGuard : InlineParser
{
    /// <summary>Markdig walks down all open delimiters for every inline that it adds.</summary>
    private const int PerOpener = 8;

    private const int PerOpenerInTable = 40;

    /// <summary>For each cell it looks at all cells of the line, or of the table where a mark is open.</summary>
    private const int PerCell = 20;

    private const int PerScannedCharacter = 10;
    private const int PerScannedByBackticks = 3;
    private const int LongBacktickRun = 8;

    public InlineGuard() => OpeningCharacters = ['*', '_', '~', '[', ']', '!', '<', '`', '&', '\\', '|', '\n'];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        var budget = ParseBudget.Of(processor.Context);
        budget.Enter(processor.Block!);
        var character = slice.CurrentChar;
        var next = slice.PeekChar();
        var open = budget.Openers + budget.Brackets;
        var cost = character == '|'
            ? ((long)open * PerOpenerInTable) + ((long)(open > 0 ? budget.Cells : budget.LineCells) * PerCell)
            : (long)open * PerOpener;
        budget.Spend(cost + ScanCost(slice, character, next), processor.LineIndex);
        switch (character)
        {
            case '|':
                budget.Cells++;
                budget.LineCells++;
                break;
            case '\n':
                budget.LineCells = 0;
                break;
            case '[' or '!' when character == '[' || next == '[':
                budget.Brackets++;
                break;
            // Before another bracket it stays open where no such link is defined.
            case ']' when budget.Brackets > 0 && next != '[':
                budget.Brackets--;
                break;
            case '*' or '~':
                budget.Openers++;
                break;
            // Inside of a word it opens nothing.
            case '_' when !(char.IsLetterOrDigit(slice.PeekCharExtra(-1)) && char.IsLetterOrDigit(next)):
                budget.Openers++;
                break;
            default:
                break;
        }

        return false;
    }

    /// <summary>
    /// Constructs whose end is looked for in the rest of the leaf, and looked for again by the next one where there is none.
    /// </summary>
    private static long ScanCost(StringSlice slice, char character, char next)
    {
        var rest = slice.AsSpan();
        switch (character)
        {
            case '<' when next is '?':
                return Distance(rest, "?>");
            // Comments are searched fast.
            case '<' when next is '!' && !rest.StartsWith("<!--"):
                return Distance(rest, rest.StartsWith("<![CDATA[") ? "]]>" : ">");
            case ']' when next is '(':
                var end = rest.IndexOfAny(" \t\n");
                var title = end < 0 ? rest.Length : end + rest[end..].IndexOfAnyExcept(" \t\n");
                return title > end && title < rest.Length && end >= 0 && rest[title] is '"' or '\'' or '('
                    ? PerScannedCharacter * (long)title + Distance(rest[(title + 1)..], rest[title] == '(' ? ")" : rest.Slice(title, 1))
                    : PerScannedCharacter * (long)title;
            case '`' when slice.PeekCharExtra(-1) != '`' && rest.IndexOfAnyExcept('`') is var run
                && (run < 0 ? rest.Length : run) >= LongBacktickRun:
                return PerScannedByBackticks * (long)rest.Length;
            default:
                return 0;
        }
    }

    private static long Distance(ReadOnlySpan<char> text, ReadOnlySpan<char> end) =>
        PerScannedCharacter * (long)(text.IndexOf(end, StringComparison.Ordinal) is >= 0 and var found ? found : text.Length);
}
