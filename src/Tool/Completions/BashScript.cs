using System.Text;

namespace EmbSync.Tool.Completions;

/// <summary>Completion for bash, from 3.2 on.</summary>
internal static class BashScript
{
    public static string Of(CompletionNode root)
    {
        var text = new StringBuilder();
        text.Append(Head);
        text.Append("  # The command so far: none with commands below it takes an option with a value.\n");
        text.Append("  for ((i = 1; i < COMP_CWORD; i++)); do\n    case \"$path ${COMP_WORDS[i]}\" in\n");
        text.Append("      ").AppendJoin(" | \\\n      ", root.All.Skip(1).Select(node => Quote(node.Path))).Append(
            ") path=\"$path ${COMP_WORDS[i]}\" ;;\n    esac\n  done\n\n");
        Values(text, "$path $prev", root, option => !option.IsValueOptional, "");
        Values(text, "$path $prev$equals", root, option => option.IsValueOptional, "=");
        text.Append("  case $path in\n");
        foreach (var node in root.All)
        {
            text.Append("    ").Append(Quote(node.Path)).Append(")\n");
            text.Append("      options='").AppendJoin(' ', node.Options.SelectMany(option => option.Names)).Append("'\n");
            text.Append("      words='").AppendJoin(' ', node.Commands.Select(command => command.Name).Concat(node.Argument?.Choices ?? []))
                .Append("'\n");
            text.Append(node.Argument is { Kind: ValueKind.File } ? "      files=yes\n" : "").Append("      ;;\n");
        }

        return text.Append(Tail).ToString();
    }

    /// <summary>What may follow an option; one branch for all that take the same.</summary>
    private static void Values(StringBuilder text, string word, CompletionNode root, Func<CompletionOption, bool> are, string end)
    {
        var branches = root.All.SelectMany(node => node.Options.Where(option => option.Value.Kind != ValueKind.None && are(option))
                .SelectMany(option => option.Names.Select(
                    name => (Pattern: Quote($"{node.Path} {name}{end}"), Reply: Reply(option.Value)))))
            .GroupBy(value => value.Reply, value => value.Pattern, StringComparer.Ordinal).ToList();
        if (branches.Count == 0)
        {
            return;
        }

        text.Append($"  case \"{word}\" in\n");
        foreach (var branch in branches)
        {
            text.Append("    ").AppendJoin(" | \\\n    ", branch).Append(")\n").Append(branch.Key.Length > 0 ? $"      {branch.Key}\n" : "")
                .Append("      return\n      ;;\n");
        }

        text.Append("  esac\n\n");
    }

    /// <summary>Empty where anything may follow.</summary>
    private static string Reply(CompletionValue value) => value.Kind switch
    {
        ValueKind.Choice => $"_embsync_words {string.Join(' ', value.Choices)}",
        ValueKind.File => "_embsync_files",
        ValueKind.Reference => "_embsync_refs",
        _ => "",
    };

    private static string Quote(string path) => $"'{path}'";

    private const string Head = """
        # Completion of embsync for bash; written by 'embsync completion bash'.

        _embsync_words() {
          local word
          for word in "$@"; do
            if [[ $word == "$cur"* ]]; then COMPREPLY+=("$word"); fi
          done
        }

        _embsync_files() {
          local line
          compopt -o filenames 2>/dev/null
          while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$cur")
        }

        # Names that a shell would take for more than a word are left out: they would be run with the line.
        _embsync_refs() {
          local line
          while IFS= read -r line; do
            case $line in *[!A-Za-z0-9._/@+,-]*) continue ;; esac
            _embsync_words "$line"
          done < <(git for-each-ref --format='%(refname:short)' refs/heads refs/remotes refs/tags 2>/dev/null)
        }

        _embsync() {
          local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} path=embsync equals='' options='' words='' files='' i
          COMPREPLY=()
          # --name=value comes as three words.
          if [[ $cur == '=' ]]; then
            cur='' equals='='
          elif [[ $prev == '=' ]] && ((COMP_CWORD > 1)); then
            prev=${COMP_WORDS[COMP_CWORD - 2]} equals='='
          fi


        """;

    private const string Tail = """
          esac

          # shellcheck disable=SC2086 # Lists of words, made above.
          if [[ $cur == -* ]]; then
            _embsync_words $options
          elif [[ -n $files ]]; then
            _embsync_files
          else
            _embsync_words $words
          fi
        }

        complete -F _embsync embsync

        """;
}
