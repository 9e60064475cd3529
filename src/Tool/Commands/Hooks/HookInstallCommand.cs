using System.Globalization;
using EmbSync.Core.Git;
using EmbSync.Core.Jobs.Hooks;
using EmbSync.Core.Model;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands.Hooks;

/// <summary><c>hook install</c>: writes the scripts that git runs.</summary>
internal static class HookInstallCommand
{
    public static void AddTo(CommandLineApplication parent, Session session) => parent.Command("install", command =>
    {
        command.Description = "Write hooks that start this embsync; a hook that is there is kept, and runs first";
        command.ExtendedHelpText = """

            Examples:
              embsync hook install --max-cost 0.05    spend no more than that on a push
              embsync hook install --block            a push waits for a sync that works
              embsync hook install --local            the version of .config/dotnet-tools.json, by 'dotnet tool run'
            """;
        var names = command.ArgumentOf(
            "hook", $"{string.Join(", ", GitHooks.Names)} (default: {GitHook.PrePush.Name()})", GitHooks.Names, multipleValues: true);
        var options = new HookRunOptions(command);
        var local = command.Flag("--local", "Start what the repository's tool manifest names, not this program");
        var global = new GlobalOptions(command);
        command.OnExecute(() =>
        {
            var hooks = names.Values.Count == 0 ? [GitHook.PrePush]
                : names.Values.Select(name => GitHooks.Parse(name!)).Distinct().ToList();
            using var git = GitRepository.DiscoverFromHook(session.Terminal.WorkingDirectory, session.Terminal.Environment);
            var repository = git.Require();
            var folder = HookFolder.Of(repository, session.Terminal.Environment);
            // One that can't be read is nothing that anybody looked at.
            var trust = Destinations.DigestOf(session.LoadForHooks(global, repository));
            var program = local.HasValue() ? HookProgram.Local : RunningTool.Program();
            var order = new HookOrder(program, Arguments(session, options, global, trust), options.Block);
            foreach (var hook in hooks)
            {
                session.Print(HookInstaller.Install(folder, hook, order) + "\n");
            }

            List<string> notes = ["a hook looks at what is pushed or committed: run 'embsync sync' once for what is there already"];
            if (folder.IsTracked && !local.HasValue())
            {
                notes.Add($"{folder.Path} is part of the work tree, and the hook holds a path of this machine: don't commit it, or install with --local");
            }

            session.Note(global, notes);
            return (int)ExitCode.Done;
        });
    });

    /// <summary>What was said on installing holds for every run.</summary>
    private static List<string> Arguments(Session session, HookRunOptions options, GlobalOptions global, string trust)
    {
        List<string> arguments = ["--timeout", options.Timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)];
        if (options.MaxCost is { } cost)
        {
            arguments.AddRange(["--max-cost", cost.ToString(CultureInfo.InvariantCulture)]);
        }

        if (global.Config is { } config)
        {
            arguments.AddRange(["--config", session.PathOf(config)]);
        }

        arguments.AddRange(options.Block ? ["--block"] : []);
        arguments.AddRange([HookRunCommand.Trust, trust]);
        return arguments;
    }
}
