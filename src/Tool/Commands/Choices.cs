using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary>What can be said is a list, which completions show.</summary>
internal interface IChoices
{
    IReadOnlyList<string> Choices { get; }
}

/// <summary>An option with one of these values.</summary>
internal sealed class ChoiceOption(string template, CommandOptionType type, IReadOnlyList<string> choices)
    : CommandOption(template, type), IChoices
{
    public IReadOnlyList<string> Choices { get; } = choices;
}

/// <summary>An argument that is one of these words.</summary>
internal sealed class ChoiceArgument(IReadOnlyList<string> choices) : CommandArgument, IChoices
{
    public IReadOnlyList<string> Choices { get; } = choices;
}
