using EmbSync.Core.Model;
using static EmbSync.Core.Tests.Storage.Samples;

namespace EmbSync.Core.Tests.Storage;

/// <summary>Generations: kept apart, reused, pinned, indexed.</summary>
public abstract partial class StoreContract
{
    [Fact]
    public async Task A_generation_is_reused_in_whatever_state_it_is()
    {
        var other = Signature with { Model = "lexical-v2", Dimension = 8 };
        await using var writer = await Store.BeginWriteAsync(Project, CancellationToken.None);
        var first = await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        (first.State, first.CreatedAt, first.ActivatedAt, first.Signature).ShouldBe((GenerationState.Building, Noon, null, Signature));
        (await writer.OpenGenerationAsync("default", Signature, CancellationToken.None)).ShouldBe(first);

        await writer.ActivateAsync(first.Id, CancellationToken.None);
        (await writer.OpenGenerationAsync("default", Signature, CancellationToken.None)).State.ShouldBe(GenerationState.Active);
        var second = await writer.OpenGenerationAsync("default", other, CancellationToken.None);
        second.Id.ShouldNotBe(first.Id);
        (await StatesAsync()).ShouldBe([GenerationState.Active, GenerationState.Building]);

        await writer.ActivateAsync(second.Id, CancellationToken.None);
        (await StatesAsync()).ShouldBe([GenerationState.Retired, GenerationState.Active]);
        var back = await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        (back.Id, back.State).ShouldBe((first.Id, GenerationState.Building));
        (await Store.ReadHeadAsync(CancellationToken.None)).Active("default")!.Id.ShouldBe(second.Id);

        async Task<IEnumerable<GenerationState>> StatesAsync() =>
            (await Store.ReadHeadAsync(CancellationToken.None)).Generations.Select(generation => generation.State);
    }

    [Fact]
    public async Task A_pin_goes_with_the_generation_and_ends_when_it_retires()
    {
        await using var writer = await Store.BeginWriteAsync(Project, CancellationToken.None);
        var first = await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        var second = await writer.OpenGenerationAsync("default", Signature with { Model = "lexical-v2" }, CancellationToken.None);
        await writer.ActivateAsync(first.Id, CancellationToken.None);
        await writer.ActivateAsync(second.Id, pin: true, CancellationToken.None);
        (await SeenAsync()).ShouldBe([(false, Noon), (true, null)]);

        var revision = await Store.RevisionAsync();
        await writer.ActivateAsync(second.Id, pin: true, CancellationToken.None);
        (await Store.RevisionAsync()).ShouldBe(revision);
        await writer.ActivateAsync(second.Id, pin: false, CancellationToken.None);
        (await Store.RevisionAsync()).ShouldBe(revision + 1);
        (await SeenAsync()).ShouldBe([(false, Noon), (false, null)]);

        await writer.ActivateAsync(second.Id, pin: true, CancellationToken.None);
        await writer.ActivateAsync(first.Id, CancellationToken.None);
        (await SeenAsync()).ShouldBe([(false, null), (false, Noon)]);

        async Task<IEnumerable<(bool, DateTimeOffset?)>> SeenAsync() =>
            (await Store.ReadHeadAsync(CancellationToken.None)).Generations.Select(
                generation => (generation.IsPinned, generation.RetiredAt));
    }

    [Fact]
    public async Task A_new_signature_retires_the_one_that_was_building()
    {
        await using var writer = await Store.BeginWriteAsync(Project, CancellationToken.None);
        await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        await writer.OpenGenerationAsync("default", Signature with { RoleRules = "v2" }, CancellationToken.None);
        await writer.OpenGenerationAsync("small", Signature, CancellationToken.None);

        (await Store.ReadHeadAsync(CancellationToken.None)).Generations.Select(generation => (generation.Space, generation.State)).ShouldBe(
            [("default", GenerationState.Retired), ("default", GenerationState.Building), ("small", GenerationState.Building)]);
    }

    [Fact]
    public async Task Generations_keep_their_vectors_apart()
    {
        await using var writer = await Store.BeginWriteAsync(Project, CancellationToken.None);
        var small = await writer.OpenGenerationAsync("small", Signature, CancellationToken.None);
        var large = await writer.OpenGenerationAsync("large", Signature with { Dimension = 6 }, CancellationToken.None);
        await writer.CommitAsync(Batch(small.Id, [Vector("one", 1, 0, 0, 0)], [Item("a", "one")]), CancellationToken.None);

        (await Store.ReadExistingAsync(large.Id, [ContentHash.Of("one")], CancellationToken.None)).ShouldBeEmpty();
        (await Store.SearchAsync(Query(large.Id, 1, 0, 0, 0, 0, 0), CancellationToken.None)).ShouldBeEmpty();
        await writer.CommitAsync(Batch(large.Id, [Vector("one", 0, 0, 0, 0, 0, 1)]), CancellationToken.None);
        (await Store.ReadVectorsAsync(large.Id, [ContentHash.Of("one")], CancellationToken.None)).Values.Single().Length.ShouldBe(6);
        (await Store.ReadVectorsAsync(small.Id, [ContentHash.Of("one")], CancellationToken.None)).Values.Single().Length.ShouldBe(4);
    }

    [Fact]
    public async Task An_unknown_generation_is_named()
    {
        await using var writer = await Store.BeginWriteAsync(Project, CancellationToken.None);
        (await Should.ThrowAsync<StoreException>(async () => await writer.ActivateAsync(9, CancellationToken.None))).Message.ShouldContain(
            "generation 9");
        (await Should.ThrowAsync<StoreException>(async () =>
            await writer.CommitAsync(Batch(9, [Vector("one", 1, 0, 0, 0)]), CancellationToken.None))).Message.ShouldContain("generation 9");
        (await Should.ThrowAsync<StoreException>(async () =>
            await Store.SearchAsync(Query(9, 1, 0, 0, 0), CancellationToken.None))).Message.ShouldContain("generation 9");
    }

    [Fact]
    public async Task A_small_table_needs_no_index()
    {
        var generation = await FillAsync([Vector("one", 1, 0, 0, 0)]);
        (await Store.EnsureIndexAsync(generation)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_batch_and_the_switch_that_goes_with_it_are_one()
    {
        var first = await FillAsync([Vector("one", 1, 0, 0, 0)]);
        await using var writer = await Store.BeginWriteAsync(Project, CancellationToken.None);
        await writer.ActivateAsync(first, CancellationToken.None);
        var second = await writer.OpenGenerationAsync("default", Signature with { Dimension = 2 }, CancellationToken.None);
        await writer.CommitAsync(Batch(second.Id, [Vector("two", 1, 0)]), CancellationToken.None);
        var before = await Store.RevisionAsync();

        (await Should.ThrowAsync<StoreException>(async () =>
            await writer.CommitAsync(Batch(second.Id, items: [Item("b", "two")]) with { Activates = [second.Id, 9] },
                CancellationToken.None))).Message.ShouldContain("generation 9");
        (await Store.ReadHeadAsync(CancellationToken.None)).Active("default")!.Id.ShouldBe(first);
        (await Store.ItemsAsync()).ShouldNotContain(item => item.Id == "b");

        await writer.CommitAsync(Batch(second.Id, items: [Item("b", "two")]) with { Activates = [second.Id] }, CancellationToken.None);
        (await Store.ReadHeadAsync(CancellationToken.None)).Active("default")!.Id.ShouldBe(second.Id);
        (await Store.ItemsAsync()).ShouldContain(item => item.Id == "b");
        (await Store.RevisionAsync()).ShouldBeGreaterThan(before);
    }
}
