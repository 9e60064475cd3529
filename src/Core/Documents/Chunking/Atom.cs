namespace EmbSync.Core.Documents.Chunking;

/// <summary>
/// The least piece that a document may be cut into, with the border before it. Never begins or ends inside of a character.
/// </summary>
/// <param name="Start">Offset in the rendered text.</param>
/// <param name="End">Offset after its last character; between it and the next atom there is only white space.</param>
/// <param name="Block">Index of its block.</param>
/// <param name="Key">Hash of what follows the border: it moves with the text, so an edit elsewhere doesn't change it.</param>
internal readonly record struct Atom(int Start, int End, int Block, BorderRank Rank, ulong Key);
