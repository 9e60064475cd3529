using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using static EmbSync.Core.Tests.Storage.Samples;

namespace EmbSync.Core.Tests.Storage;

/// <summary>Vectors: kept as their format holds them, read by page and by item, refused with their batch where they are none.</summary>
public abstract partial class StoreContract
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_sample_has_as_many_chunks_as_asked_for_where_there_are_as_many(int seed)
    {
        var texts = Enumerable.Range(0, 9).Select(i => $"text {i}").ToArray();
        var generation = await FillAsync([.. texts.Select(text => Vector(text, 1, 0, 0, 0)), Vector("of no chunk", 1, 0, 0, 0)],
            [.. texts.Select(text => Item(text, text)), Item("twin", "text 0")]);

        foreach (var (asked, found) in new[] { (0, 0), (1, 1), (5, 5), (8, 8), (9, 9), (50, 9) })
        {
            var sample = await Store.ReadSampleAsync(generation, asked, seed, CancellationToken.None);

            sample.Select(one => one.Vector.Hash).Distinct().Count().ShouldBe(found, $"{asked}");
            sample.ShouldAllBe(one => one.Chunk.Hash == one.Vector.Hash && texts.Contains(one.Chunk.Text));
        }
    }

    [Fact]
    public async Task Vectors_come_in_pages_by_hash()
    {
        VectorRow[] rows = [.. Enumerable.Range(0, 7).Select(i => Vector($"page {i}", 1, i, 0, 0) with { Tokens = i })];
        var generation = await FillAsync(rows);
        var pages = new List<IReadOnlyList<VectorRow>>();
        ContentHash? after = null;
        while (await Store.ReadVectorPageAsync(generation, after, 3, CancellationToken.None) is { Count: > 0 } page)
        {
            pages.Add(page);
            after = page[^1].Hash;
        }

        pages.Select(page => page.Count).ShouldBe([3, 3, 1]);
        pages.SelectMany(page => page).Select(row => (row.Hash, row.Tokens)).ShouldBe(
            rows.OrderBy(row => row.Hash).Select(row => (row.Hash, row.Tokens)));
        pages.SelectMany(page => page).ShouldAllBe(row => row.Vector.Length == Signature.Dimension);
    }

    [Fact]
    public async Task Embedded_chunks_come_by_source_id_and_position_with_the_vectors_of_one_generation()
    {
        await using var writer = await Store.BeginWriteAsync(Project, CancellationToken.None);
        var other = await writer.OpenGenerationAsync("default", Signature with { Model = "before" }, CancellationToken.None);
        await writer.CommitAsync(Batch(other.Id, [Vector("one", 0, 0, 0, 1), Vector("lost", 0, 0, 0, 1)]), CancellationToken.None);
        await writer.ActivateAsync(other.Id, CancellationToken.None);
        var generation = await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        await writer.CommitAsync(
            Batch(
                generation.Id,
                [Vector("one", 1, 0, 0, 0), Vector("two", 0, 1, 0, 0)],
                [
                    Item("b", "two", "lost", "one") with { Metadata = """{"a":[1,"x"],"status":"open"}""", UpdatedAt = Noon.AddDays(-1) },
                    Item("a", "one") with { Type = "spec", Path = null },
                    Item("none"),
                    ItemOf("other", "c", "two"),
                    .. Enumerable.Range(0, 600).Select(i => ItemOf("many", FormattableString.Invariant($"m{i:000}"), "one", "two")),
                ]),
            CancellationToken.None);

        var all = await EmbeddedAsync(new(generation.Id, null, null));
        all.Where(row => row.Key.Source != "many").Select(row => $"{row.Key} {row.Seq} of {row.Chunks}")
            .ShouldBe(["docs/a 0 of 1", "docs/b 0 of 3", "docs/b 2 of 3", "other/c 0 of 1"]);
        all.Where(row => row.Key.Source == "many").Select(row => (row.Key.Id, row.Seq)).ShouldBe(
            Enumerable.Range(0, 600).SelectMany(
            i => new[] { (FormattableString.Invariant($"m{i:000}"), 0), (FormattableString.Invariant($"m{i:000}"), 1) }));
        all.Select(row => row.Vector.ToArray()[3]).ShouldAllBe(number => number == 0);
        var last = all.Last(row => row.Key.Id == "b");
        (last with { Vector = default }).ShouldBe(new EmbeddedChunk(
            new("docs", "b"), "task", "Title of b", "docs/b.md", """{"a":[1,"x"],"status":"open"}""", Noon.AddDays(-1), 3, 2, ContentHash.Of("one"), "Part > Two", default));
        last.Vector.ToArray().ShouldBe([1f, 0, 0, 0]);
        (await EmbeddedAsync(new(generation.Id, "docs", "spec"))).Single().Path.ShouldBeNull();
        (await EmbeddedAsync(new(generation.Id, "other", null))).Single().Key.ToString().ShouldBe("other/c");
        (await EmbeddedAsync(new(other.Id, "docs", null))).Select(row => row.Vector.Span[3]).ShouldBe([1f, 1f, 1f]);
    }

    private async Task<List<EmbeddedChunk>> EmbeddedAsync(EmbeddedScope scope)
    {
        var rows = new List<EmbeddedChunk>();
        await foreach (var row in Store.ReadEmbeddedAsync(scope, CancellationToken.None))
        {
            rows.Add(row);
        }

        return rows;
    }

    [Theory]
    [InlineData(VectorType.HalfVec, 0.0005)]
    [InlineData(VectorType.Vector, 0)]
    public async Task Vectors_come_back_as_exactly_as_their_format_holds_them(VectorType vectors, double tolerance)
    {
        await using var other = await OpenAsync(vectors, keepText: true);
        float[] numbers = [0.1f, -0.2f, 0.30000001f, 1];
        var (writer, generation) = await BeginAsync(other);
        await using (writer)
        {
            await writer.CommitAsync(Batch(generation, [Vector("one", numbers)]), CancellationToken.None);
        }

        var found = await other.ReadVectorsAsync(generation, [ContentHash.Of("one"), ContentHash.Of("two")], CancellationToken.None);
        found.Keys.ShouldBe([ContentHash.Of("one")]);
        found[ContentHash.Of("one")].ShouldBe(tolerance == 0 ? numbers : [.. numbers.Select(number => (float)(Half)number)]);
    }

    [Fact]
    public async Task Existing_hashes_are_found_among_very_many()
    {
        var rows = Enumerable.Range(0, 300).Select(i => Vector($"text {i}", i + 1, 1, 0, 0)).ToList();
        var generation = await FillAsync(rows);
        var asked = Enumerable.Range(0, 25_000).Select(i => ContentHash.Of($"text {i}")).ToList();

        (await Store.ReadExistingAsync(generation, asked, CancellationToken.None)).ShouldBe(
            rows.Select(row => row.Hash), ignoreOrder: true);
        (await Store.ReadVectorsAsync(generation, asked, CancellationToken.None)).Count.ShouldBe(300);
    }

    [Fact]
    public async Task A_vector_that_is_there_is_kept_unless_told_to_replace_it()
    {
        var generation = await FillAsync([Vector("one", 1, 0, 0, 0)]);
        var (writer, _) = await BeginAsync();
        await using (writer)
        {
            await writer.CommitAsync(Batch(generation, [Vector("one", 0, 1, 0, 0), Vector("two", 0, 0, 1, 0)]), CancellationToken.None);
            (await FirstAsync()).ShouldBe([1, 0, 0, 0]);
            await writer.CommitAsync(Batch(generation, [Vector("one", 0, 1, 0, 0)]) with { ReplaceVectors = true }, CancellationToken.None);
            (await FirstAsync()).ShouldBe([0, 1, 0, 0]);
        }

        async Task<float[]> FirstAsync() =>
            (await Store.ReadVectorsAsync(generation, [ContentHash.Of("one")], CancellationToken.None))[ContentHash.Of("one")];
    }

    public static TheoryData<float[], string> BadVectors => new()
    {
        { [1, 0, 0], "3 numbers instead of 4" },
        { [1, 0, 0, 0, 0], "5 numbers instead of 4" },
        { [1, float.NaN, 0, 0], "not finite" },
        { [1, float.PositiveInfinity, 0, 0], "not finite" },
        { [1, 70_000, 0, 0], "too large for its format" },
        { [0, 0, 0, 0], "is zero" },
        { [1e-9f, 0, 0, 0], "is zero" },
    };

    [Theory]
    [MemberData(nameof(BadVectors))]
    public async Task A_bad_vector_is_refused_with_its_whole_batch(float[] numbers, string says)
    {
        var (writer, generation) = await BeginAsync();
        await using (writer)
        {
            var refusal = await Should.ThrowAsync<StoreException>(async () => await writer.CommitAsync(
                Batch(generation, [Vector("good", 1, 0, 0, 0), Vector("bad", numbers)], [Item("a", "good")]), CancellationToken.None));
            refusal.Message.ShouldContain(says);
        }

        (await Store.ItemsAsync()).ShouldBeEmpty();
        (await Store.ReadExistingAsync(generation, [ContentHash.Of("good")], CancellationToken.None)).ShouldBeEmpty();
    }
}
