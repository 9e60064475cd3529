using System.Runtime.ExceptionServices;
using EmbSync.Core.Buying;
using EmbSync.Core.Configuration;
using EmbSync.Core.Git;
using EmbSync.Core.Jobs;
using EmbSync.Core.Jobs.Hooks;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands.Hooks;

/// <summary>
/// <c>hook run</c>: what the scripts call. All it says goes to stderr, since stdout is that of <c>git push</c>, and unless it is asked to
/// block, it
/// ends with 0 whatever happens: options that can't be read, and defects, are no reason to stop a push either.
/// </summary>
internal static class HookRunCommand
{
    /// <summary>The option by which a hook says what it was installed for.</summary>
    public const string Trust = "--trust";

    public static void AddTo(CommandLineApplication parent, Session session) => parent.Command("run", command =>
    {
        command.Description = "What the hooks call: sync the commits at hand, as far as embeddings.autoIndex lets hooks do so";
        command.ExtendedHelpText = """

            Examples, as lines of a hook of your own:
              embsync hook run pre-push "$@"               reads the lines that git writes to the hook
              embsync hook run post-commit --timeout 10
            """;
        var name = command.ArgumentOf("hook", string.Join(", ", GitHooks.Names), GitHooks.Names).IsRequired();
        var arguments = command.Argument("arguments", "What git passed to the hook", multipleValues: true);
        var options = new HookRunOptions(command);
        var trust = command.Value($"{Trust} <DIGEST>", "What 'hook install' wrote down: do nothing where texts or keys now go elsewhere");
        var global = new GlobalOptions(command);
        command.OnExecute(async () =>
        {
            var hook = GitHooks.Parse(name.Value!);
            var code = await GuardedAsync(
                session, global, options, hook, token => RunAsync(session, global, options, hook, arguments.Values, trust.Value(), token));
            return (int)(options.Block ? code : ExitCode.Done);
        });
    });

    /// <summary>One message for whatever keeps the run from its end, but for somebody who interrupts it.</summary>
    private static async Task<ExitCode> GuardedAsync(
        Session session, GlobalOptions global, HookRunOptions options, GitHook hook, Func<CancellationToken, Task<ExitCode>> run)
    {
        try
        {
            return await LimitedAsync(session, options.Timeout, run);
        }
        catch (EmbSyncException failed)
        {
            session.Complain($"{hook.Name()}: {Sentence(global.Verbose ? failed.ToString() : failed.Message, options)}");
            return failed.ExitCode;
        }
        catch (OperationCanceledException) when (session.CancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // What nobody foresaw stops no push either.
        catch (Exception unforeseen)
#pragma warning restore CA1031
        {
            var message = global.Verbose ? unforeseen.ToString()
                : $"unexpected {unforeseen.GetType().Name}: {unforeseen.Message.TrimEnd('.')}. This is a defect in embsync; run again with -v for its details";
            session.Complain($"{hook.Name()}: {Sentence(message, options)}");
            return ExitCode.Failed;
        }
    }

    /// <exception cref="GuardException">It takes too long.</exception>
    private static async Task<ExitCode> LimitedAsync(Session session, TimeSpan limit, Func<CancellationToken, Task<ExitCode>> run)
    {
        var asked = session.CancellationToken;
        using var late = new CancellationTokenSource(limit, session.Terminal.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(asked, late.Token);
        try
        {
            return await run(both.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !asked.IsCancellationRequested)
        {
            throw new GuardException($"stopped after {Text.Number((long)limit.TotalSeconds)} s (--timeout). What was paid is kept; 'embsync sync' does the rest");
        }
    }

    private static string Sentence(string message, HookRunOptions options) =>
        options.Block ? message : message.TrimEnd('.') + (message.EndsWith('?') ? " " : ". ") + "Git goes on";

    private static async Task<ExitCode> RunAsync(
        Session session, GlobalOptions global, HookRunOptions options, GitHook hook, IReadOnlyList<string?> arguments, string? trust,
        CancellationToken cancellationToken)
    {
#pragma warning disable CA2000 // The workspace owns the repository, once it is open.
        var git = GitRepository.DiscoverFromHook(session.Terminal.WorkingDirectory, session.Terminal.Environment);
#pragma warning restore CA2000
        var commits = await CommitsAsync(git, hook, arguments, session, cancellationToken);
        if (commits.Count == 0)
        {
            git.Dispose();
            return ExitCode.Done;
        }

        await using var workspace = session.Open(
            global, ConfigOverrides.None with { MaxCost = options.MaxCost }, found: git, check: config => Check(config, trust, hook));
        using var progress = session.Progress(global);
        var results = await new HookRun(workspace, session.Terminal.Clock).RunAsync(
            hook.Name(), commits, SpendLimit.Of(workspace.Config.Limits), progress, cancellationToken);
        return Tell(session, global, workspace, hook, results);
    }

    /// <summary>A pull brings a configuration that nobody here has looked at, and the hook runs before anybody can.</summary>
    private static void Check(EmbSyncConfig config, string? trust, GitHook hook)
    {
        if (trust is not null && trust != Destinations.DigestOf(config))
        {
            throw new UsageException($"{Path.GetFileName(config.File) ?? "the environment"} now names another provider, address, key or store than when the hook was installed: "
                + $"nothing was done. Look at it, then run 'embsync hook install {hook.Name()}' again");
        }
    }

    private static async Task<IReadOnlyList<HookCommit>> CommitsAsync(
        GitDiscovery git, GitHook hook, IReadOnlyList<string?> arguments, Session session, CancellationToken cancellationToken)
    {
        var repository = git.Require();
        return hook switch
        {
            GitHook.PrePush => HookCommits.Pushed(
                repository, arguments is [var remote, ..] ? remote : null, await InputAsync(session, cancellationToken)),
            GitHook.PostCommit => HookCommits.Committed(repository) is { } made ? [made] : [],
            _ => HookCommits.Merged(repository, arguments is ["1", ..]) is { } merged ? [merged] : [],
        };
    }

    /// <summary>
    /// What git writes to the hook. Where nobody ever ends it, whoever reads on is left behind on a thread that keeps no process alive.
    /// </summary>
    private static async Task<string> InputAsync(Session session, CancellationToken cancellationToken)
    {
        if (session.Terminal.InIsTerminal)
        {
            throw new UsageException("standard input is a terminal: git writes LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID there, a line a ref. Call this from a hook, "
                + "or type 'embsync sync' instead");
        }

        // The console's reader knows nothing of tokens, not even where it is called asynchronous.
        return await Task.Run(session.Terminal.In.ReadToEnd, cancellationToken).WaitAsync(cancellationToken);
    }

    private static ExitCode Tell(
        Session session, GlobalOptions global, Workspace workspace, GitHook hook, IReadOnlyList<SyncResult> results)
    {
        var notes = global.Verbose ? results.SelectMany(result => result.Report.Notes).Distinct() : [];
        session.Note(global, HookText.Of(results, workspace.Config.Embeddings.AutoIndex).Concat(notes).Select(
            line => $"{hook.Name()}: {line}"));
        if (results.LastOrDefault(result => result.Stopped is not null) is { Stopped: { } stopped })
        {
            // What was done before it is told already.
            ExceptionDispatchInfo.Throw(stopped);
        }

        return results.Select(result => result.ExitCode).FirstOrDefault(code => code != ExitCode.Done);
    }
}
