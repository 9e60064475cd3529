using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using EmbSync.Core.Configuration;
using EmbSync.Core.Git;
using EmbSync.Core.Jobs;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Tests;

namespace EmbSync.Bench;

/// <summary>
/// Walks the first-parent commits of a repository, syncs at each with default settings as <c>sync --at COMMIT</c> does, against a loopback
/// endpoint and an empty SQLite store, and counts what is bought, beside what simpler tools would buy. Tokens are the endpoint's
/// (four bytes of UTF-8 each) everywhere.
/// </summary>
internal static partial class Replay
{
    /// <param name="most">The last so many commits that touch Markdown; the first of them is the import.</param>
    public static async Task RunAsync(string folder, int most)
    {
        using var git = GitRepository.Discover(folder);
        var repository = git.Require();
        var commits = FirstParents(folder).TakeLast(most).ToList();
        var work = Directory.CreateTempSubdirectory("embsync-replay-").FullName;
        await using var server = await FakeEmbeddingServer.StartAsync();
        server.KeepsLog = false;
        try
        {
            var totals = new ReplayTotals();
            var before = new Dictionary<string, string>();
            var known = new HashSet<string>();
            foreach (var commit in commits)
            {
                var now = Markdown(repository, commit);
                var step = Step(repository, before, now, known, totals.Commits == 0);
                var bought = server.Tokens;
                var failed = await SyncAsync(folder, work, server.BaseUrl, commit);
                totals.Add(step, server.Tokens - bought, failed);
                before = now;
                known.UnionWith(now.Values);
            }

            Console.Write(totals.Text(
                Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), server.BoughtTwice.Count));
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static async Task<int> SyncAsync(string folder, string work, Uri endpoint, string commit)
    {
        var config = ConfigLoader.Default(folder, null);
        config = config with
        {
            Store = config.Store with { Backend = StoreBackend.Sqlite, Path = Path.Combine(work, "index.db") },
            Embeddings = config.Embeddings with
            { Provider = "openai", Model = "text-embedding-3-small", Dimension = 8, BaseUrl = endpoint },
        };
        await using var workspace = Workspace.Open(config, GitRepository.Discover(folder), TimeProvider.System);
        var result = await new SyncEngine(workspace, TimeProvider.System).RunAsync(
            new() { At = commit, MaxDelete = new(1, null) }, new(null, null), new Progress<SyncProgress>(), default);
        return result.Stopped is null ? result.Report.Items.Failed : throw result.Stopped;
    }

    /// <summary>What one commit did to Markdown, priced for tools that embed whole files or bodies by path.</summary>
    private static ReplayStep Step(
        GitRepository repository, Dictionary<string, string> before, Dictionary<string, string> now, HashSet<string> known, bool isImport)
    {
        var changed = now.Where(file => before.GetValueOrDefault(file.Key) != file.Value).ToList();
        long files = 0, bodies = 0;
        var (onlyKnown, onlyQuiet) = (changed.Count > 0, changed.Count > 0);
        foreach (var (path, blob) in changed)
        {
            var text = Text(repository, blob);
            var old = before.TryGetValue(path, out var earlier) ? Text(repository, earlier) : null;
            files += FakeEmbeddingRequest.TokensOf(text);
            bodies += old is not null && Body(old) == Body(text) ? 0 : FakeEmbeddingRequest.TokensOf(Body(text));
            onlyKnown &= known.Contains(blob);
            onlyQuiet &= old is not null && Quiet(old) == Quiet(text);
        }

        return new(isImport, changed.Count, files, bodies, onlyKnown, onlyQuiet && !onlyKnown);
    }

    private static Dictionary<string, string> Markdown(GitRepository repository, string commit) => repository.Tree(commit)
        .Where(entry => entry.Path.EndsWith(".md", StringComparison.Ordinal) && !entry.Path.Split('/').Any(
            part => part.StartsWith('.') || part == "node_modules"))
        .ToDictionary(entry => entry.Path, entry => entry.Blob, StringComparer.Ordinal);

    private static string Text(GitRepository repository, string blob) => Encoding.UTF8.GetString(repository.ReadBlob(blob));

    private static string Body(string text) => FrontMatter().Replace(text, "", 1);

    /// <summary>Without what embeds nothing: front matter but for its title, and the state of checkboxes.</summary>
    private static string Quiet(string text) =>
        Title().Match(FrontMatter().Match(text).Value).Value + Checkbox().Replace(Body(text), "$1[ ]");

    private static List<string> FirstParents(string folder)
    {
        using var git = Process.Start(
            new ProcessStartInfo("git", ["-C", folder, "log", "--first-parent", "--reverse", "--format=%H", "HEAD", "--", "*.md"])
        {
            RedirectStandardOutput = true,
        })!;
        var lines = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        return git.ExitCode == 0 ? [.. lines] : throw new InvalidOperationException(
            $"git log ended with {git.ExitCode.ToString(CultureInfo.InvariantCulture)}");
    }

    [GeneratedRegex(@"\A---\r?\n.*?\r?\n---\r?\n", RegexOptions.Singleline)]
    private static partial Regex FrontMatter();

    [GeneratedRegex("^title:.*$", RegexOptions.Multiline)]
    private static partial Regex Title();

    [GeneratedRegex(@"^(\s*[-*+] )\[[xX]\]", RegexOptions.Multiline)]
    private static partial Regex Checkbox();
}
