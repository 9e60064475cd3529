using EmbSync.Core.Git;
using EmbSync.Core.Model;
using EmbSync.Core.Sources;
using EmbSync.Core.Sync;
using EmbSync.Core.Tests.Configuration;
using EmbSync.Core.Tests.Sync;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sources;

/// <summary>Exported JSON as a source: lists, lines, lists within, and standard input.</summary>
public sealed class JsonObjectsAsItems : IDisposable
{
    private const string Issues = """
        - { name: issues, type: json, include: ["export/*.json"], id: number, title: title, text: [title, body], metadata: [state, labels.name, author.login], updatedAt: updatedAt, typeFrom: kind, priorityFrom: rank, itemType: issue }
        """;

    private const string First = """{"number":1,"title":"One","body":"First body.","state":"OPEN","labels":[{"name":"bug"},{"name":"p1"}],"author":{"login":"ada"},"updatedAt":"2026-01-02T03:04:05Z","rank":7,"kind":null}""";
    private const string Second = """{"number":2,"title":"Two","body":null,"state":"OPEN","labels":[],"author":{"login":"bob"},"updatedAt":"2026-01-03T03:04:05Z","rank":null,"kind":"pull_request"}""";

    private readonly TempRepository _repository = TempRepository.Create();
    private readonly SyncWorld _world;

    public JsonObjectsAsItems()
    {
        _world = SyncWorld.Sqlite(_repository);
        Configure(Issues);
    }

    public void Dispose()
    {
        _world.Dispose();
        _repository.Dispose();
    }

    [Theory]
    [InlineData($"[{First},{Second}]")]
    [InlineData($"{First}\n{Second}\n")]
    [InlineData($"{First}\r\n\r\n{Second}")]
    [InlineData($"\uFEFF[{First}]\n[{Second}]")]
    public async Task Come_as_a_list_or_line_by_line(string file)
    {
        _repository.Write("export/a.json", file);

        (await _world.SyncAsync()).Report.Items.New.ShouldBe(2);

        await using var workspace = _world.Open();
        var items = await workspace.Store.ReadItemsAsync("issues", default).ToListAsync();
        items.Select(item => (item.Id, item.Title, item.Type, item.Chunks)).ShouldBe([("1", "One", "issue", 1), ("2", "Two", "pull_request", 1)]);
        (await _world.SyncAsync()).Report.Items.Unchanged.ShouldBe(2);
    }

    [Fact]
    public async Task Come_from_a_list_within()
    {
        _repository.Write("export/a.json", $"{{\"data\":{{\"nodes\":[{First},{Second}]}},\"page\":1}}");
        Configure(Issues.Replace("id: number", "items: data.nodes, id: number", StringComparison.Ordinal));

        (await _world.SyncAsync()).Report.Items.New.ShouldBe(2);
    }

    [Fact]
    public async Task Come_from_standard_input_in_place_of_files()
    {
        await using var workspace = Workspace.Open(_world.Config(), GitDiscovery.None(_repository.Path), TimeProvider.System, input: new("issues", () => System.Text.Encoding.UTF8.GetBytes(First)));

        var report = (await new SyncEngine(workspace, TimeProvider.System).RunAsync(new(), new(null, null), new Progress<SyncProgress>(), default)).Report;

        report.Items.New.ShouldBe(1);
        Should.Throw<UsageException>(() => Workspace.Open(_world.Config(), GitDiscovery.None(_repository.Path), TimeProvider.System, input: new("other", () => []))).Message.ShouldContain("--stdin-source 'other'");
    }

    [Fact]
    public async Task Are_written_again_only_when_something_of_theirs_changed()
    {
        _repository.Write("export/a.json", $"[{First},{Second}]");
        await _world.SyncAsync();
        _repository.Write("export/a.json", $"[{Second},{First.Replace("2026-01-02", "2026-02-02", StringComparison.Ordinal).Replace("\"state\":\"OPEN\"", "\"state\":\"CLOSED\"", StringComparison.Ordinal)}]");

        var items = (await _world.SyncAsync()).Report.Items;

        (items.Metadata, items.Unchanged, items.Changed).ShouldBe((1, 1, 0));
        _repository.Write("export/a.json", $"[{Second}]");
        (await _world.SyncAsync()).Report.Items.Deleted.ShouldBe(1);
    }

    [Theory]
    [InlineData("[{\"number\":1},", ProblemCodes.InvalidJson, "export/b.json")]
    [InlineData("{\"number\":3,\"number\"", ProblemCodes.InvalidJson, "export/b.json")]
    [InlineData("[{\"title\":\"x\"}]", ProblemCodes.InvalidField, "export/b.json[0]")]
    [InlineData("[7]", ProblemCodes.InvalidField, "export/b.json[0]")]
    [InlineData("[{\"number\":3,\"rank\":\"high\"}]", ProblemCodes.InvalidField, "export/b.json[0]")]
    [InlineData("[{\"number\":3,\"updatedAt\":\"yesterday\"}]", ProblemCodes.InvalidField, "export/b.json[0]")]
    [InlineData("[{\"number\":3,\"title\":\"\\ud800\"}]", ProblemCodes.InvalidField, "export/b.json[0]")]
    [InlineData("[{\"number\":1,\"title\":\"again\"}]", ProblemCodes.DuplicateId, "1")]
    public async Task That_can_t_be_used_are_named_and_nothing_is_deleted(string bad, string code, string id)
    {
        _repository.Write("export/a.json", $"[{First},{Second}]");
        await _world.SyncAsync();
        _repository.Write("export/b.json", bad);

        var result = await _world.SyncAsync();

        result.ExitCode.ShouldBe(ExitCode.Partial);
        result.Report.Errors.Select(error => (error.Code, error.Id)).ShouldContain((code, id));
        _repository.Write("export/a.json", $"[{First}]");
        (await _world.SyncAsync()).Report.Items.Deleted.ShouldBe(code == ProblemCodes.DuplicateId ? 1 : 0);
    }

    [Fact]
    public async Task Without_a_member_that_the_configuration_names_are_a_slip_of_the_configuration()
    {
        _repository.Write("export/a.json", $"[{First},{Second}]");
        Configure(Issues.Replace("text: [title, body]", "text: [title, bodi]", StringComparison.Ordinal));

        (await Should.ThrowAsync<UsageException>(_world.SyncAsync())).Message.ShouldBe("source 'issues': text names 'bodi', which none of 2 objects has");
    }

    [Fact]
    public async Task Fill_a_template()
    {
        _repository.Write("export/a.json", $"[{First},{Second}]");
        Configure("""- { name: issues, type: json, include: ["export/*.json"], id: number, template: "{title} by {author.login} {{braces}}\n\n{body}" }""");
        await _world.SyncAsync();

        await using var workspace = _world.Open();
        var entry = (await workspace.Sources[0].ListAsync(ListRequest.Everything, default)).Entries[0];
        (await workspace.Sources[0].ReadAsync(entry, default)).Item!.Chunks.Single().Text.ShouldBe("One by ada {braces}\n\nFirst body.");
    }

    private void Configure(string sources)
    {
        var read = ConfigFolder.LoadYaml($"version: 1\nsources:\n  {sources.Trim()}\n").Sources;
        _world.Configure = config => config with { Sources = read };
    }
}
