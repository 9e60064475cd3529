using System.Text.RegularExpressions;
using EmbSync.Core.Configuration.Definition;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool;

/// <summary>
/// What people type beside the words that the command tree knows: <c>help sync</c>, <c>version</c>, options before the command, slips.
/// </summary>
internal static partial class CommandWords
{
    private const string HelpOption = "--help";

    /// <summary>The same in the tree's words. What can't be told stays as it is, for the parser to refuse.</summary>
    public static string[] Understood(CommandLineApplication root, string[] arguments)
    {
        var (options, rest) = Leading(root, arguments);
        var command = root;
        var words = new List<string>();
        var asksForHelp = false;
        var at = 0;
        for (; at < rest.Length && !rest[at].StartsWith('-'); at++)
        {
            if (rest[at].Equals("help", StringComparison.OrdinalIgnoreCase) && command.Arguments.Count == 0)
            {
                asksForHelp = true;
            }
            else if (command.Commands.FirstOrDefault(one => rest[at].Equals(one.Name, StringComparison.OrdinalIgnoreCase)) is { } next)
            {
                command = next;
                words.Add(rest[at]);
            }
            else
            {
                break;
            }
        }

        return command == root && !asksForHelp ? arguments
            : [.. words, .. options, .. rest[at..], .. asksForHelp ? [HelpOption] : Array.Empty<string>()];
    }

    /// <summary>Why the parser refused, with what may have been meant, and where to read on.</summary>
    /// <param name="arguments">As they were typed.</param>
    public static string Refusal(CommandParsingException refused, IReadOnlyList<string> arguments)
    {
        var command = refused.Command;
        var message = refused.Message.TrimEnd('.');
        var word = refused is UnrecognizedCommandParsingException && Refused().Match(message) is { Success: true } match
            ? match.Groups["word"].Value : "";
        if (word is ['-', not '-'] && arguments.FirstOrDefault(one => one.StartsWith(word, StringComparison.Ordinal)) is { } whole)
        {
            // The parser takes -32000 for six options.
            message = message.Replace($"'{word}'", $"'{whole}'", StringComparison.Ordinal);
        }

        var dash = word.StartsWith('-') && command.Arguments.Count > 0 ? " (words that begin with a dash go behind --)" : "";
        var hint = word.Length > 0 ? Guess.Hint(word.Split('=')[0], Known(command, word.StartsWith('-'))) : "";
        return $"{message}{dash}{(hint.Length > 0 ? hint : ".")} See 'embsync {Path(command)}--help'";
    }

    /// <summary>Options, and commands where the slip may be one.</summary>
    private static IEnumerable<string> Known(CommandLineApplication command, bool isOption) => command.GetOptions()
        .Concat(command.Parent is null ? command.Commands.SelectMany(one => one.GetOptions()) : []).Where(option => option.ShowInHelpText)
        .SelectMany(option => new[] { option.LongName is { Length: > 0 } name ? "--" + name : null, option.ShortName is
            { Length: > 0 } letter ? "-" + letter : null }).OfType<string>()
        .Concat(isOption ? [] : command.Commands.Where(one => one.ShowInHelpText).Select(one => one.Name!));

    /// <summary>Options in front of the command, and what follows.</summary>
    private static (string[] Options, string[] Behind) Leading(CommandLineApplication root, string[] arguments)
    {
        var all = root.Commands.SelectMany(command => command.GetOptions()).ToList();
        var at = 0;
        while (at < arguments.Length && arguments[at] is ['-', _, ..] given && !root.GetOptions().Any(option => Names(option, given)))
        {
            var option = all.Find(one => Names(one, given));
            if (option is null)
            {
                return ([], arguments);
            }

            at += option.OptionType is CommandOptionType.NoValue or CommandOptionType.SingleOrNoValue
                || given.Contains('=', StringComparison.Ordinal) ? 1 : 2;
        }

        return at < arguments.Length ? (arguments[..at], arguments[at..]) : ([], arguments);
    }

    private static bool Names(CommandOption option, string given)
    {
        var name = given.Split('=')[0];
        return name == "--" + option.LongName || (option.ShortName is { Length: > 0 } letter && name == "-" + letter);
    }

    private static string Path(CommandLineApplication command) => command.Parent is { } parent ? $"{Path(parent)}{command.Name} " : "";

    [GeneratedRegex("'(?<word>[^']+)'", RegexOptions.ExplicitCapture)]
    private static partial Regex Refused();
}
