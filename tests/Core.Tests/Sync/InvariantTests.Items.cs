using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sync;

/// <summary>What is deleted, moved or left alone.</summary>
public abstract partial class InvariantTests
{
    [Fact]
    public async Task Deletion_waits_for_a_source_that_is_read_whole()
    {
        Tasks(3);
        using var world = World();
        await world.SyncAsync();
        _repository.Delete("tasks/t0.md");
        _repository.Write("tasks/broken.md", "# A\n\nno \0 text\n");

        var result = await world.SyncAsync();

        result.ExitCode.ShouldBe(ExitCode.Partial);
        result.Report.Items.Deleted.ShouldBe(0);
        (await world.StatusAsync()).Items.Orphaned.ShouldBe(1);
        _repository.Delete("tasks/broken.md");
        (await world.SyncAsync()).Report.Items.Deleted.ShouldBe(1);
    }

    [Fact]
    public async Task Deletion_above_the_bound_deletes_nothing_and_lets_the_rest_through()
    {
        Tasks(30);
        using var world = World();
        await world.SyncAsync();
        var before = await world.ContentsAsync();
        for (var i = 0; i < 20; i++)
        {
            _repository.Delete($"tasks/t{i}.md");
        }

        _repository.Write("tasks/new.md", "---\nid: N\ntitle: New\n---\n\nA new text.\n");
        var stopped = await world.SyncAsync();
        stopped.ExitCode.ShouldBe(ExitCode.Guard);
        stopped.Stopped!.Message.ShouldContain("--max-delete 20");

        (stopped.Report.Items.New, stopped.Report.Items.Deleted, stopped.Report.Items.Refused).ShouldBe((1, 0, 20));
        before.ShouldBeSubsetOf(await world.ContentsAsync());
        (await world.SyncAsync(new() { MaxDelete = new(null, 20) })).Report.Items.Deleted.ShouldBe(20);
        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);
    }

    [Fact]
    public async Task Moved_items_survive_a_run_that_stops_before_its_deletions()
    {
        Tasks(40, id: false);
        _repository.Commit();
        using var world = World();
        await world.SyncAsync();
        _repository.Git("mv", "tasks", "moved");
        _repository.Git("mv", "moved", "tasks2");
        Directory.CreateDirectory(_repository.Full("tasks"));
        _repository.Git("mv", "tasks2", "tasks/deep");
        _repository.Write("tasks/new.md", "---\ntitle: New\n---\n\nnew text\n");
        _repository.Commit();
        _server.Decide = _ => Fault.Status(401, "invalid_api_key");

        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Refused);
        _server.Decide = _ => null;
        var result = await world.SyncAsync();

        result.ExitCode.ShouldBe(ExitCode.Done, result.Stopped?.Message);
        (await world.ContentsAsync()).ShouldBe(await world.CleanContentsAsync());
    }

    [Fact]
    public async Task A_changed_id_with_its_old_row_kept_confuses_nothing()
    {
        _repository.Write("tasks/a.md", "---\nid: one\ntitle: A\n---\n\ntext\n");
        Tasks(3);
        _repository.Commit();
        using var world = World();
        await world.SyncAsync();
        _repository.Write("tasks/a.md", "---\nid: two\ntitle: A\n---\n\ntext\n");
        _repository.Commit();
        await world.SyncAsync(new() { Command = "index", Limit = 10, KeepOrphans = true });

        (await world.SyncAsync(new() { Since = "HEAD" })).ExitCode.ShouldBe(ExitCode.Done);

        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);
        (await world.ContentsAsync()).ShouldBe(await world.CleanContentsAsync());
    }

    [Fact]
    public async Task Narrower_patterns_are_seen_by_a_scoped_run()
    {
        Tasks(12);
        _repository.Commit();
        using var world = World();
        await world.SyncAsync();
        world.Configure = config => config with
        {
            Sources = [.. config.Sources.Cast<MarkdownSourceConfig>().Select(source => source with { Exclude = ["tasks/t1.md"] })],
        };

        (await world.SyncAsync(new() { Since = "HEAD" })).Report.Items.Deleted.ShouldBe(1);
    }

    [Fact]
    public async Task A_blocked_file_does_not_blind_scoped_runs()
    {
        Tasks(12);
        _repository.Write("tasks/bad.md", "# A\n\nno \0 text\n");
        _repository.Commit();
        using var world = World();
        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Partial);
        _repository.Write("tasks/t3.md", "---\nid: T-3\ntitle: Task 3\n---\n\nOther words.\n");
        _repository.Commit();

        var result = await world.SyncAsync(new() { Since = "HEAD" });

        result.ExitCode.ShouldBe(ExitCode.Partial, "the blocked file is still blocked");
        result.Report.Items.Changed.ShouldBe(1);
    }

    [Fact]
    public async Task Beside_the_branch_of_the_store_vectors_are_kept_and_items_stay()
    {
        Tasks(5);
        _repository.Commit();
        using var world = World();
        world.Configure = config => config with { Store = config.Store with { Branch = "main" } };
        await world.SyncAsync();
        var before = await world.ContentsAsync();
        _repository.Git("checkout", "--quiet", "-b", "feature");
        _repository.Write("tasks/t0.md", "---\nid: T-0\ntitle: Task 0\n---\n\nFeature text.\n");
        _repository.Delete("tasks/t1.md");
        _repository.Commit();

        var result = await world.SyncAsync();

        result.Report.Chunks.Embedded.ShouldBe(1);
        (await world.ContentsAsync()).ShouldBe(before);
        (await world.SyncAsync()).Report.RunId.ShouldBeNull("a second run has nothing to buy");
        var requests = _server.Requests;
        _repository.Git("checkout", "--quiet", "main");
        _repository.Git("merge", "--quiet", "feature");
        (await world.SyncAsync()).Report.Items.Changed.ShouldBe(1);
        _server.Requests.ShouldBe(requests, "the branch has paid");
    }
}
