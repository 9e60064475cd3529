using System.Text;

namespace EmbSync.Tool.Completions;

/// <summary>Completion for PowerShell, from 5.1 on.</summary>
internal static class PowerShellScript
{
    public static string Of(CompletionNode root)
    {
        var text = new StringBuilder(Head);
        foreach (var node in root.All)
        {
            text.Append($"        {Quote(node.Path)} = @{{\n            words = @(");
            text.AppendJoin(", ", node.Commands.Select(command => Pair(command.Name, command.Description)).Concat((node.Argument?.Choices ?? []).Select(choice => Pair(choice, choice))));
            text.Append(")\n            options = @(\n");
            text.AppendJoin(",\n", node.Options.SelectMany(option => option.Names.Select(name => $"                {Pair(name, option.Description)}")));
            text.Append("\n            )\n            values = @{\n");
            foreach (var option in node.Options.Where(option => option.Value.Kind != ValueKind.None && !option.IsValueOptional))
            {
                text.Append($"                {Quote(option.Names[^1])} = {Values(option.Value)}\n");
            }

            text.Append("            }\n        }\n");
        }

        return text.Append(Tail).ToString();
    }

    /// <summary>Null lets PowerShell offer files.</summary>
    private static string Values(CompletionValue value) => value.Kind switch
    {
        ValueKind.Choice => $"@({string.Join(", ", value.Choices.Select(Quote))})",
        ValueKind.Reference => "'refs'",
        ValueKind.File => "'files'",
        _ => "@()",
    };

    private static string Pair(string name, string description) => $"@({Quote(name)}, {Quote(description.Length > 0 ? description : name)})";

    private static string Quote(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    private const string Head = """
        # Completion of embsync for PowerShell; written by 'embsync completion powershell'.

        Register-ArgumentCompleter -Native -CommandName embsync -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $tree = @{

        """;

    private const string Tail = """
            }
            $before = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
            $path = 'embsync'
            foreach ($word in ($before | Select-Object -Skip 1)) {
                if ($tree.ContainsKey("$path $word")) { $path = "$path $word" }
            }
            $node = $tree[$path]
            $last = if ($before.Count -gt 0) { $before[-1] } else { '' }
            if ($node.values.ContainsKey($last)) {
                $values = $node.values[$last]
                if ($values -is [string] -and $values -eq 'files') { return }
                if ($values -is [string]) { $values = @(git for-each-ref --format='%(refname:short)' refs/heads refs/remotes refs/tags 2>$null | Where-Object { $_ -match '^[A-Za-z0-9._/@+,-]+$' }) }
                $found = @($values | ForEach-Object { , @($_, $_) })
            } elseif ($wordToComplete -like '-*') {
                $found = $node.options
            } else {
                $found = $node.words
            }
            foreach ($pair in $found) {
                if ($pair[0].StartsWith($wordToComplete)) {
                    [System.Management.Automation.CompletionResult]::new($pair[0], $pair[0], 'ParameterValue', $pair[1])
                }
            }
        }

        """;
}
