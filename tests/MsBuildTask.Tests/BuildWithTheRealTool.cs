using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EmbSync.MsBuildTask.Tests;

/// <summary>The package as its user has it: what shows in a build, and how often anything runs.</summary>
[Trait("suite", "slow")]
public sealed class BuildWithTheRealTool(RealToolBuild solution) : IClassFixture<RealToolBuild>
{
    private const string Lexical = """
        version: 1
        sources: [{ name: tasks, include: ["tasks/**/*.md"] }]
        """;

    [Fact]
    public void Runs_once_while_something_is_out_of_step_and_not_at_all_while_nothing_can_be()
    {
        solution.Begin(Lexical);
        var missing = solution.Run("build");
        missing.Result.ShouldSucceed();
        missing.Runs.ShouldBe(1);
        missing.Result.Output.ShouldContain("tasks/a.md(1,1): warning EMB1001:");
        Runs("build").ShouldBe(1, "standing drift shows in every build");

        solution.EmbSync("sync").ShouldSucceed();
        Runs("build").ShouldBe(1);
        Runs("build").ShouldBe(0);
        Runs("build", "-m:4").ShouldBe(0);
        Runs("pack").ShouldBe(0);

        solution.Write("tasks/a.md", "# A\n\nAnother text of a.\n");
        var edited = solution.Run("build", "-m:4");
        edited.Runs.ShouldBe(1);
        edited.Result.Output.ShouldContain("tasks/a.md(1,1): warning EMB1002:");
        solution.EmbSync("sync").ShouldSucceed();
        Runs("build").ShouldBe(1);

        File.Delete(Path.Combine(solution.Folder, "tasks/b.md"));
        var deleted = solution.Run("build");
        deleted.Runs.ShouldBe(1);
        deleted.Result.Output.ShouldContain("warning EMB1003:");
        solution.EmbSync("sync").ShouldSucceed();
        Runs("publish", "-f", "net10.0").ShouldBe(1);
        Runs("publish", "-f", "net10.0").ShouldBe(0);

        solution.Write("tasks/deep/c.md", "# C\n\nA new one.\n");
        Runs("build", "-p:DesignTimeBuild=true").ShouldBe(0);
        Runs("build", "-p:EmbSyncOnBuild=Off").ShouldBe(0);
        var strict = solution.Run("build", "-p:EmbSyncTreatDriftAsError=true");
        strict.Result.ShouldFail();
        strict.Result.Output.ShouldContain("tasks/deep/c.md(1,1): error EMB1001:");
    }

    [Fact]
    public void What_is_no_newer_file_is_noticed_all_the_same()
    {
        solution.Begin(Lexical.Replace("}]", ", exclude: [\"**/CHANGELOG.md\"] }]", StringComparison.Ordinal));
        solution.Git("init", "--quiet");
        solution.Write("tasks/changelog.md", "# Log\n\nA source: its name is in other letters.\n");
        solution.EmbSync("sync").ShouldSucceed();
        Quiet();

        solution.Write("tasks/changelog.md", "# Log\n\nAnother text.\n");
        Noticed("EMB1002");

        var older = Path.Combine(solution.Folder, "older.md");
        File.WriteAllText(older, "# A\n\nAn older text of a.\n");
        File.SetLastWriteTimeUtc(older, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        File.Move(older, Path.Combine(solution.Folder, "tasks/a.md"), overwrite: true);
        Noticed("EMB1002");

        solution.Write(".gitignore", "tasks/b.md\n.embsync/\nbin/\nobj/\n");
        Noticed("EMB1003");

        solution.Write("other.yaml", Lexical + "\nstore: { path: .embsync/other.db }\n");
        Looks("-p:EmbSyncConfig=" + Path.Combine(solution.Folder, "other.yaml")).ShouldBe(1);
        Looks().ShouldBe(0);
    }

    [Fact]
    public void A_sync_in_a_build_embeds_what_autoIndex_lets_it()
    {
        solution.Begin(Lexical + "\nembeddings: { autoIndex: onCreate }\n");
        Synced().ShouldContain("2 items: 2 new");
        Looks("-p:EmbSyncOnBuild=Sync").ShouldBe(1, "what to watch is known from the first build on");
        Looks("-p:EmbSyncOnBuild=Sync").ShouldBe(0);

        solution.Write("tasks/a.md", "# A\n\nAnother text of a.\n");
        solution.Write("tasks/c.md", "# C\n\nA new one.\n");
        Synced().ShouldContain("1 item left, as embeddings.autoIndex says");
        solution.EmbSync("status").Output.ShouldContain("stale     tasks/a.md");
        Looks("-p:EmbSyncOnBuild=Sync").ShouldBe(1, "what is left keeps showing");
    }

    [Fact]
    public void A_store_that_can_t_be_reached_is_one_line_and_no_warning()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        solution.Begin(Lexical + "\nstore: { backend: postgres, url: env:DATABASE_URL }\n");
        solution.Environment["DATABASE_URL"] = $"postgresql://somebody:canary-secret@127.0.0.1:{port}/none";

        var (result, runs) = solution.Run("build", "-warnaserror");

        result.ShouldSucceed();
        runs.ShouldBe(1);
        result.Output.ShouldContain("embsync: EMB1304: what is out of step is not known:");
        result.Output.ShouldNotContain("canary-secret");
        Runs("build", "-p:EmbSyncOnBuild=Sync", "-warnaserror").ShouldBe(1);
        solution.Run("build", "-p:EmbSyncTreatDriftAsError=true").Result.ShouldFail();
    }

    [Fact]
    public void No_secret_of_the_environment_reaches_a_binary_log()
    {
        solution.Begin(Lexical + "\nembeddings: { provider: openai, apiKey: env:OPENAI_API_KEY, model: text-embedding-3-small, dimension: 16 }\n");
        solution.Environment["OPENAI_API_KEY"] = "canary-5f1e8c";
        var log = Path.Combine(solution.Folder, "all.binlog");

        solution.Run("build", "-bl:" + log).Result.ShouldSucceed();

        Text(log).ShouldContain("EmbSyncTask");
        Text(log).ShouldNotContain("canary-5f1e8c");
    }

    /// <summary>Nothing is out of step, and builds know it.</summary>
    private void Quiet()
    {
        Looks();
        Looks();
        Looks().ShouldBe(0);
    }

    private void Noticed(string code)
    {
        var (result, runs) = solution.Look();
        runs.ShouldBe(1, result.Output);
        result.Output.ShouldContain(code);
        solution.EmbSync("sync", "--max-delete", "50%").ShouldSucceed();
        Quiet();
    }

    private int Looks(params string[] arguments)
    {
        var (result, runs) = solution.Look(arguments);
        result.ShouldSucceed();
        return runs;
    }

    private int Runs(string command, params string[] arguments)
    {
        var (result, runs) = solution.Run(command, arguments);
        result.ShouldSucceed();
        return runs;
    }

    private string Synced()
    {
        var (result, runs) = solution.Look("-p:EmbSyncOnBuild=Sync");
        result.ShouldSucceed();
        runs.ShouldBe(1, result.Output);
        return result.Output;
    }

    /// <summary>All strings of a binary log stand in it as UTF-8, compressed once.</summary>
    private static string Text(string log)
    {
        using var stream = new GZipStream(File.OpenRead(log), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
