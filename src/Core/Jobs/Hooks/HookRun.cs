using EmbSync.Core.Buying;
using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;

namespace EmbSync.Core.Jobs.Hooks;

/// <summary>
/// A sync that a hook starts: the trees of the commits at hand, of the sources that lie in git, within what <c>embeddings.autoIndex</c>
/// lets
/// hooks do by themselves.
/// </summary>
public sealed class HookRun(Workspace workspace, TimeProvider clock)
{
    /// <summary>
    /// One result a commit, in order; none after one that was stopped. Nothing is bought or written under <c>autoIndex: off</c>.
    /// </summary>
    /// <param name="command">As the receipts call it: the hook's name.</param>
    /// <param name="spend">Of all commits together.</param>
    /// <exception cref="EmbSyncException">What a sync throws.</exception>
    public async Task<IReadOnlyList<SyncResult>> RunAsync(
        string command, IReadOnlyList<HookCommit> commits, SpendLimit spend, IProgress<SyncProgress> progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commits);
        ArgumentNullException.ThrowIfNull(spend);
        List<string> sources = [.. workspace.Config.Sources.OfType<MarkdownSourceConfig>().Select(source => source.Name)];
        var engine = new SyncEngine(workspace, clock);
        var results = new List<SyncResult>();
        foreach (var commit in sources.Count == 0 ? [] : commits)
        {
            var request = new SyncRequest
                { Command = command, At = commit.Commit, Since = commit.Since, Sources = sources, Automatic = true };
            var result = workspace.Config.Embeddings.AutoIndex == AutoIndex.Off
                ? new(await engine.DryRunAsync(request, spend, cancellationToken), ExitCode.Done, null)
                : await engine.RunAsync(request, spend, progress, cancellationToken);
            results.Add(result);
            if (result.Stopped is not null && !result.IsRefusal)
            {
                break;
            }

            spend = result.Report.LeftOf(spend);
        }

        return results;
    }
}
