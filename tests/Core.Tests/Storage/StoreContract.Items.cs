using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using static EmbSync.Core.Tests.Storage.Samples;

namespace EmbSync.Core.Tests.Storage;

/// <summary>Items and their chunks: replaced whole, counted, refused by name where no store could hold them.</summary>
public abstract partial class StoreContract
{
    [Fact]
    public async Task Items_come_back_in_order_of_id_with_what_change_detection_needs()
    {
        Item[] items = [Item("b", "one", "two"), Item("B"), Item("ä", "three"), Item("a", "four") with { Path = null },
            Item("\U0001F600", "five"), Item("\uFFFD", "six")];
        await FillAsync([], items);

        var stored = await Store.ItemsAsync();
        stored.Select(item => item.Id).ShouldBe(["B", "a", "b", "ä", "\uFFFD", "\U0001F600"]);
        foreach (var item in items)
        {
            stored.Single(one => one.Id == item.Key.Id).ShouldBe(new(
                item.Key.Id, item.Path, item.Version, item.Pipeline, item.ContentDigest, item.RecordDigest, item.Title, item.Type,
                item.Chunks.Count));
        }

        (await Store.ItemsAsync("other")).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_item_is_replaced_whole()
    {
        var generation = await FillAsync([Vector("one", 1, 0, 0, 0)], Item("a", "one", "two", "three"));
        await FillAsync([], Item("a", "two"));

        (await Store.ReadChunkHashesAsync("docs", ["a"], CancellationToken.None))["a"].ShouldBe([ContentHash.Of("two")]);
        (await Store.ReadCoverageAsync(generation, CancellationToken.None)).ShouldBe([new("docs", "task", 1, 0, 1, 0)]);
    }

    [Fact]
    public async Task Deleting_an_item_takes_its_chunks_and_keeps_its_vectors()
    {
        var generation = await FillAsync([Vector("one", 1, 0, 0, 0)], Item("a", "one"), Item("b", "one"));
        var (writer, _) = await BeginAsync();
        await using (writer)
        {
            await writer.CommitAsync(Batch(generation, deletions: [new("docs", "a"), new("docs", "never was")]), CancellationToken.None);
        }

        (await Store.ItemsAsync()).Select(item => item.Id).ShouldBe(["b"]);
        (await Store.ReadChunkHashesAsync("docs", ["a", "b"], CancellationToken.None)).Keys.ShouldBe(["b"]);
        (await Store.ReadExistingAsync(generation, [ContentHash.Of("one")], CancellationToken.None)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Sources_are_named_while_they_have_items()
    {
        var generation = await FillAsync([], ItemOf("docs", "a", "x"), ItemOf("Issues", "1", "y"));
        (await Store.ReadSourceNamesAsync(CancellationToken.None)).ShouldBe(["Issues", "docs"]);

        var (writer, _) = await BeginAsync();
        await using (writer)
        {
            await writer.CommitAsync(Batch(generation, deletions: [new("Issues", "1")]), CancellationToken.None);
        }

        (await Store.ReadSourceNamesAsync(CancellationToken.None)).ShouldBe(["docs"]);
    }

    [Fact]
    public async Task Incomplete_items_are_those_with_a_chunk_without_vector()
    {
        var generation = await FillAsync(
            [Vector("one", 1, 0, 0, 0)], Item("all", "one"), Item("half", "one", "two"), Item("none", "three"), Item("empty"), ItemOf(
            "other", "x", "four"));

        (await Store.ReadIncompleteAsync("docs", generation, CancellationToken.None)).Order().ShouldBe(["half", "none"]);
        (await Store.ReadIncompleteAsync("docs", null, CancellationToken.None)).Order().ShouldBe(["all", "half", "none"]);
    }

    [Fact]
    public async Task Coverage_counts_items_and_chunks_by_source_and_type()
    {
        var generation = await FillAsync(
            [Vector("one", 1, 0, 0, 0)], Item("all", "one"), Item("half", "one", "two"), Item("empty"), Item("spec", "one") with
            { Type = "spec" },
            ItemOf("zoo", "x", "four"));

        (await Store.ReadCoverageAsync(generation, CancellationToken.None)).ShouldBe(
            [new("docs", "spec", 1, 1, 1, 1), new("docs", "task", 3, 2, 3, 2), new("zoo", "task", 1, 0, 1, 0)]);
        (await Store.ReadCoverageAsync(null, CancellationToken.None)).ShouldBe(
            [new("docs", "spec", 1, 0, 1, 0), new("docs", "task", 3, 1, 3, 0), new("zoo", "task", 1, 0, 1, 0)]);
    }

    public static TheoryData<string> BadItems => ["nul", "surrogate", "metadata", "metadata nul", "long", "seq", "twice"];

    [Theory]
    [MemberData(nameof(BadItems))]
    public async Task An_item_that_no_store_could_hold_is_refused_by_name(string what)
    {
        var item = what switch
        {
            "nul" => Item("bad", "x") with { Title = "a\0b" },
            "surrogate" => Item("bad", "x\ud800y"),
            "metadata" => Item("bad", "x") with { Metadata = "[1]" },
            "metadata nul" => Item("bad", "x") with { Metadata = """{"a":"b\u0000"}""" },
            "long" => Item(new string('x', 2_000), "x"),
            "seq" => Item("bad", "x") with { Chunks = [new(1, ContentHash.Of("x"), "", "x", 1, 1)] },
            _ => Item("good", "x"),
        };
        var (writer, generation) = await BeginAsync();
        await using (writer)
        {
            var refusal = await Should.ThrowAsync<StoreException>(async () =>
                await writer.CommitAsync(Batch(generation, items: [Item("good", "y"), item]), CancellationToken.None));
            refusal.Message.ShouldContain(item.Key.ToString());
        }

        (await Store.ItemsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Odd_but_lawful_text_is_kept_to_the_letter()
    {
        var odd = "'; DROP TABLE item; -- \"x\" \\ \u001b[31m \U0001F600 \u202E \r\n\t%0A ::set-output";
        var item = new Item(new("docs", odd), odd, odd, odd, odd, odd, """{"it's":"a \"quote\" \\ \\u0000 {x}"}""", -3, Noon, [new(0, ContentHash.Of(odd), odd, odd, 1, 2)]);
        var generation = await FillAsync([Vector(odd, 1, 0, 0, 0)], item);

        var stored = (await Store.ItemsAsync()).Single();
        (stored.Id, stored.Title, stored.Path, stored.Version, stored.Type).ShouldBe((odd, odd, odd, odd, odd));
        var hit = (await Store.SearchAsync(Query(generation, 1, 0, 0, 0), CancellationToken.None)).Single();
        (hit.Text, hit.Heading, hit.Metadata).ShouldBe((odd, odd, item.Metadata));
        (await Store.ReadChunkHashesAsync("docs", [odd], CancellationToken.None)).Keys.ShouldBe([odd]);
    }

    [Fact]
    public async Task Text_is_left_out_by_setting()
    {
        await using var other = await OpenAsync(VectorType.HalfVec, keepText: false);
        var (writer, generation) = await BeginAsync(other);
        await using (writer)
        {
            await writer.CommitAsync(Batch(generation, [Vector("one", 1, 0, 0, 0)], [Item("a", "one")]), CancellationToken.None);
        }

        (await other.SearchAsync(Query(generation, 1, 0, 0, 0), CancellationToken.None)).Single().Text.ShouldBeNull();
    }
}
