using EmbSync.Core.Git;
using EmbSync.Core.Jobs;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Sources;
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
        items.Select(item => (item.Id, item.Title, item.Type, item.Chunks)).ShouldBe(
            [("1", "One", "issue", 1), ("2", "Two", "pull_request", 1)]);
        (await _world.SyncAsync()).Report.Items.Unchanged.ShouldBe(2);
    }

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-32", true)]
    [InlineData("utf-32BE", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", false)]
    [InlineData("utf-32", false)]
    [InlineData("utf-32BE", false)]
    public async Task Come_in_the_encoding_that_their_first_bytes_tell(string name, bool isMarked)
    {
        var encoding = System.Text.Encoding.GetEncoding(name);
        _repository.WriteBytes("export/a.json", [.. isMarked ? encoding.GetPreamble() : [], .. encoding.GetBytes(
            $"[{First.Replace("One", "Übergröße 📐", StringComparison.Ordinal)}]\n{Second}")]);

        (await _world.SyncAsync()).Report.Items.New.ShouldBe(2);

        await using var workspace = _world.Open();
        (await workspace.Store.ReadItemsAsync("issues", default).ToListAsync()).Select(item => item.Title).ShouldBe(["Übergröße 📐", "Two"]);
    }

    [Theory]
    [InlineData("latin1", "E9", "byte 0xE9 at offset 23 (line 2)")]
    [InlineData("cut off", "C3", "byte 0xC3 at offset 23 (line 2)")]
    [InlineData("overlong", "C0AF", "byte 0xC0 at offset 23 (line 2)")]
    [InlineData("surrogate", "EDA080", "byte 0xED at offset 23 (line 2)")]
    public async Task That_are_not_valid_utf_8_are_refused_and_never_replaced(string name, string bytes, string said)
    {
        byte[] bad = [.. "[{\n\"number\":5,\"title\":\""u8, .. Convert.FromHexString(bytes), .. "\"}]"u8];
        _repository.Write("export/a.json", $"[{First}]");
        _repository.WriteBytes("export/b.json", bad);

        var fromFile = await _world.SyncAsync();
        await using var workspace = Workspace.Open(
            _world.Config(), GitDiscovery.None(_repository.Path), TimeProvider.System, input: new("issues", () => bad));
        var fromInput = await new SyncEngine(workspace, TimeProvider.System).RunAsync(
            new(), new(null, null), new Progress<SyncProgress>(), default);

        fromFile.ExitCode.ShouldBe(ExitCode.Partial, name);
        fromFile.Report.Items.New.ShouldBe(1);
        foreach (var report in new[] { fromFile.Report, fromInput.Report })
        {
            var error = report.Errors.ShouldHaveSingleItem();
            error.Code.ShouldBe(ProblemCodes.NotUtf8);
            error.Message.ShouldContain($"it is not valid UTF-8: {said}");
        }

        (fromInput.ExitCode, fromInput.Report.Items.Deleted).ShouldBe((ExitCode.Partial, 0));
    }

    [Fact]
    public async Task That_are_half_of_a_utf_16_text_are_refused_too()
    {
        _repository.WriteBytes("export/b.json", [0xFF, 0xFE, (byte)'[', 0, (byte)'"', 0, 0x00, 0xD8, (byte)'"', 0, (byte)']', 0]);

        (await _world.SyncAsync()).Report.Errors.ShouldHaveSingleItem().Message.ShouldContain("it is not valid UTF-16: byte");
    }

    /// <summary>As Azure DevOps and Jira export: names with dots, which no path could tell from a path.</summary>
    [Theory]
    [InlineData("fields.\"System.Title\"", "{\"fields\":{\"System.Title\":\"found\",\"System\":{\"Title\":\"other\"}}}")]
    [InlineData("fields.System.Title", "{\"fields\":{\"System.Title\":\"found\",\"System\":{\"Title\":\"other\"}}}")]
    [InlineData("fields.System.Title", "{\"fields\":{\"System\":{\"Title\":\"found\"}}}")]
    [InlineData("fields.System.Title", "{\"fields.System.Title\":\"found\",\"fields\":{\"System.Title\":\"other\"}}")]
    [InlineData("fields.System.Title", "{\"fields\":{\"System.Title\":null,\"System\":{\"Title\":\"found\"}},\"x\":1}", null)]
    [InlineData("fields.System.Title", "{\"fields.System\":\"no way\",\"fields\":{\"System.Title\":\"found\"}}")]
    [InlineData("\"a.b\".\"c.d\"", "{\"a.b\":{\"c.d\":\"found\"}}")]
    [InlineData("a.b.c.d", "{\"a.b\":{\"c.d\":\"found\"}}")]
    [InlineData("\"a\".b", "{\"a\":{\"b\":\"found\"},\"a.b\":\"other\"}")]
    [InlineData("list.na.me", "{\"list\":[{\"na.me\":\"found\"},{\"na\":{\"me\":\"found\"}}]}", "found\nfound")]
    [InlineData("", "{\"\":\"found\"}")]
    public void A_path_finds_names_with_dots(string path, string json, string? found = "found")
    {
        using var document = System.Text.Json.JsonDocument.Parse(json);

        new EmbSync.Core.Sources.Json.JsonPath(path).TextOf(document.RootElement).ShouldBe(found);
    }

    [Theory]
    [InlineData("a.\"b")]
    [InlineData("\"a\"b")]
    public void A_quote_that_is_open_is_said(string path) =>
        Should.Throw<UsageException>(() => new EmbSync.Core.Sources.Json.JsonPath(path)).Message.ShouldContain("names no JSON member");

    [Fact]
    public async Task Of_a_name_that_stands_there_twice_the_last_counts()
    {
        _repository.Write("export/a.json", """[{"id":1,"text":"t","extra":{"a":1,"b":{"c":1,"c":2},"a":3}}]""");
        Configure("""- { name: issues, type: json, include: ["export/*.json"], text: [text], metadata: [extra] }""");

        (await _world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);

        await using var workspace = _world.Open();
        var generation = (await workspace.Store.ReadHeadAsync(default)).Active("default")!;
        (await workspace.Store.ReadEmbeddedAsync(new(generation.Id, null, null), default).ToListAsync()).ShouldHaveSingleItem().Metadata.ShouldBe("""{"extra":{"a":3,"b":{"c":2}}}""");
    }

    [Fact]
    public async Task Names_with_dots_are_stored_without_their_quotes()
    {
        _repository.Write("export/a.json", """[{"id":7,"fields":{"System.Title":"Seven","System.State":"Active"}}]""");
        Configure("""- { name: issues, type: json, include: ["export/*.json"], title: 'fields."System.Title"', text: ['fields."System.Title"'], metadata: ['fields."System.State"'] }""");

        (await _world.SyncAsync()).Report.Items.New.ShouldBe(1);

        await using var workspace = _world.Open();
        (await workspace.Store.ReadFacetsAsync(null, 5, default)).ShouldBe([new("fields.System.State", 1)]);
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
        await using var workspace = Workspace.Open(_world.Config(), GitDiscovery.None(_repository.Path), TimeProvider.System, input: new(
            "issues", () => System.Text.Encoding.UTF8.GetBytes(First)));

        var report = (await new SyncEngine(workspace, TimeProvider.System)
            .RunAsync(new(), new(null, null), new Progress<SyncProgress>(), default)).Report;

        report.Items.New.ShouldBe(1);
        Should.Throw<UsageException>(() => Workspace.Open(_world.Config(), GitDiscovery.None(_repository.Path), TimeProvider.System,
            input: new("other", () => []))).Message.ShouldContain("--stdin-source 'other'");
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

    [Theory]
    [InlineData("\"rank\":\"high\"", "its priority 'high' is no number")]
    [InlineData("\"rank\":[]", null)]
    [InlineData("\"rank\":2.5", null)]
    [InlineData("\"rank\":1e400", null)]
    [InlineData("\"updatedAt\":\"yesterday\"", "its time of change 'yesterday' is no time")]
    [InlineData("\"updatedAt\":1767322800000", null)]
    [InlineData("\"updatedAt\":\"0000-00-00 00:00:00\"", "its time of change '0000-00-00 00:00:00' is no time")]
    [InlineData("\"updatedAt\":{\"seconds\":1767322800}", "is no time")]
    public async Task With_an_order_that_can_t_be_read_are_items_all_the_same(string member, string? warning)
    {
        _repository.Write("export/a.json", $"[{First},{{\"number\":3,\"title\":\"Three\",{member}}}]");

        var result = await _world.SyncAsync();

        (result.ExitCode, result.Report.Items.New, result.Report.Errors.Count).ShouldBe((ExitCode.Done, 2, 0));
        await using var workspace = _world.Open();
        var entry = (await workspace.Sources[0].ListAsync(ListRequest.Everything, default)).Entries.Single(one => one.Locator == "3");
        var warnings = (await workspace.Sources[0].ReadAsync(entry, default)).Item!.Warnings;
        warnings.Count.ShouldBe(warning is null ? 0 : 1);
        warnings.ShouldAllBe(one => one.Code == ProblemCodes.UnreadableOrder && one.Message.Contains(warning!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_member_that_the_configuration_names_are_a_slip_of_the_configuration()
    {
        _repository.Write("export/a.json", $"[{First},{Second}]");
        Configure(Issues.Replace("text: [title, body]", "text: [title, bodi]", StringComparison.Ordinal));

        (await Should.ThrowAsync<UsageException>(_world.SyncAsync())).Message.ShouldBe(
            "source 'issues': text names 'bodi', which none of 2 objects has");
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
