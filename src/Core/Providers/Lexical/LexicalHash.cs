namespace EmbSync.Core.Providers.Lexical;

/// <summary>FNV-1a 64 over a namespace byte and UTF-8, finished by SplitMix64. Integers only: the same on every platform.</summary>
internal static class LexicalHash
{
    public const byte Stem = 1;
    public const byte Compound = 2;
    public const byte Gram = 3;

    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    public static ulong Of(byte space, ReadOnlySpan<byte> utf8)
    {
        var state = Start(space);
        foreach (var value in utf8)
        {
            state = Next(state, value);
        }

        return Finish(state);
    }

    public static ulong Start(byte space) => Next(Basis, space);

    public static ulong Next(ulong state, byte value) => unchecked((state ^ value) * Prime);

    public static ulong Finish(ulong state)
    {
        unchecked
        {
            state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
            state = (state ^ (state >> 27)) * 0x94d049bb133111eb;
            return state ^ (state >> 31);
        }
    }
}
