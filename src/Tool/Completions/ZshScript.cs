using System.Text;

namespace EmbSync.Tool.Completions;

/// <summary>Completion for zsh, as a file of <c>fpath</c> or sourced.</summary>
internal static class ZshScript
{
    public static string Of(CompletionNode root)
    {
        var text = new StringBuilder(Head);
        foreach (var node in root.All)
        {
            text.Append(Function(node.Path)).Append("() {\n");
            _ = node.Commands.Count > 0 ? Branch(text, node) : Leaf(text, node);
            text.Append("}\n\n");
        }

        return text.Append(Tail).ToString();
    }

    private static StringBuilder Leaf(StringBuilder text, CompletionNode node)
    {
        text.Append("  _arguments -s -S");
        Options(text, node);
        if (node.Argument is { } argument)
        {
            text.Append(" \\\n    ").Append(Quote($"*:{Plain(argument.Name)}:{Action(argument)}"));
        }

        return text.Append('\n');
    }

    private static StringBuilder Branch(StringBuilder text, CompletionNode node)
    {
        text.Append("  local curcontext=\"$curcontext\" state line\n  typeset -A opt_args\n  local -a commands\n  commands=(\n");
        foreach (var command in node.Commands)
        {
            text.Append("    ").Append(Quote($"{command.Name}:{command.Description}")).Append('\n');
        }

        text.Append("  )\n  _arguments -C -S");
        Options(text, node);
        text.Append(" \\\n    '1: :->command' '*:: :->rest'\n  case $state in\n    command) _describe -t commands command commands ;;\n    rest)\n      case $words[1] in\n");
        foreach (var command in node.Commands)
        {
            text.Append($"        {command.Name}) {Function(command.Path)} ;;\n");
        }

        return text.Append("      esac\n      ;;\n  esac\n");
    }

    private static void Options(StringBuilder text, CompletionNode node)
    {
        foreach (var option in node.Options)
        {
            var others = option.IsRepeatable ? "*" : option.Names.Count > 1 ? $"({string.Join(' ', option.Names)})" : "";
            foreach (var name in option.Names)
            {
                var value = option.Value.Kind == ValueKind.None ? "" : $":{Plain(option.Value.Name)}:{Action(option.Value)}";
                var joint = option.IsValueOptional ? "=-" : option.Value.Kind != ValueKind.None
                    && name.StartsWith("--", StringComparison.Ordinal) ? "=" : "";
                var optional = option.IsValueOptional ? ":" : "";
                text.Append(" \\\n    ").Append(
                    Quote($"{others}{name}{joint}[{Bracketed(option.Description)}]{(value.Length > 0 ? optional + value : "")}"));
            }
        }
    }

    private static string Action(CompletionValue value) => value.Kind switch
    {
        ValueKind.Choice => $"({string.Join(' ', value.Choices)})",
        ValueKind.File => "_files",
        ValueKind.Reference => "_embsync_refs",
        _ => " ",
    };

    private static string Function(string path) => "_" + path.Replace(' ', '_');

    private static string Plain(string name) => name.Replace(":", "\\:", StringComparison.Ordinal);

    private static string Bracketed(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("[", "\\[", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal);

    private static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private const string Head = """
        #compdef embsync
        # Completion of embsync for zsh; written by 'embsync completion zsh'.

        _embsync_refs() {
          local -a refs
          refs=(${(f)"$(git for-each-ref --format='%(refname:short)' refs/heads refs/remotes refs/tags 2>/dev/null)"})
          compadd -a refs
        }


        """;

    private const string Tail = """
        if [ "$funcstack[1]" = _embsync ]; then
          _embsync "$@"
        else
          compdef _embsync embsync
        fi

        """;
}
