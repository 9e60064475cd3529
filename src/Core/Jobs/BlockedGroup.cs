using EmbSync.Core.Model;

namespace EmbSync.Core.Jobs;

/// <param name="Items">Blocked items with this code.</param>
/// <param name="Meaning">In a few words.</param>
public sealed record BlockedGroup(string Code, int Items, string Meaning)
{
    internal static IReadOnlyList<BlockedGroup> Of(IEnumerable<string> codes) =>
        [.. codes.CountBy(code => code, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).Select(
            group => new BlockedGroup(group.Key, group.Value, MeaningOf(group.Key)))];

    /// <summary>The group in one line.</summary>
    internal string Line => $"{Code}: {Text.Count(Items, "item")}: {Meaning}";

    private static string MeaningOf(string code) => code switch
    {
        ProblemCodes.TooLarge => "larger than limits.maxFileBytes allows",
        ProblemCodes.NotUtf8 => "no text in UTF-8",
        ProblemCodes.DuplicateId => "an id is claimed by several",
        ProblemCodes.OutsideRoot => "outside of the folder that is read",
        ProblemCodes.Unreadable => "can't be read",
        ProblemCodes.LfsPointer => "a Git LFS pointer in place of the text",
        ProblemCodes.InvalidId => "no id, or one that can't be stored",
        ProblemCodes.InvalidJson => "no valid JSON",
        ProblemCodes.InvalidField => "a member can't be used",
        ProblemCodes.InputRefused => "the provider refuses the text",
        ProblemCodes.BadVector => "the provider answers no usable vector",
        ProblemCodes.ProviderFailed => "the provider keeps failing",
        _ => "can't be used",
    };
}
