using System.Globalization;
using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Model;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary>Reads typed values of options; a value that is no number in range is a usage error that names the option.</summary>
internal static class OptionValues
{
    public static CommandOption Value(this CommandLineApplication command, string template, string description) =>
        command.Option(template, description, CommandOptionType.SingleValue);

    /// <summary>One of a few words; whoever reads it refuses others.</summary>
    public static CommandOption Choice(this CommandLineApplication command, string template, string description,
        IReadOnlyList<string> choices) =>
        Added(command, new ChoiceOption(template, CommandOptionType.SingleValue, choices) { Description = description });

    /// <summary>The same for what stands without a flag.</summary>
    public static CommandArgument ArgumentOf(
        this CommandLineApplication command, string name, string description, IReadOnlyList<string> choices, bool multipleValues = false)
    {
        var argument = new ChoiceArgument(choices) { Name = name, Description = description, MultipleValues = multipleValues };
        command.Arguments.Add(argument);
        return argument;
    }

    /// <summary>What is said of a value that is none of a few words.</summary>
    /// <param name="what">Option or argument, with the value: <c>--format 'yaml'</c>.</param>
    public static UsageException NoneOf(string what, string given, IReadOnlyList<string> choices) =>
        new($"{what}: {Guess.Use(given, choices)}");

    /// <summary>The option's value, which is one of its choices; null where it isn't given.</summary>
    /// <exception cref="UsageException">It is another.</exception>
    public static string? Chosen(this CommandOption option) => option.Value() is not { } text ? null
        : option is IChoices { Choices: var choices } && !choices.Contains(text) ? throw NoneOf(
            $"--{option.LongName} '{text}'", text, choices)
        : text;

    public static CommandOption Flag(this CommandLineApplication command, string template, string description) =>
        command.Option(template, description, CommandOptionType.NoValue);

    public static CommandOption Many(this CommandLineApplication command, string template, string description) =>
        command.Option(template, description, CommandOptionType.MultipleValue);

    /// <summary>A switch that is on or off by default: <c>--name</c>, <c>--name=false</c>.</summary>
    public static CommandOption Switch(this CommandLineApplication command, string name, string description) =>
        Added(command, new ChoiceOption($"{name}[:<BOOL>]", CommandOptionType.SingleOrNoValue, ["true", "false"])
            { Description = description });

    /// <summary>How many, for short <c>-n</c>.</summary>
    public static CommandOption Limit(this CommandLineApplication command, string description) =>
        command.Value("-n|--limit <N>", description);

    public static CommandOption Wait(this CommandLineApplication command, string otherwise = "0s: leave with 7 at once") =>
        command.Value("--wait <TIME>", $"How long to wait for another run that writes, such as 60s or 5m (default {otherwise})");

    public static bool IsOn(this CommandOption option, bool otherwise) => !option.HasValue() ? otherwise : option.Value() switch
    {
        null or "true" => true,
        "false" => false,
        var text => throw NoneOf($"--{option.LongName} '{text}'", text, ["true", "false"]),
    };

    /// <summary>Whole seconds, or with s, m, h or d.</summary>
    public static TimeSpan? Duration(this CommandOption option)
    {
        if (option.Value() is not { } text)
        {
            return null;
        }

        var unit = text.Length > 0 ? text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 } : 0;
        return int.TryParse(unit == 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= 1_000_000
            ? TimeSpan.FromSeconds((double)number * Math.Max(1, unit))
            : throw new UsageException($"--{option.LongName} '{text}': use a time such as 60s, 5m, 1h or 7d");
    }

    /// <summary>0 to 1.</summary>
    public static double? Share(this CommandOption option)
    {
        if (option.Value() is not { } text)
        {
            return null;
        }

        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number <= 1
            ? number
            : throw new UsageException($"--{option.LongName} '{text}': use a number from 0 to 1, such as 0.95");
    }

    /// <summary>A whole number that stands without a flag.</summary>
    public static int? Whole(string? text, string name, int least) => text is null ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least ? number
        : throw new UsageException(Text.Of($"{name} '{text}': use a whole number, {least} at least"));

    public static int? Number(this CommandOption option, int least)
    {
        if (option.Value() is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw new UsageException($"--{option.LongName} '{text}': use a whole number of at least {least}");
    }

    public static long? LargeNumber(this CommandOption option)
    {
        if (option.Value() is not { } text)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new UsageException($"--{option.LongName} '{text}': use a whole number");
    }

    public static decimal? Money(this CommandOption option)
    {
        if (option.Value() is not { } text)
        {
            return null;
        }

        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new UsageException($"--{option.LongName} '{text}': use an amount in USD such as 0.50");
    }

    private static CommandOption Added(CommandLineApplication command, CommandOption option)
    {
        command.Options.Add(option);
        return option;
    }

    public static IReadOnlyList<string> All(this CommandOption option) => [.. option.Values.OfType<string>()];
}
