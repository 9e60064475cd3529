using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using static EmbSync.Core.Tests.Storage.Samples;

namespace EmbSync.Core.Tests.Storage;

/// <summary>What every store answers alike when it is searched.</summary>
public abstract class StoreSearchContract : StoreContract
{
    private async Task<int> FillAsync()
    {
        await using var writer = await Store.BeginWriteAsync(Project, CancellationToken.None);
        var generation = await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        await writer.CommitAsync(
            Batch(
                generation.Id,
                [Vector("north", 1, 0, 0, 0), Vector("north east", 1, 0.5f, 0, 0), Vector("east", 0, 2, 0, 0), Vector(
                "south", -1, 0, 0, 0)],
                [
                    Item("a", "south", "north", "north east") with { Metadata = """{"labels":["x","7"],"n":3,"open":true,"status":"done"}""" },
                    Item("b", "east") with { Metadata = """{"labels":[7,true],"n":"3","open":"true","status":"todo"}""", Type = "spec" },
                    Item("c", "north east") with { Metadata = """{"n":3.0,"nested":{"status":"done"},"status":["done"]}""" },
                    ItemOf("other", "d", "south"),
                    Item("e", "never embedded") with { Metadata = """{"status":"done"}""" },
                ]),
            CancellationToken.None);
        return generation.Id;
    }

    [Fact]
    public async Task The_nearest_items_come_first_each_with_its_best_chunk()
    {
        var generation = await FillAsync();

        var hits = await Store.SearchAsync(Query(generation, 2, 0, 0, 0), CancellationToken.None);
        hits.Select(hit => hit.Key.ToString()).ShouldBe(["docs/a", "docs/c", "docs/b", "other/d"]);
        hits.Select(hit => hit.Score).Zip([1, 0.894427, 0, -1]).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 0.001);
        var best = hits[0];
        best.ShouldBe(new SearchHit(
            new("docs", "a"), 1, ContentHash.Of("north"), "Title of a", "docs/a.md", best.Score, "Part > Two", 11, 19, "north",
            """{"labels":["x","7"],"n":3,"open":true,"status":"done"}"""));
    }

    [Fact]
    public async Task Keys_and_values_of_metadata_are_counted_by_items()
    {
        await FillAsync();

        (await Store.ReadFacetsAsync(null, 10, CancellationToken.None)).ShouldBe(
            [new("status", 4), new("n", 3), new("labels", 2), new("open", 2), new("nested", 1)]);
        (await Store.ReadFacetsAsync("status", 10, CancellationToken.None)).ShouldBe([new("done", 3), new("todo", 1)]);
        (await Store.ReadFacetsAsync("open", 10, CancellationToken.None)).ShouldBe([new("true", 2)]);
        (await Store.ReadFacetsAsync("labels", 10, CancellationToken.None)).ShouldBe([new("7", 2), new("true", 1), new("x", 1)]);
        (await Store.ReadFacetsAsync("labels", 1, CancellationToken.None)).ShouldBe([new("7", 2)]);
        (await Store.ReadFacetsAsync("nested", 10, CancellationToken.None)).ShouldBeEmpty();
        (await Store.ReadFacetsAsync("absent", 10, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_limit_counts_items()
    {
        var generation = await FillAsync();
        (await Store.SearchAsync(Query(generation, 1, 0.2f, 0, 0) with { Limit = 2 }, CancellationToken.None))
            .Select(hit => hit.Key.Id).ShouldBe(["a", "c"]);
    }

    [Fact]
    public async Task Equal_scores_are_ordered_by_source_and_id()
    {
        await using var writer = await Store.BeginWriteAsync(Project, CancellationToken.None);
        var generation = await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        await writer.CommitAsync(
            Batch(generation.Id, [Vector("same", 1, 0, 0, 0)],
            [Item("b", "same", "same"), Item("c", "same"), Item("a", "same"), ItemOf("Z", "z", "same")]),
            CancellationToken.None);

        var hits = await Store.SearchAsync(Query(generation.Id, 1, 0, 0, 0) with { Limit = 3 }, CancellationToken.None);
        hits.Select(hit => (hit.Key.Id, hit.Seq)).ShouldBe([("z", 0), ("a", 0), ("b", 0)]);
    }

    [Theory]
    [InlineData("docs", null, "a c b")]
    [InlineData("other", null, "d")]
    [InlineData(null, "spec", "b")]
    [InlineData("other", "spec", "")]
    public async Task Source_and_type_filter(string? source, string? type, string found)
    {
        var generation = await FillAsync();
        var hits = await Store.SearchAsync(Query(generation, 1, 0, 0, 0) with { Source = source, Type = type }, CancellationToken.None);
        string.Join(' ', hits.Select(hit => hit.Key.Id)).ShouldBe(found);
    }

    [Theory]
    [InlineData("status=done", "a c")]
    [InlineData("status=Done", "")]
    [InlineData("n=3", "a c b")]
    [InlineData("n=3.0", "a c")]
    [InlineData("open=true", "a b")]
    [InlineData("labels=x", "a")]
    [InlineData("labels=7", "a b")]
    [InlineData("labels=true", "b")]
    [InlineData("status=done n=3", "a c")]
    [InlineData("status=done open=true", "a")]
    [InlineData("status=done status=todo", "")]
    [InlineData("absent=1", "")]
    [InlineData("n=03", "")]
    public async Task Metadata_filter_by_value_and_by_list(string where, string found)
    {
        var generation = await FillAsync();
        var pairs = where.Split(' ').Select(pair => KeyValuePair.Create(pair.Split('=')[0], pair.Split('=')[1])).ToList();
        var hits = await Store.SearchAsync(Query(generation, 1, 0, 0, 0) with { Where = pairs }, CancellationToken.None);
        string.Join(' ', hits.Select(hit => hit.Key.Id)).ShouldBe(found);
    }

    [Fact]
    public async Task A_query_of_another_model_is_refused()
    {
        var generation = await FillAsync();
        (await Should.ThrowAsync<StoreException>(async () => await Store.SearchAsync(Query(generation, 1, 0), CancellationToken.None)))
            .Message.ShouldContain("2 numbers instead of 4");
        await Should.ThrowAsync<StoreException>(async () => await Store.SearchAsync(Query(generation, 0, 0, 0, 0), CancellationToken.None));
        await Should.ThrowAsync<StoreException>(
            async () => await Store.SearchAsync(Query(generation, 1, float.NaN, 0, 0), CancellationToken.None));
    }
}
