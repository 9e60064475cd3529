namespace EmbSync.Core.Storage;

/// <summary>
/// The order of databases: by bytes of UTF-8, which is by code point. Differs from <see cref="StringComparer.Ordinal"/> only between
/// characters outside the basic plane and those from U+E000 on.
/// </summary>
internal sealed class Utf8Order : IComparer<string>
{
    public static readonly Utf8Order Instance = new();

    public int Compare(string? x, string? y)
    {
        var a = x.AsSpan();
        var b = y.AsSpan();
        var common = a.CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
        {
            return a.Length.CompareTo(b.Length);
        }

        var (left, right) = (a[common], b[common]);
        return char.IsSurrogate(left) == char.IsSurrogate(right) ? left.CompareTo(right) : char.IsSurrogate(left) ? 1 : -1;
    }
}
