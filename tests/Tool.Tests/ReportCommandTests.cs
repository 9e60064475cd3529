using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using EmbSync.Tests;
using EmbSync.Tool.Tests.Walkthrough;

namespace EmbSync.Tool.Tests;

/// <summary>
/// The HTML page: one file that says how the index stands, lets nothing run but its own script, and asks nothing of a network.
/// </summary>
public sealed partial class ReportCommandTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Hostile = "</script><img src=x onerror=alert(1)>{{script}}<!--";

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task The_program_writes_a_page_that_says_how_the_index_stands(string backend)
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var stage = Stage.Of(backend, 30, postgres, provider, "report");
        using (var sync = stage.Start("sync"))
        {
            (await sync.EndAsync()).ExitCode.ShouldBe(0);
        }

        stage.Repository.Write("tasks/new.md", "---\nid: T-new\ntitle: Brand new\n---\n\nnew\n");
        stage.Repository.Write("tasks/broken.md", "# A\n\nno \0 text\n");
        using var report = stage.Start("report", "--out", "page.html");
        var run = await report.EndAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Out.ShouldBe("page.html: 32 items, 93.75 % current; 30 on the map, 0 with a near-duplicate\n", run.ToString());
        var data = Data(await File.ReadAllTextAsync(stage.Repository.Full("page.html")));
        data.GetProperty("project").GetString().ShouldBe("acme/tasks");
        data.GetProperty("driftTotal").GetInt32().ShouldBe(2);
        data.GetProperty("drift").EnumerateArray().Select(drift => drift.GetProperty("state").GetString()).ShouldBe(
            ["blocked", "missing"], ignoreOrder: true);
        data.GetProperty("runs").EnumerateArray().Single().GetProperty("status").GetString().ShouldBe("done");
        data.GetProperty("ages").EnumerateArray().Sum(age => age.GetProperty("items").GetInt32()).ShouldBe(30);
        var map = data.GetProperty("map");
        map.GetProperty("x").GetArrayLength().ShouldBe(30);
        map.GetProperty("labels").EnumerateArray().Select(label => label.GetProperty("name").GetString()!).ShouldBe(
            ["source", "type", "state", "near-duplicate", "metadata: checkboxes", "metadata: labels", "metadata: status"]);
        map.GetProperty("labels").EnumerateArray().ShouldAllBe(label => label.GetProperty("of").GetArrayLength() == 30);
        Directory.GetFiles(stage.Repository.Path, "*.draft").ShouldBeEmpty();
    }

    [Fact]
    [Fault(62, "HTML and script in the HTML page", On = [Touched.NoStore])]
    public async Task Titles_can_not_break_out_and_nothing_is_loaded()
    {
        using var repository = TaskRepository.Create(2);
        repository.Write("tasks/hostile.md",
            $"---\nid: T-9\ntitle: \"{Hostile}\"\nstatus: \"{Hostile}\"\nlabels: [\"{Hostile}\"]\n---\n\nbody\n");
        repository.Write("embsync.yaml", TaskRepository.Config.Replace("acme/tasks", $"'{Hostile}'", StringComparison.Ordinal));
        await ToolRun.Of(repository.Path, "sync");
        repository.Write("docs/late.md", $"# {Hostile}\n");

        (await ToolRun.Of(repository.Path, "report --out page.html")).ExitCode.ShouldBe(0);
        var page = await File.ReadAllTextAsync(repository.Full("page.html"));

        Data(page).GetProperty("map").GetProperty("titles").EnumerateArray().Select(title => title.GetString()).ShouldContain(Hostile);
        page.ShouldNotContain("<img");
        page.ShouldNotContain("<!--");
        Regex.Count(page, "<script", RegexOptions.IgnoreCase).ShouldBe(2);
        Regex.Count(page, "</script", RegexOptions.IgnoreCase).ShouldBe(2);
        Address().Matches(page).Select(match => match.Value).Distinct().ShouldBe(
            ["http://www.w3.org/2000/svg"], "the name of a namespace, which is not loaded");
        Regex.IsMatch(page, @"@import|url\(|<link|<iframe|<base|fetch\(|XMLHttpRequest|WebSocket|innerHTML|insertAdjacentHTML|document\.write|eval\(").ShouldBeFalse();
    }

    [Fact]
    public async Task The_policy_lets_only_the_pages_own_style_and_script_run()
    {
        using var repository = TaskRepository.Create(1);
        await ToolRun.Of(repository.Path, "report");
        var page = await File.ReadAllTextAsync(repository.Full(".embsync/report.html"));

        var style = Between(page, "<style>", "</style>");
        var script = page[(page.LastIndexOf("<script>", StringComparison.Ordinal) + 8)..page.LastIndexOf(
            "</script>", StringComparison.Ordinal)];
        Between(page, "Content-Security-Policy\" content=\"", "\"").ShouldBe(
            $"default-src 'none'; style-src 'sha256-{Hash(style)}'; script-src 'sha256-{Hash(script)}'; base-uri 'none'; form-action 'none'");
        page.ShouldNotContain("style=\"");
        Regex.IsMatch(page, @"\son[a-z]+=").ShouldBeFalse("handlers in attributes would be refused");
    }

    [Fact]
    public async Task Without_an_index_the_page_says_what_is_missing()
    {
        using var repository = TaskRepository.Create(3);

        var run = await ToolRun.Of(repository.Path, "report");

        run.ToString().ShouldBe(
            "exit code 0\n--- stdout\n.embsync/report.html: 4 items, 0.00 % current; 0 on the map, 0 with a near-duplicate\n--- stderr\n");
        var data = Data(await File.ReadAllTextAsync(repository.Full(".embsync/report.html")));
        data.GetProperty("map").ValueKind.ShouldBe(JsonValueKind.Null);
        data.GetProperty("index").ValueKind.ShouldBe(JsonValueKind.Null);
        data.GetProperty("driftTotal").GetInt32().ShouldBe(4);
        File.Exists(repository.Full(".embsync/index.db")).ShouldBeFalse("the report writes nothing but its page");
    }

    [Fact]
    public async Task Items_that_are_almost_the_same_are_named()
    {
        using var repository = TaskRepository.Create(2);
        repository.Write("docs/copy.md", await File.ReadAllTextAsync(repository.Full("docs/guide.md")));
        await ToolRun.Of(repository.Path, "sync");

        (await ToolRun.Of(repository.Path, "report --duplicates 0.99")).Out.ShouldContain("2 with a near-duplicate");
        var map = Data(await File.ReadAllTextAsync(repository.Full(".embsync/report.html"))).GetProperty("map");
        var group = map.GetProperty("groups").EnumerateArray().Single();
        group.GetProperty("points").EnumerateArray().Select(point => map.GetProperty("where")[point.GetInt32()].GetString()).ShouldBe(
            ["docs/copy.md", "docs/guide.md"]);
    }

    [Fact]
    public async Task What_is_secret_does_not_get_into_the_page()
    {
        using var repository = TaskRepository.Create(1);
        repository.Write("docs/leak.md", "# The key is sk-canary-0123456789abcdef\n");
        var environment = new Dictionary<string, string> { ["OPENAI_API_KEY"] = "sk-canary-0123456789abcdef" };

        await ToolRun.Of(repository.Path, "report", environment);

        (await File.ReadAllTextAsync(repository.Full(".embsync/report.html"))).ShouldNotContain("sk-canary");
    }

    [Theory]
    [InlineData("report --duplicates 0", "use a number above 0")]
    [InlineData("report --duplicates 2", "from 0 to 1")]
    [InlineData("report --space nowhere", "no space is named 'nowhere'")]
    [InlineData("report --out no/such/page.html", "can't be written")]
    public async Task What_can_not_be_done_is_said(string arguments, string message)
    {
        using var repository = TaskRepository.Create(1);

        var run = await ToolRun.Of(repository.Path, arguments);

        run.ExitCode.ShouldBe(2, run.ToString());
        run.Error.ShouldContain(message);
    }

    private static JsonElement Data(string page) => JsonDocument.Parse(Between(page, "id=\"data\">", "</script>")).RootElement;

    private static string Between(string text, string start, string end)
    {
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }

    private static string Hash(string text) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex(@"(https?:)?//[a-z][a-zA-Z0-9./-]+", RegexOptions.IgnoreCase)]
    private static partial Regex Address();
}
