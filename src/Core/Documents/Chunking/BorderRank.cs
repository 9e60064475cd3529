namespace EmbSync.Core.Documents.Chunking;

/// <summary>What a border stands before. Where a part is too large, the highest kind that it has is where it is cut.</summary>
internal enum BorderRank : byte
{
    /// <summary>Within a word.</summary>
    Character,
    Word,
    Sentence,
    Line,

    /// <summary>Heading, paragraph, fence, table, list item.</summary>
    Block,
}
