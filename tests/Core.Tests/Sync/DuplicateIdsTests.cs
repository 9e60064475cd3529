using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sync;

/// <summary>Two files that claim one id are both kept, and which of them has it depends on the files alone.</summary>
public sealed class DuplicateIdsTests : IDisposable
{
    private readonly TempRepository _repository = TempRepository.Create();

    [Theory]
    [InlineData("tasks/b.md", "tasks/b.md", "tasks/c.md")]
    [InlineData("tasks/x/a.md", "tasks/deep/er/a.md", "tasks/x/a.md")]
    [InlineData("tasks/z/a.md", "tasks/archive/a.md", "tasks/z/a.md")]
    [InlineData("tasks/z/deep/a.md", "Completed/a.md", "tasks/z/deep/a.md")]
    public void The_first_path_has_the_id_and_the_other_goes_by_its_path(string first, string one, string other)
    {
        foreach (var paths in new[] { new[] { one, other }, [other, one] })
        {
            var ids = DuplicateIds.Assign([.. paths.Select(path => new IdClaim(path, "T-1"))], new HashSet<string>());
            ids[first].ShouldBe("T-1");
            paths.Where(path => path != first).ShouldAllBe(path => ids[path] == path);
        }
    }

    [Fact]
    public void A_path_is_its_files_own_whoever_claims_it()
    {
        IdClaim[] claims = [new("a.md", "b.md"), new("b.md", "c.md"), new("c.md", "c.md"), new("d.md", "a.md")];
        var ids = DuplicateIds.Assign(claims, new HashSet<string>());
        ids.ShouldBe(new Dictionary<string, string> { ["a.md"] = "a.md", ["b.md"] = "b.md", ["c.md"] = "c.md", ["d.md"] = "d.md" },
            ignoreOrder: true);
    }

    [Fact]
    public void Ids_are_unique_and_do_not_depend_on_the_order_whatever_is_claimed()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 500; round++)
        {
            var paths = Enumerable.Range(0, random.Next(1, 9)).Select(i => $"{(random.Next(2) == 0 ? "archive/" : "")}{i}.md").ToList();
            var claims = paths.Select(path => new IdClaim(
                path, random.Next(3) switch { 0 => path, 1 => paths[random.Next(paths.Count)], _ => $"T-{random.Next(3)}" })).ToList();
            var held = random.Next(4) == 0 ? new HashSet<string> { "T-0" } : [];

            var ids = DuplicateIds.Assign(claims, held);

            ids.Keys.ShouldBe(paths, ignoreOrder: true, $"seed {seed}, round {round}");
            ids.Values.Distinct().Count().ShouldBe(paths.Count, $"seed {seed}, round {round}");
            ids.Values.ShouldNotContain(id => held.Contains(id), $"seed {seed}, round {round}");
            ids.ShouldAllBe(pair => pair.Value == pair.Key || claims.Single(claim => claim.Path == pair.Key).Id == pair.Value,
                $"seed {seed}, round {round}");
            DuplicateIds.Assign([.. claims.OrderBy(_ => random.Next())], held).ShouldBe(
                ids, ignoreOrder: true, $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public async Task Both_are_embedded_with_one_warning_that_names_both()
    {
        using var world = SyncWorld.Sqlite(_repository);
        Write("tasks/one.md", "T-1", "First.");
        Write("tasks/archive/one.md", "T-1", "Second.");
        _repository.Commit();

        var result = await world.SyncAsync();

        result.ExitCode.ShouldBe(ExitCode.Done);
        result.Report.Errors.ShouldBeEmpty();
        result.Report.Warnings.Groups.Select(group => (group.Code, group.Items)).ShouldBe([(ProblemCodes.DuplicateId, 1)]);
        result.Report.Warnings.Items.Single().Message.ShouldStartWith(
            "The id 'T-1' is claimed by tasks/one.md and tasks/archive/one.md: tasks/one.md has it");
        (await world.StatusAsync()).ShouldSatisfyAllConditions(
            status => status.Items.Current.ShouldBe(2), status => status.Warnings.Total.ShouldBe(1), status =>
            status.HasDrift.ShouldBeFalse());
        (await IdsAsync(world)).ShouldBe(["T-1 tasks/one.md", "tasks/archive/one.md tasks/archive/one.md"]);

        var second = await world.SyncAsync();
        (second.Report.Requests, second.Report.Warnings.Total, second.Report.Items.Unchanged).ShouldBe((0, 0, 2));
    }

    [Fact]
    public async Task The_other_has_the_id_when_the_first_goes_and_nothing_is_bought()
    {
        using var world = SyncWorld.Sqlite(_repository);
        Write("tasks/one.md", "T-1", "First.");
        Write("tasks/two.md", "T-1", "Second.");
        var commit = _repository.Commit();
        await world.SyncAsync();

        _repository.Move("tasks/one.md", "tasks/archive/one.md");
        _repository.Commit();
        var moved = await world.SyncAsync(new() { Since = commit });

        moved.Report.Chunks.Embedded.ShouldBe(0);
        (await IdsAsync(world)).ShouldBe(["T-1 tasks/two.md", "tasks/archive/one.md tasks/archive/one.md"]);
        (await world.ContentsAsync()).ShouldBe(await world.CleanContentsAsync());

        File.Delete(_repository.Full("tasks/two.md"));
        var gone = await world.SyncAsync(new() { Since = "HEAD" });
        gone.Report.Chunks.Embedded.ShouldBe(0);
        (await IdsAsync(world)).ShouldBe(["T-1 tasks/archive/one.md"]);
        (await world.ContentsAsync()).ShouldBe(await world.CleanContentsAsync());
    }

    [Fact]
    public async Task Against_a_tree_they_are_as_a_sync_would_store_them()
    {
        using var world = SyncWorld.Sqlite(_repository);
        Write("tasks/archive/a.md", "T-1", "Second.");
        Write("tasks/z.md", "T-1", "First.");
        var commit = _repository.Commit();
        await using var workspace = world.Open();

        var status = await AgainstTree.StatusAsync(workspace, commit, new(), null, TimeProvider.System, default);

        (status.Items.Current, status.HasDrift, status.Warnings.Total).ShouldBe((2, false, 0));
    }

    [Fact]
    public async Task Many_that_change_their_ids_at_once_are_no_deletion()
    {
        using var world = SyncWorld.Sqlite(_repository);
        for (var i = 0; i < 15; i++)
        {
            Write($"tasks/b{i}.md", $"T-{i}", $"Text {i}.");
        }

        _repository.Commit();
        await world.SyncAsync();
        for (var i = 0; i < 15; i++)
        {
            Write($"tasks/b{i}.md", $"U-{i}", $"Other text {i}.");
        }

        var result = await world.SyncAsync();

        result.ExitCode.ShouldBe(ExitCode.Done);
        (await IdsAsync(world)).ShouldAllBe(id => id.StartsWith("U-", StringComparison.Ordinal));
    }

    public void Dispose() => _repository.Dispose();

    private void Write(string path, string id, string text) => _repository.Write(path, $"---\nid: {id}\n---\n{text}\n");

    private static async Task<IReadOnlyList<string>> IdsAsync(SyncWorld world)
    {
        await using var workspace = world.Open();
        return [.. (await workspace.Store.ReadItemsAsync("tasks", default).ToListAsync()).Select(item => $"{item.Id} {item.Path}").Order(
            StringComparer.Ordinal)];
    }
}
