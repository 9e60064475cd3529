namespace EmbSync.Core.Reporting;

/// <summary>How text reports may look: colour or not, and how many columns there are.</summary>
/// <param name="Width">Columns of the terminal; a piped report isn't folded.</param>
public sealed record Ink(bool Color, int Width)
{
    public static readonly Ink Plain = new(false, int.MaxValue);

    public string Bold(string text) => Wrap("1", text);

    public string Dim(string text) => Wrap("2", text);

    public string Good(string text) => Wrap("32", text);

    public string Warn(string text) => Wrap("33", text);

    public string Bad(string text) => Wrap("31", text);

    private string Wrap(string code, string text) => Color && text.Length > 0 ? $"\u001b[{code}m{text}\u001b[0m" : text;
}
