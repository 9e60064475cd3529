using EmbSync.Core.Jobs.Search;
using EmbSync.Core.Model;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary>Flags of <c>search</c> and <c>similar</c>.</summary>
internal sealed class SearchOptions(CommandLineApplication command)
{
    private const int DefaultLimit = 10;

    private readonly CommandOption _limit = command.Limit($"At most N items (default {DefaultLimit})");
    private readonly CommandOption _source = command.Value("--source <NAME>", "Only this source");
    private readonly CommandOption _space = command.Value(
        "--space <NAME>", "Search in this space (default: default, else the first configured)");
    private readonly CommandOption _type = command.Value("--type <TYPE>", "Only items of this type");
    private readonly CommandOption _where = command.Many(
        "--where <CONDITION>", "Only items whose metadata says KEY=VALUE (repeatable: all must hold)");
    private readonly CommandOption _threshold = command.Value("--threshold <SCORE>", "Only items that score at least so much");

    /// <param name="text">What is looked for: a text, or an item's id.</param>
    public SearchRequest Request(string text) => new(
        text, _limit.Number(least: 1) ?? DefaultLimit, _source.Value(), _type.Value(), [.. _where.All().Select(Condition)],
        Threshold(_threshold), _space.Value());

    private static KeyValuePair<string, string> Condition(string text) => text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
        ? new(text[..at], text[(at + 1)..])
        : throw new UsageException($"--where '{text}': use KEY=VALUE, such as status=open");

    private static double? Threshold(CommandOption option)
    {
        if (option.Value() is not { } text)
        {
            return null;
        }

        return double.TryParse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture,
            out var score)
            ? score
            : throw new UsageException($"--threshold '{text}': use a number such as 0.3");
    }
}
