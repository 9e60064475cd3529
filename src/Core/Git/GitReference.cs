using System.Globalization;
using EmbSync.Core.Model;

namespace EmbSync.Core.Git;

/// <summary>
/// What people may write where a commit is asked for. Checked before libgit2 sees it: a ref comes from flags and CI variables.
/// </summary>
internal static class GitReference
{
    private const string Marks = "_./@{}^~+#=,%-";
    private const int LongestReference = 1024;

    /// <exception cref="GitException">Empty, too long, starts with <c>-</c>, or holds characters that no name of a commit has.</exception>
    public static void Check(string reference)
    {
        if (string.IsNullOrWhiteSpace(reference))
        {
            throw new GitException("A git ref was expected, but it is empty. Name a branch, a tag or a commit, such as origin/main.");
        }

        if (reference.Length > LongestReference)
        {
            throw new GitException($"A git ref of {reference.Length} characters was refused: no name of a commit is that long.");
        }

        if (reference[0] == '-')
        {
            throw Refused(reference, "it starts with '-', as an option does");
        }

        if (reference.Contains("..", StringComparison.Ordinal))
        {
            throw Refused(reference, "it is a range; one commit is needed");
        }

        foreach (var rune in reference.EnumerateRunes())
        {
            if (!Marks.Contains(rune.ToString(), StringComparison.Ordinal) && !IsLetterOrDigit(System.Text.Rune.GetUnicodeCategory(rune)))
            {
                throw Refused(reference, string.Create(CultureInfo.InvariantCulture, $"it holds the character U+{rune.Value:X4}"));
            }
        }
    }

    /// <summary>
    /// For messages: control, format and bidirectional characters shown by number, so that a message can't steer a terminal.
    /// </summary>
    public static string Printable(string text) => string.Concat(text.EnumerateRunes().Select(rune =>
        System.Text.Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            ? string.Create(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}")
            : rune.ToString()));

    private static bool IsLetterOrDigit(UnicodeCategory category) => category is UnicodeCategory.UppercaseLetter
        or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber;

    private static GitException Refused(string reference, string why) => new(
        $"The git ref '{Printable(reference)}' was refused: {why}. Name a branch, a tag or a commit, such as origin/main.");
}
