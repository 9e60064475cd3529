using System.Globalization;
using EmbSync.Core.Model;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary>Reads typed values of options; a value that is no number in range is a usage error that names the option.</summary>
internal static class OptionValues
{
    public static CommandOption Value(this CommandLineApplication command, string template, string description) =>
        command.Option(template, description, CommandOptionType.SingleValue);

    public static CommandOption Flag(this CommandLineApplication command, string template, string description) =>
        command.Option(template, description, CommandOptionType.NoValue);

    public static CommandOption Many(this CommandLineApplication command, string template, string description) =>
        command.Option(template, description, CommandOptionType.MultipleValue);

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

    public static IReadOnlyList<string> All(this CommandOption option) => [.. option.Values.OfType<string>()];
}
