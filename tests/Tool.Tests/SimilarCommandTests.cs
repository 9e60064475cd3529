using System.Text.Json;
using EmbSync.Tests;
using EmbSync.Tool.Tests.Faults;

namespace EmbSync.Tool.Tests;

/// <summary>Neighbours of what is stored already: no key, no request.</summary>
public sealed class SimilarCommandTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Theory, OnStores]
    public async Task The_nearest_items_come_without_the_item_itself_and_without_a_request(Touched store)
    {
        await using var world = await WorldAsync(store);
        var requests = world.Server.Requests;
        world.Environment.Remove("OPENAI_API_KEY");

        var results = await SimilarAsync(world, "similar T-1 --limit 2");

        results.Select(result => result.Id).ShouldBe(["tasks/copy", "docs/guide"]);
        results[0].Score.ShouldBe(1, 0.001);
        results[1].Score.ShouldBeLessThan(0.99);
        (await SimilarAsync(world, "similar tasks/copy --source docs")).ShouldAllBe(result => result.Source == "docs");
        (await SimilarAsync(world, "similar T-1 --threshold 0.99")).ShouldHaveSingleItem();
        world.Server.Requests.ShouldBe(requests);
    }

    [Theory, OnStores]
    public async Task An_id_that_is_unknown_or_in_two_sources_is_said(Touched store)
    {
        await using var world = await WorldAsync(store);

        (await world.RunAsync("similar nothing")).ShouldSatisfyAllConditions(
            run => run.ExitCode.ShouldBe(2), run => run.Error.ShouldContain("no stored item is named 'nothing'"));
        (await world.RunAsync("similar twin")).ShouldSatisfyAllConditions(
            run => run.ExitCode.ShouldBe(2), run => run.Error.ShouldContain("'docs:twin' (docs/twin.md), 'tasks:twin' (tasks/twin.md)"));
        (await world.RunAsync("similar tasks/twin")).ExitCode.ShouldBe(0);
        (await world.RunAsync("similar")).ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task Before_the_first_sync_there_is_nothing_to_compare_with()
    {
        using var repository = TaskRepository.Create(1);

        (await ToolRun.Of(repository.Path, "similar T-1")).ShouldSatisfyAllConditions(
            run => run.ExitCode.ShouldNotBe(0), run => run.Error.ShouldContain("embsync sync"));
    }

    private async Task<FaultWorld> WorldAsync(Touched store)
    {
        var world = await FaultWorld.StartAsync(store, postgres);
        world.Server.Vectors = (_, dimension, text) =>
            Near(dimension, text.Contains("pay", StringComparison.Ordinal) ? 0.1f : text.Contains("guide", StringComparison.Ordinal) ? 0.6f
            : 3f);
        world.Configure(change: text => text.Replace("name: docs, ", "name: docs, id: id, ", StringComparison.Ordinal));
        world.Repository.Write("tasks/one.md", "---\nid: T-1\n---\n\nHow to pay.\n");
        world.Repository.Write("tasks/copy.md", "---\nid: tasks/copy\n---\n\nHow to pay again.\n");
        world.Repository.Write("docs/guide.md", "---\nid: docs/guide\n---\n\nA guide.\n");
        world.Repository.Write("docs/twin.md", "---\nid: twin\n---\n\nOther words.\n");
        world.Repository.Write("tasks/twin.md", "---\nid: twin\n---\n\nOther words, too.\n");
        foreach (var old in Directory.EnumerateFiles(world.Repository.Full("tasks"), "*.md", SearchOption.AllDirectories).Where(
            file => file.Contains("area", StringComparison.Ordinal)))
        {
            File.Delete(old);
        }

        await world.SyncedAsync();
        return world;
    }

    private static float[] Near(int dimension, float angle)
    {
        var vector = new float[dimension];
        (vector[0], vector[1]) = (MathF.Cos(angle), MathF.Sin(angle));
        return vector;
    }

    private static async Task<List<(string Source, string Id, double Score)>> SimilarAsync(FaultWorld world, string command)
    {
        var run = await world.RunAsync(command + " --json");
        run.ExitCode.ShouldBe(0, run.ToString());
        using var json = JsonDocument.Parse(run.Out);
        return [.. json.RootElement.GetProperty("results").EnumerateArray().Select(result =>
            (result.GetProperty("source").GetString()!, result.GetProperty("id").GetString()!, result.GetProperty("score").GetDouble()))];
    }
}
