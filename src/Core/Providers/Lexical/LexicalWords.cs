using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace EmbSync.Core.Providers.Lexical;

/// <summary>How much a stem tells: 256 common ones have a weight of their own (3 to 16), counted over public repositories.</summary>
internal static class LexicalWords
{
    public const int Ordinary = 16;
    public const int SingleCharacter = 2;
    public const int Compound = 8;

    private static readonly FrozenDictionary<ulong, int> Common = Read();

    /// <param name="hash">Of the stem in the namespace of stems.</param>
    public static int WeightOf(ulong hash, ReadOnlySpan<byte> stem)
    {
        if (Common.TryGetValue(hash, out var weight))
        {
            return weight;
        }

        return Rune.DecodeFromUtf8(stem, out _, out var bytes) == System.Buffers.OperationStatus.Done && bytes == stem.Length
            ? SingleCharacter
            : Ordinary;
    }

    private static FrozenDictionary<ulong, int> Read()
    {
        var type = typeof(LexicalWords);
        using var stream = type.Assembly.GetManifestResourceStream(type.Namespace + ".words-v1.tsv")
            ?? throw new InvalidOperationException("The word table is missing in the assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var weights = new Dictionary<ulong, int>();
        while (reader.ReadLine() is { } line)
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            weights.Add(
                LexicalHash.Of(LexicalHash.Stem, Encoding.UTF8.GetBytes(line[..tab])),
                int.Parse(line.AsSpan(tab + 1), NumberStyles.None, CultureInfo.InvariantCulture));
        }

        return weights.ToFrozenDictionary();
    }
}
