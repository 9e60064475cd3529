using System.Text.Json;
using EmbSync.Tests;
using EmbSync.Tool.Tests.Faults;

namespace EmbSync.Tool.Tests;

/// <summary>
/// <c>index</c> and <c>similar</c> take items as people see them: by path from where they stand, by id, by what a search prints.
/// </summary>
public sealed class NamedItemTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Theory]
    [InlineData("", "docs/guide.md", "docs/docs/guide.md")]
    [InlineData("", "./docs/guide.md", "docs/docs/guide.md")]
    [InlineData("docs", "guide.md", "docs/docs/guide.md")]
    [InlineData("docs", "../tasks/area0/t2.md", "tasks/T-2")]
    [InlineData("docs", "docs/guide.md", "docs/docs/guide.md")]
    [InlineData("", "{root}/docs/guide.md", "docs/docs/guide.md")]
    [InlineData("", "DOCS/Guide.md", "docs/docs/guide.md")]
    [InlineData("", "T-2", "tasks/T-2")]
    [InlineData("", "t-2", "tasks/T-2")]
    [InlineData("", "tasks:T-2", "tasks/T-2")]
    [InlineData("", "--task T-2", "tasks/T-2")]
    [InlineData("", "docs/guide.md T-2 --task t-3", "docs/docs/guide.md tasks/T-2 tasks/T-3")]
    [InlineData("", "tasks/area1", "tasks/T-1 tasks/T-3")]
    [InlineData("tasks", "area1/", "tasks/T-1 tasks/T-3")]
    [InlineData("tasks/area0", ".", "tasks/T-2 tasks/T-4")]
    [InlineData("", "-- T-2", "tasks/T-2")]
    public async Task Index_embeds_what_is_named_and_nothing_else(string folder, string items, string embedded)
    {
        using var repository = TaskRepository.Create();

        var run = await ToolRun.Of(repository.Full(folder), $"index {items.Replace("{root}", repository.Path, StringComparison.Ordinal)}");

        run.ExitCode.ShouldBe(0, run.ToString());
        (await StoredAsync(repository)).ShouldBe(embedded);
    }

    [Theory]
    [InlineData("T-11", "no item is named 'T-11': use its id, its path, or SOURCE:ID. Did you mean 'T-1'?")]
    [InlineData("giude.md", "Did you mean 'docs/guide.md'?")]
    [InlineData("embsync.yaml", "'embsync.yaml' is there, and no source takes it")]
    [InlineData("./T-1", "no item is named './T-1'")]
    [InlineData("../elsewhere.md", "no item is named '../elsewhere.md'")]
    [InlineData("''", "no item is named ''")]
    public async Task A_name_that_means_nothing_is_said(string item, string said)
    {
        using var repository = TaskRepository.Create(1);

        var run = await ToolRun.Of(repository.Path, $"index {item}");

        run.ExitCode.ShouldBe(2, run.ToString());
        run.Error.ShouldContain(said);
        Directory.Exists(repository.Full(".embsync")).ShouldBeFalse();
    }

    [Fact]
    public async Task What_may_be_several_names_them()
    {
        using var repository = TaskRepository.Create(1);
        repository.Write("tasks/other.md", TaskRepository.Task(1).Replace("T-1", "t-1", StringComparison.Ordinal));
        repository.Write("docs/README.md", "# Inner\n\ntext\n");
        repository.Write("README.md", "# Outer\n\ntext\n");
        repository.Write("embsync.yaml", TaskRepository.Config.Replace(
            "\"docs/**/*.md\"", "\"docs/**/*.md\", \"README.md\"", StringComparison.Ordinal));

        (await ToolRun.Of(repository.Path, "index t-1")).ExitCode.ShouldBe(0);
        (await ToolRun.Of(repository.Full("docs"), "index README.md")).ShouldSatisfyAllConditions(
            run => run.ExitCode.ShouldBe(2),
            run => run.Error.ShouldBe("embsync: 'README.md' may be several items: say which, 'docs:README.md', 'docs:docs/README.md'\n"));
        (await ToolRun.Of(repository.Full("docs"), "index ./README.md")).ExitCode.ShouldBe(0);
        (await StoredAsync(repository)).ShouldBe("docs/docs/README.md tasks/t-1");
        await ToolRun.Of(repository.Path, "sync");
        (await ToolRun.Of(repository.Path, "similar T-1")).ExitCode.ShouldBe(0);
        (await ToolRun.Of(repository.Full("docs"), "similar README.md")).Error.ShouldContain("may be several items");
    }

    /// <summary>Each place that a search prints is taken by similar as it stands.</summary>
    [Theory, OnStores]
    public async Task Similar_takes_what_a_search_prints(Touched store)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        world.Repository.Write("docs/with a space.md", "# Space\n\nBody.\n");
        await world.SyncedAsync();
        var lines = (await world.RunAsync("search body")).Out.Split('\n').Where(line => line.Length > 0 && !line.StartsWith(' ')).ToList();

        lines.Count.ShouldBe(5);
        foreach (var line in lines)
        {
            var place = line.Split("  ")[1];
            var run = await ToolRun.Of(world.Repository.Path, ["similar", .. place.Split(' ')], world.Environment);

            run.ExitCode.ShouldBe(0, run.ToString());
            run.Out.ShouldNotContain($"  {place}  ");
        }

        (await world.RunAsync("similar t-1 --json")).ExitCode.ShouldBe(0);
        (await world.RunAsync("similar T-11")).Error.ShouldContain("no stored item is named 'T-11': use its id, its path, or SOURCE:ID; 'embsync search' finds items by their text. Did you mean 'T-1'?");
    }

    [Fact]
    public async Task Rows_are_named_by_their_ids_beside_files()
    {
        using var repository = TaskRepository.Create(2);
        await PostgresFixture.RunAsync(postgres.Url, """
            CREATE TABLE named_numbers (id int PRIMARY KEY, title text);
            INSERT INTO named_numbers VALUES (7, 'seven'), (8, 'eight');
            CREATE TABLE named_keys (id uuid PRIMARY KEY, title text);
            INSERT INTO named_keys VALUES ('0d9e7b5a-1111-4222-8333-abcdefabcdef', 'a key');
            CREATE TABLE named_words (id text PRIMARY KEY, title text);
            INSERT INTO named_words VALUES ('Alpha', 'a word'), ('alpha', 'another'), ('Beta', 'a third')
            """);
        repository.Write("embsync.yaml", TaskRepository.Config + """

              - { name: numbers, type: table, url: env:ROWS, table: named_numbers, text: [title] }
              - { name: keys, type: table, url: env:ROWS, table: named_keys, text: [title] }
              - { name: words, type: query, url: env:ROWS, query: "SELECT id, title AS text FROM named_words" }
            """);
        var environment = new Dictionary<string, string> { ["ROWS"] = postgres.Url };
        async Task<string> IndexedAsync(string items)
        {
            var run = await ToolRun.Of(repository.Path, $"index {items}", environment);
            run.ExitCode.ShouldBe(0, run.ToString());
            return await StoredAsync(repository, environment);
        }

        (await IndexedAsync("T-1 7")).ShouldBe("numbers/7 tasks/T-1");
        (await IndexedAsync("0D9E7B5A-1111-4222-8333-ABCDEFABCDEF numbers:8")).ShouldBe(
            "keys/0d9e7b5a-1111-4222-8333-abcdefabcdef numbers/7 numbers/8 tasks/T-1");
        (await IndexedAsync("BETA alpha")).ShouldContain("words/Beta words/alpha");
        (await ToolRun.Of(repository.Path, "index ALPHA", environment)).Error.ShouldContain(
            "may be several items: say which, 'words:Alpha', 'words:alpha'");
        (await ToolRun.Of(repository.Path, "similar words:beta", environment)).Out.ShouldContain("  words:alpha  ");
        (await ToolRun.Of(repository.Path, "similar words:beta", environment)).Out.ShouldContain("  numbers:7  ");
    }

    private static async Task<string> StoredAsync(TempRepository repository, Dictionary<string, string>? environment = null)
    {
        var run = await ToolRun.Of(repository.Path, "export --items", environment);
        return string.Join(' ', run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(
            line => JsonDocument.Parse(line).RootElement)
            .Select(row => $"{row.GetProperty("source").GetString()}/{row.GetProperty("id").GetString()}").Order(StringComparer.Ordinal));
    }
}
