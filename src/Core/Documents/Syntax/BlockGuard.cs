#pragma warning disable RS0030 // Guards the Markdown parser from inside.
using Markdig.Parsers;
using Markdig.Syntax;

namespace EmbSync.Core.Documents.Syntax;

/// <summary>
/// Charges what Markdig looks for in all blocks before: a paragraph that turns out to be an underlined heading, and a further link
/// definition.
/// Opens nothing itself.
/// </summary>
internal sealed class BlockGuard : BlockParser
{
    public BlockGuard() => OpeningCharacters = ['[', '=', '-'];

    public override BlockState TryOpen(BlockProcessor processor)
    {
        var budget = ParseBudget.Of(processor.Context);
        if (processor.CurrentChar != '[')
        {
            budget.Spend(processor.CurrentBlock is ParagraphBlock { Parent: { } parent } ? parent.Count : 0, processor.LineIndex);
        }
        else if (LongParagraphParser.IsDefinition(processor.Line.AsSpan()))
        {
            budget.Spend(budget.Definitions++, processor.LineIndex);
        }

        return BlockState.None;
    }
}
