using System.Text.Json;
using EmbSync.Tests;
using EmbSync.Tool.Tests.Walkthrough;

namespace EmbSync.Tool.Tests;

/// <summary>Vectors for other programs, from either store.</summary>
public sealed class ExportCommandTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task The_program_writes_the_projectors_files(string backend)
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var stage = Stage.Of(backend, 30, postgres, provider, "export");
        using (var sync = stage.Start("sync"))
        {
            (await sync.EndAsync()).ExitCode.ShouldBe(0);
        }

        using var export = stage.Start("export", "--to", "tsv", "--out", "out/projector", "--map");
        var run = await export.EndAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
        var vectors = await File.ReadAllLinesAsync(stage.Repository.Full("out/projector/vectors.tsv"));
        var metadata = await File.ReadAllLinesAsync(stage.Repository.Full("out/projector/metadata.tsv"));
        metadata[0].ShouldBe("source\tid\ttype\ttitle\tpath\tchunk\theading\tx\ty\tcheckboxes\tlabels\tstatus");
        metadata.Length.ShouldBe(vectors.Length + 1);
        vectors.Length.ShouldBeGreaterThan(30);
        vectors.Select(line => line.Split('\t').Length).Distinct().Count().ShouldBe(1);
        metadata.Skip(1).ShouldAllBe(line => line.Split('\t', StringSplitOptions.None).Length == 12);
        Directory.GetFiles(stage.Repository.Full("out/projector")).Length.ShouldBe(2, "no draft is left");
    }

    [Theory]
    [InlineData("export --to jsonl --out out.jsonl", "out.jsonl.draft")]
    [InlineData("report --out page.html", "page.html.draft")]
    [InlineData("cache export vectors.bin", "vectors.bin.draft")]
    public async Task A_file_of_somebody_s_beside_it_stays_as_it_is(string command, string file)
    {
        using var repository = TaskRepository.Create(2);
        await ToolRun.Of(repository.Path, "sync");
        repository.Write(file, "mine");

        (await ToolRun.Of(repository.Path, command)).ExitCode.ShouldBe(0);

        (await File.ReadAllTextAsync(repository.Full(file))).ShouldBe("mine");
        Directory.GetFiles(repository.Path, "*.draft").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Lines_on_stdout_say_what_each_vector_is()
    {
        using var repository = await SyncedAsync();

        var run = await ToolRun.Of(repository.Path, "export --to jsonl --source tasks --map");

        run.ExitCode.ShouldBe(0);
        var rows = Rows(run.Out);
        rows.Select(row => row.GetProperty("id").GetString()).ShouldBe(["T-1", "T-2", "T-3", "T-4"]);
        rows.ShouldAllBe(row => row.GetProperty("embedding").GetArrayLength() == row.GetProperty("dimension").GetInt32());
        rows[0].EnumerateObject().Select(property => property.Name).ShouldBe(
            ["source", "id", "type", "title", "path", "chunk", "heading", "hash", "model", "dimension", "metadata", "x", "y", "embedding"]);
        rows[1].GetProperty("metadata").GetRawText().ShouldBe("""{"checkboxes":{"done":1,"total":2},"labels":["l0"],"status":"open"}""");
        rows.Sum(row => row.GetProperty("x").GetDouble()).ShouldBe(0, 1e-4, "places are about the mean");
        run.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_item_is_the_mean_of_its_chunks_at_length_one()
    {
        using var repository = await SyncedAsync(string.Concat(
            Enumerable.Range(0, 40).Select(i => $"## Part {i}\n\n{string.Join(' ', Enumerable.Repeat($"word{i}", 120))}\n\n")));

        var chunks = Rows((await ToolRun.Of(repository.Path, "export --to jsonl --source docs")).Out);
        var item = Rows((await ToolRun.Of(repository.Path, "export --to jsonl --source docs --items")).Out).Single();

        chunks.Count.ShouldBeGreaterThan(2);
        item.GetProperty("chunk").ValueKind.ShouldBe(JsonValueKind.Null);
        var units = chunks.ConvertAll(chunk => Unit(Numbers(chunk)));
        var mean = Unit([.. Enumerable.Range(0, units[0].Length).Select(i => units.Sum(unit => unit[i]))]);
        Numbers(item).Zip(mean, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-5);
    }

    [Fact]
    public async Task Tabs_and_lines_in_a_title_stay_in_their_cell()
    {
        using var repository = TaskRepository.Create(1);
        repository.Write("tasks/odd.md", "---\nid: T-9\ntitle: \"a\\tb\\nc\\r\\nd\"\nstatus: open\nlabels: [x, \"y\\tz\"]\n---\n\nbody\n");
        await ToolRun.Of(repository.Path, "sync");

        var run = await ToolRun.Of(repository.Path, "export --to tsv --out p --source tasks");

        run.ToString().ShouldBe("exit code 0\n--- stdout\n2 chunks of lexical-v1 with 1,024 dimensions in p\n--- stderr\n");
        var line = (await File.ReadAllLinesAsync(repository.Full("p/metadata.tsv")))
            .Single(line => line.Contains("T-9", StringComparison.Ordinal)).Split('\t');
        line.Length.ShouldBe(10);
        line[3].ShouldNotContain("\r");
        line[8].ShouldBe("x, y z");
    }

    [Fact]
    public async Task What_is_cut_or_left_out_is_said()
    {
        using var repository = await SyncedAsync();

        var run = await ToolRun.Of(repository.Path, "export --to jsonl --limit 2 --out rows.jsonl");

        run.Error.ShouldContain("cut by --limit: these are the first 2 chunks by source and id, there are more");
        (await File.ReadAllLinesAsync(repository.Full("rows.jsonl"))).Length.ShouldBe(2);
        (await ToolRun.Of(repository.Path, "export --to jsonl --limit 500")).Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_that_is_there_stays_whole_until_the_new_one_is()
    {
        using var repository = await SyncedAsync();
        repository.Write("rows.jsonl", "before");

        (await ToolRun.Of(repository.Path, "export --to jsonl --out rows.jsonl --type nothing-of-that-type")).ExitCode.ShouldBe(0);
        (await File.ReadAllTextAsync(repository.Full("rows.jsonl"))).ShouldBeEmpty();
        repository.Write("rows.jsonl", "before");
        (await ToolRun.Of(repository.Path, "export --to jsonl --out rows.jsonl --space none")).ExitCode.ShouldBe(2);
        (await File.ReadAllTextAsync(repository.Full("rows.jsonl"))).ShouldBe("before");
        File.Exists(repository.Full("rows.jsonl.draft")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("export --to parquet", "use jsonl or tsv")]
    [InlineData("export --to jsonl --source nobody", "no source is named 'nobody'")]
    [InlineData("export --to jsonl --out no/such/folder/rows.jsonl", "can't be written")]
    [InlineData("export --to jsonl --out docs", "a folder has that name")]
    public async Task What_can_not_be_done_is_said(string arguments, string message)
    {
        using var repository = await SyncedAsync();

        var run = await ToolRun.Of(repository.Path, arguments);

        run.ExitCode.ShouldBe(2, run.ToString());
        run.Error.ShouldContain(message);
    }

    [Fact]
    public async Task What_is_not_said_has_a_default()
    {
        using var repository = await SyncedAsync();

        (await ToolRun.Of(repository.Path, "export")).Out.ShouldBe((await ToolRun.Of(repository.Path, "export --to jsonl")).Out);
        var run = await ToolRun.Of(repository.Full("docs"), "export --to tsv");
        run.Out.ShouldContain($" in {repository.Full(".embsync/projector")}\n");
        File.Exists(repository.Full(".embsync/projector/vectors.tsv")).ShouldBeTrue();
        File.Exists(repository.Full(".embsync/.gitignore")).ShouldBeTrue();
        (await ToolRun.Of(repository.Path, "export --type dco --to tsv")).Error.ShouldContain(
            "--type dco: no item is of this type; there is 'doc', 'task'. Did you mean 'doc'?");
    }

    [Fact]
    public async Task Without_an_index_there_is_nothing_to_export()
    {
        using var repository = TaskRepository.Create(1);

        var run = await ToolRun.Of(repository.Path, "export --to jsonl");

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("nothing is indexed yet");
        Directory.Exists(repository.Full(".embsync")).ShouldBeFalse();
    }

    private static async Task<TempRepository> SyncedAsync(string guide = "")
    {
        var repository = TaskRepository.Create();
        repository.Write("docs/guide.md", "# Guide\n\n" + guide + "The end.\n");
        (await ToolRun.Of(repository.Path, "sync")).ExitCode.ShouldBe(0);
        return repository;
    }

    private static List<JsonElement> Rows(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static double[] Numbers(JsonElement row) =>
        [.. row.GetProperty("embedding").EnumerateArray().Select(number => number.GetDouble())];

    private static double[] Unit(double[] vector)
    {
        var length = Math.Sqrt(vector.Sum(x => x * x));
        return [.. vector.Select(x => x / length)];
    }
}
