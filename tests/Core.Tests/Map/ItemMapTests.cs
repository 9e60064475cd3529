using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Map;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using EmbSync.Core.Tests.Storage;

namespace EmbSync.Core.Tests.Map;

public sealed class ItemMapTests
{
    [Fact]
    public async Task More_items_than_are_drawn_become_a_sample_that_says_of_how_many()
    {
        const int Items = ItemMap.MostItems + 50;
        var random = new Random(7);
        await using var store = StoreFactory.Open(
            Samples.Config(StoreBackend.Memory, vectors: VectorType.Vector), new SetClock(Samples.Noon));
        var generation = await FillAsync(
            store,
            [.. Enumerable.Range(0, Items).Select(i => Samples.Vector($"text {i}", Numbers(random)))],
            [.. Enumerable.Range(0, Items).Select(i => Samples.Item($"i{i:00000}", $"text {i}"))]);

        var map = await ItemMap.ReadAsync(store, generation, 1, CancellationToken.None);
        var again = await ItemMap.ReadAsync(store, generation, 1, CancellationToken.None);

        (map.Items.Count, map.Places.Count, map.Total, map.UpdatedAt.Count).ShouldBe((ItemMap.MostItems, ItemMap.MostItems, Items, Items));
        again.Items.Select(item => item.Key).ShouldBe(map.Items.Select(item => item.Key));
        again.Places.ShouldBe(map.Places);
    }

    [Fact]
    public async Task Items_without_all_vectors_are_left_out_and_counted()
    {
        await using var store = StoreFactory.Open(Samples.Config(StoreBackend.Memory), new SetClock(Samples.Noon));
        var generation = await FillAsync(
            store, [Samples.Vector("one", 1, 0, 0, 0), Samples.Vector("two", 0, 3, 0, 0)],
            [Samples.Item("whole", "one", "two"), Samples.Item("part", "one", "lost"), Samples.Item("last", "two"), Samples.Item(
            "half", "lost", "one")]);

        var map = await ItemMap.ReadAsync(store, generation, 0.7, CancellationToken.None);

        map.Items.Select(item => item.Key.Id).ShouldBe(["last", "whole"]);
        map.LeftOut.ShouldBe(2);
        map.Duplicates.Groups.Single().Closest.ShouldBe((float)Math.Sqrt(0.5), 1e-3, "a long vector counts no more than a short one");
    }

    private static async Task<Generation> FillAsync(IStore store, IReadOnlyList<VectorRow> vectors, IReadOnlyList<Item> items)
    {
        await using var writer = await store.BeginWriteAsync(Samples.Project, CancellationToken.None);
        var generation = await writer.OpenGenerationAsync("default", Samples.Signature, CancellationToken.None);
        await writer.CommitAsync(Samples.Batch(generation.Id, vectors, items), CancellationToken.None);
        return generation;
    }

    private static float[] Numbers(Random random) => [.. Enumerable.Range(0, 4).Select(_ => (float)(random.NextDouble() - 0.5))];
}
