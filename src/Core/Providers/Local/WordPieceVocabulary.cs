using System.Text;
using EmbSync.Core.Model;

namespace EmbSync.Core.Providers.Local;

/// <summary>
/// The pieces that a model of the BERT family knows: one a line of <c>vocab.txt</c>, whose number is its id. <c>##</c> marks those that go
/// on inside a word.
/// </summary>
internal sealed class WordPieceVocabulary
{
    private const string Mark = "##";

    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _first;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _next;
    private readonly bool[] _continues;
    private readonly int _longest;

    /// <param name="name">Of the file, for messages.</param>
    /// <exception cref="UsageException">Not a vocabulary of this kind.</exception>
    public WordPieceVocabulary(TextReader lines, string name)
    {
        var (first, next) = (new Dictionary<string, int>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal));
        var continues = new List<bool>();
        while (lines.ReadLine() is { } line)
        {
            var inside = line.Length > Mark.Length && line.StartsWith(Mark, StringComparison.Ordinal);
            var piece = inside ? line[Mark.Length..] : line;
            (inside ? next : first)[piece] = continues.Count;
            continues.Add(inside);
            _longest = Math.Max(_longest, piece.Length);
        }

        (Start, End, Unknown) = (Special("[CLS]"), Special("[SEP]"), Special("[UNK]"));
        _continues = [.. continues];
        _first = first.GetAlternateLookup<ReadOnlySpan<char>>();
        _next = next.GetAlternateLookup<ReadOnlySpan<char>>();

        int Special(string piece) => first.TryGetValue(piece, out var id) ? id : throw new UsageException(
            $"{name} has no line {piece}: expected the vocabulary of a BERT model (WordPiece), one piece a line. Models that cut words otherwise (RoBERTa, XLM, T5) can't be used here: "
            + "serve them by an endpoint (provider: openai, baseUrl)");
    }

    /// <summary>Ids of the pieces put around a text, and of what isn't known.</summary>
    public int Start { get; }

    public int End { get; }

    public int Unknown { get; }

    public static WordPieceVocabulary Load(string path)
    {
        using var reader = new StreamReader(path, Encoding.UTF8);
        return new(reader, path);
    }

    /// <summary>The piece goes on inside a word.</summary>
    public bool IsInside(int id) => _continues[id];

    /// <summary>Appends the longest pieces that make up the word, from its start; the unknown piece when they don't.</summary>
    public void AppendPieces(ReadOnlySpan<char> word, List<int> target)
    {
        var begun = target.Count;
        for (var at = 0; at < word.Length;)
        {
            var table = at == 0 ? _first : _next;
            var length = Math.Min(word.Length - at, _longest);
            var id = 0;
            while (length > 0 && !table.TryGetValue(word.Slice(at, length), out id))
            {
                length--;
            }

            if (length == 0)
            {
                target.RemoveRange(begun, target.Count - begun);
                target.Add(Unknown);
                return;
            }

            target.Add(id);
            at += length;
        }
    }
}
