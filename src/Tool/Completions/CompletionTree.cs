using EmbSync.Tool.Commands;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Completions;

internal enum ValueKind
{
    /// <summary>A flag.</summary>
    None,

    /// <summary>Anything: nothing is offered.</summary>
    Free,

    File,

    /// <summary>A branch or tag of the repository at hand.</summary>
    Reference,

    Choice,
}

/// <param name="Choices">Empty unless the kind is <see cref="ValueKind.Choice"/>.</param>
/// <param name="Name">For people.</param>
internal sealed record CompletionValue(ValueKind Kind, string Name, IReadOnlyList<string> Choices);

/// <param name="Names">With their dashes, the long one last.</param>
internal sealed record CompletionOption(
    IReadOnlyList<string> Names, string Description, CompletionValue Value, bool IsRepeatable, bool IsValueOptional);

/// <param name="Path">Words from the program's name on.</param>
/// <param name="Argument">What may stand there without a flag; null for nothing.</param>
internal sealed record CompletionNode(
    string Path, string Name, string Description, IReadOnlyList<CompletionNode> Commands, IReadOnlyList<CompletionOption> Options,
    CompletionValue? Argument)
{
    /// <summary>This and all below, parents first.</summary>
    public IEnumerable<CompletionNode> All => Commands.SelectMany(command => command.All).Prepend(this);
}

/// <summary>The commands as they are, for scripts that complete them: what is not in the tree is not in a script.</summary>
internal static class CompletionTree
{
    public static CompletionNode Of(CommandLineApplication root) => Node(root, "");

    private static CompletionNode Node(CommandLineApplication command, string parent)
    {
        var name = command.Name!;
        var path = parent.Length == 0 ? name : $"{parent} {name}";
        return new(
            path, name, command.Description ?? "",
            [.. command.Commands.Where(one => one.ShowInHelpText).OrderBy(one => one.Name, StringComparer.Ordinal).Select(
            one => Node(one, path))],
            [.. command.GetOptions().Where(option => option.ShowInHelpText).Select(Option)],
            command.Arguments.Where(argument => argument.ShowInHelpText).Select(argument => ValueOf(argument.Name!, argument))
            .FirstOrDefault());
    }

    private static CompletionOption Option(CommandOption option)
    {
        var names = new[] { (option.ShortName, "-"), (option.LongName, "--") }.Where(name => !string.IsNullOrEmpty(name.Item1)).Select(
            name => name.Item2 + name.Item1);
        return new(
            [.. names], option.Description ?? "",
            option.OptionType == CommandOptionType.NoValue ? new(ValueKind.None, "", []) : ValueOf(option.ValueName ?? "", option),
            option.OptionType == CommandOptionType.MultipleValue, option.OptionType == CommandOptionType.SingleOrNoValue);
    }

    private static CompletionValue ValueOf(string name, object holder) =>
        holder is IChoices { Choices: var choices } ? new(ValueKind.Choice, name, choices) : new(Kind(name), name, []);

    private static ValueKind Kind(string name) => name switch
    {
        "FILE" or "file" => ValueKind.File,
        "REF" => ValueKind.Reference,
        _ => ValueKind.Free,
    };
}
