namespace EmbSync.Core.Documents;

/// <summary>What a file's name says about the Markdown in it; all else shows in the text.</summary>
internal enum MarkdownDialect
{
    Common,

    /// <summary><c>.mdx</c>: JSX tags, expressions, <c>import</c> and <c>export</c>.</summary>
    Mdx,
}
