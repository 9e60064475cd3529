using System.Text;

namespace EmbSync.Tool.Completions;

/// <summary>Completion for fish.</summary>
internal static class FishScript
{
    public static string Of(CompletionNode root)
    {
        var text = new StringBuilder(Head);
        text.Append("            case ").AppendJoin(' ', root.All.Skip(1).Select(node => Quote(node.Path))).Append('\n').Append(Middle);
        foreach (var node in root.All)
        {
            var at = $"complete -c embsync -n {Quote($"__embsync_at {node.Path}")}";
            text.Append('\n');
            foreach (var command in node.Commands)
            {
                text.Append($"{at} -a {command.Name} -d {Quote(command.Description)}\n");
            }

            if (node.Argument is { Kind: ValueKind.Choice } argument)
            {
                text.Append($"{at} -a {Quote(string.Join(' ', argument.Choices))}\n");
            }
            else if (node.Argument is { Kind: ValueKind.File })
            {
                text.Append($"{at} -F\n");
            }

            foreach (var option in node.Options)
            {
                text.Append(at).Append(string.Concat(option.Names.Select(Name))).Append(Value(option)).Append(
                    $" -d {Quote(option.Description)}\n");
            }
        }

        return text.ToString();
    }

    private static string Name(string name) =>
        name.StartsWith("--", StringComparison.Ordinal) ? $" -l {name[2..]}" : $" -s {Quote(name[1..])}";

    /// <summary>A value that may be left out is offered after <c>=</c> only.</summary>
    private static string Value(CompletionOption option) => option.Value.Kind switch
    {
        ValueKind.None => "",
        ValueKind.Choice => (option.IsValueOptional ? "" : " -x") + $" -a {Quote(string.Join(' ', option.Value.Choices))}",
        ValueKind.File => " -r -F",
        ValueKind.Reference => " -x -a '(__embsync_refs)'",
        _ => " -x",
    };

    /// <summary>In single quotes only these two mean something.</summary>
    private static string Quote(string text) =>
        "'" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal) + "'";

    private const string Head = """
        # Completion of embsync for fish; written by 'embsync completion fish'.

        function __embsync_refs
            git for-each-ref --format='%(refname:short)' refs/heads refs/remotes refs/tags 2>/dev/null
        end

        function __embsync_at
            set -l path embsync
            for word in (commandline -opc)[2..]
                switch "$path $word"

        """;

    private const string Middle = """
                        set path "$path $word"
                end
            end
            test "$path" = "$argv"
        end

        complete -c embsync -f

        """;
}
