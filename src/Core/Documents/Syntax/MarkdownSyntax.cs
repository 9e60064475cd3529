#pragma warning disable RS0030 // Markdown is parsed here.
using EmbSync.Core.Model;
using Markdig;
using Markdig.Extensions.CustomContainers;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Extensions.Footnotes;
using Markdig.Extensions.Tables;
using Markdig.Extensions.TaskLists;
using Markdig.Syntax;

namespace EmbSync.Core.Documents.Syntax;

/// <param name="ContinuedTables">Lines, from 0, of tables that go on with the one before and repeat its head.</param>
/// <param name="Cost">What was charged to the budget.</param>
internal sealed record ParsedMarkdown(MarkdownDocument Document, IReadOnlySet<int> ContinuedTables, long Cost);

/// <summary>
/// GitHub's Markdown (tables, task lists, strikethrough, footnotes, alerts) and what editors and generators add to it, as a tree. Bounded:
/// hostile input is refused, not suffered.
/// </summary>
internal static class MarkdownSyntax
{
    private static readonly MarkdownPipeline Pipeline = Build();

    /// <exception cref="RefusedException">Nested too deep, or more work than <see cref="ParseBudget"/> allows.</exception>
    public static ParsedMarkdown Parse(string body, int firstLine)
    {
        var context = new MarkdownParserContext();
        var budget = new ParseBudget(firstLine);
        context.Properties.Add(typeof(ParseBudget), budget);
        // One footnote follows another without a parser of ours being asked.
        long footnotes = body.AsSpan().Count("\n[^");
        budget.Spend(footnotes * footnotes, 0);
        try
        {
            return new(Markdown.Parse(body, Pipeline, context), budget.ContinuedTables, budget.Spent);
        }
        catch (ArgumentException exception) when (exception.Message.Contains("depth limit", StringComparison.Ordinal))
        {
            // Markdig's own bound, checked where ours doesn't look: 128 blocks, 10,240 open inlines.
            throw new RefusedException(new(ProblemCodes.NestedTooDeep, null, ParseBudget.Advice));
        }
    }

    private static MarkdownPipeline Build()
    {
        var builder = new MarkdownPipelineBuilder();
        builder.Extensions.Add(new PipeTableExtension());
        builder.Extensions.Add(new TaskListExtension());
        builder.Extensions.Add(new FootnoteExtension());
        builder.Extensions.Add(new EmphasisExtraExtension(EmphasisExtraOptions.Strikethrough));
        builder.Extensions.Add(new GuardExtension());
        return builder.Build();
    }

    private sealed class GuardExtension : IMarkdownExtension
    {
        public void Setup(MarkdownPipelineBuilder pipeline)
        {
            pipeline.BlockParsers.Insert(0, new AdmonitionParser());
            pipeline.BlockParsers.Insert(0, new CustomContainerParser());
            pipeline.InlineParsers.Insert(0, new MarkParser());
            pipeline.InlineParsers.Insert(0, new WikiLinkParser());
            pipeline.InlineParsers.Insert(0, new CalloutParser());
            pipeline.BlockParsers.Insert(0, new LongParagraphParser());
            pipeline.BlockParsers.Insert(0, new BlockGuard());
            pipeline.InlineParsers.Insert(0, new InlineGuard());
        }

        public void Setup(MarkdownPipeline pipeline, Markdig.Renderers.IMarkdownRenderer renderer)
        {
        }
    }
}
