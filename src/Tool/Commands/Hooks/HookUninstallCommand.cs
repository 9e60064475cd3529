using EmbSync.Core.Git;
using EmbSync.Core.Jobs.Hooks;
using EmbSync.Core.Model;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands.Hooks;

/// <summary><c>hook uninstall</c>: takes away what an install wrote, and nothing else.</summary>
internal static class HookUninstallCommand
{
    public static void AddTo(CommandLineApplication parent, Session session) => parent.Command("uninstall", command =>
    {
        command.Description = "Take the hooks away again; those that were there before are put back as they were";
        command.ExtendedHelpText = """

            Examples:
              embsync hook uninstall              all of them
              embsync hook uninstall pre-push     that one
            """;
        var names = command.ArgumentOf("hook", $"{string.Join(", ", GitHooks.Names)} (default: all)", GitHooks.Names, multipleValues: true);
        var global = new GlobalOptions(command);
        command.OnExecute(() =>
        {
            var hooks = names.Values.Count == 0 ? GitHooks.All : [.. names.Values.Select(name => GitHooks.Parse(name!)).Distinct()];
            using var git = GitRepository.DiscoverFromHook(session.Terminal.WorkingDirectory, session.Terminal.Environment);
            var (taken, code) = (0, ExitCode.Done);
            foreach (var folder in HookFolder.Possible(git.Require(), session.Terminal.Environment))
            {
                foreach (var hook in hooks)
                {
                    try
                    {
                        if (HookInstaller.Uninstall(folder, hook) is { } done)
                        {
                            session.Print(done + "\n");
                            taken++;
                        }
                    }
                    catch (HookException refused)
                    {
                        // The others can go all the same.
                        session.Complain(global.Verbose ? refused.ToString() : refused.Message);
                        code = refused.ExitCode;
                    }
                }
            }

            if (taken == 0 && code == ExitCode.Done)
            {
                session.Print("no hook of embsync is here\n");
            }

            return (int)code;
        });
    });
}
