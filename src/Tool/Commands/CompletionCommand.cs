using EmbSync.Core.Model;
using EmbSync.Tool.Completions;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>completion</c>: a script for the shell, made from the commands as they are.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, Func<CompletionNode, string>> Shells = new(StringComparer.Ordinal)
    {
        ["bash"] = BashScript.Of,
        ["zsh"] = ZshScript.Of,
        ["fish"] = FishScript.Of,
        ["powershell"] = PowerShellScript.Of,
    };

    public static void AddTo(CommandLineApplication app, Session session) => app.Command("completion", command =>
    {
        command.Description = "Print a script that completes commands, options and their values in your shell";
        command.ExtendedHelpText = """

            Examples:
              source <(embsync completion bash)                                              this bash; in ~/.bashrc, every one
              embsync completion zsh > "${fpath[1]}/_embsync"
              embsync completion fish > ~/.config/fish/completions/embsync.fish
              embsync completion powershell | Out-String | Invoke-Expression                 in $PROFILE, every one
            """;
        var shell = command.ArgumentOf("shell", string.Join(", ", Shells.Keys), [.. Shells.Keys]).IsRequired();
        command.OnExecute(() =>
        {
            var script = Shells.GetValueOrDefault(shell.Value!)
                ?? throw OptionValues.NoneOf($"'{shell.Value}' is no shell that embsync knows", shell.Value!, [.. Shells.Keys]);
            session.Print(script(CompletionTree.Of(app)));
            return (int)ExitCode.Done;
        });
    });
}
