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
            text.Append($"        {Quote(node.Path)} = @{{\n");
            Words(text, "words", node.Commands.Select(command => (command.Name, command.Description)).Concat(
                (node.Argument?.Choices ?? []).Select(choice => (choice, choice))));
            Words(text, "options", node.Options.SelectMany(option => option.Names.Select(name => (name, option.Description))));
            text.Append("            after = @{\n");
            foreach (var option in node.Options.Where(option => option.Value.Kind != ValueKind.None && !option.IsValueOptional))
            {
                text.Append($"                {Quote(option.Names[^1])} = {Values(option.Value)}\n");
            }

            text.Append("            }\n        }\n");
        }

        return text.Append(Tail).ToString();
    }

    /// <summary>A table, since a list of one pair would be unpacked.</summary>
    private static void Words(StringBuilder text, string name, IEnumerable<(string Word, string Description)> words)
    {
        text.Append($"            {name} = [ordered]@{{\n");
        foreach (var (word, description) in words)
        {
            text.Append($"                {Quote(word)} = {Quote(description.Length > 0 ? description : word)}\n");
        }

        text.Append("            }\n");
    }

    /// <summary>A word says where the values are from; for files, PowerShell does it itself.</summary>
    private static string Values(CompletionValue value) => value.Kind switch
    {
        ValueKind.Choice => $"@({string.Join(", ", value.Choices.Select(Quote))})",
        ValueKind.Reference => "'refs'",
        ValueKind.File => "'files'",
        _ => "@()",
    };

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
            if ($node.after.ContainsKey($last)) {
                $values = $node.after[$last]
                if ($values -is [string] -and $values -eq 'files') { return }
                # Names that a shell would take for more than a word are left out: they would be run with the line.
                if ($values -is [string]) { $values = @(git for-each-ref --format='%(refname:short)' refs/heads refs/remotes refs/tags 2>$null | Where-Object { $_ -match '^[A-Za-z0-9._/@+,-]+$' }) }
                $found = [ordered]@{}
                foreach ($value in $values) { $found[$value] = $value }
            } elseif ($wordToComplete -like '-*') {
                $found = $node.options
            } else {
                $found = $node.words
            }
            foreach ($name in $found.Keys) {
                if ($name.StartsWith($wordToComplete)) {
                    [System.Management.Automation.CompletionResult]::new($name, $name, 'ParameterValue', $found[$name])
                }
            }
        }

        """;
}
