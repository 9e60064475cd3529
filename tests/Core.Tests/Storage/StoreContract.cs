using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using static EmbSync.Core.Tests.Storage.Samples;

namespace EmbSync.Core.Tests.Storage;

/// <summary>What every store does alike. Each kind of store derives a class that opens a fresh one.</summary>
public abstract class StoreContract : IAsyncLifetime
{
    private readonly SetClock clock = new(Noon);
    private IStore? store;

    private protected IStore Store => store!;

    private protected TimeProvider Clock => clock;

    private protected void Advance(TimeSpan time) => clock.Now += time;

    public async Task InitializeAsync() => store = await OpenAsync(VectorType.HalfVec, keepText: true);

    public async Task DisposeAsync()
    {
        await Store.DisposeAsync();
        await CloseAsync();
    }

    /// <summary>Another store at a new, empty place.</summary>
    private protected abstract Task<IStore> OpenAsync(VectorType vectors, bool keepText);

    private protected virtual Task CloseAsync() => Task.CompletedTask;

    private async Task<(IStoreWriter Writer, int Generation)> BeginAsync(IStore? other = null)
    {
        var writer = await (other ?? Store).BeginWriteAsync(Project, CancellationToken.None);
        return (writer, (await writer.OpenGenerationAsync("default", Signature, CancellationToken.None)).Id);
    }

    private async Task<int> FillAsync(IReadOnlyList<VectorRow> vectors, params Item[] items)
    {
        var (writer, generation) = await BeginAsync();
        await using (writer)
        {
            await writer.CommitAsync(Batch(generation, vectors, items), CancellationToken.None);
        }

        return generation;
    }

    [Fact]
    public async Task A_receipt_that_nobody_finished_says_so_when_the_next_one_begins()
    {
        var (writer, _) = await BeginAsync();
        await using (writer)
        {
            await writer.BeginRunAsync(Run, CancellationToken.None);
            await writer.BeginRunAsync(Run, CancellationToken.None);
        }

        (await Store.ReadRunsAsync(10, CancellationToken.None)).Select(run => run.Status).ShouldBe([RunRecord.Running, RunRecord.Abandoned]);
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
        pages.SelectMany(page => page).Select(row => (row.Hash, row.Tokens)).ShouldBe(rows.OrderBy(row => row.Hash).Select(row => (row.Hash, row.Tokens)));
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
            Enumerable.Range(0, 600).SelectMany(i => new[] { (FormattableString.Invariant($"m{i:000}"), 0), (FormattableString.Invariant($"m{i:000}"), 1) }));
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

    [Fact]
    public async Task An_absent_store_reads_as_empty()
    {
        (await Store.ReadHeadAsync(CancellationToken.None)).ShouldBeSameAs(StoreHead.Empty);
        (await Store.ItemsAsync()).ShouldBeEmpty();
        (await Store.ReadSourceNamesAsync(CancellationToken.None)).ShouldBeEmpty();
        (await Store.ReadIncompleteAsync("docs", 1, CancellationToken.None)).ShouldBeEmpty();
        (await Store.ReadChunkHashesAsync("docs", ["a"], CancellationToken.None)).ShouldBeEmpty();
        (await Store.ReadExistingAsync(1, [ContentHash.Of("a")], CancellationToken.None)).ShouldBeEmpty();
        (await Store.ReadVectorsAsync(1, [ContentHash.Of("a")], CancellationToken.None)).ShouldBeEmpty();
        (await Store.ReadCoverageAsync(1, CancellationToken.None)).ShouldBeEmpty();
        (await Store.ReadRunsAsync(10, CancellationToken.None)).ShouldBeEmpty();
        (await Store.SearchAsync(Query(1, 1, 0, 0, 0), CancellationToken.None)).ShouldBeEmpty();
        (await EmbeddedAsync(new(1, null, null))).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_first_writer_owns_the_store()
    {
        await (await Store.BeginWriteAsync(Project, CancellationToken.None)).DisposeAsync();

        var head = await Store.ReadHeadAsync(CancellationToken.None);
        (head.Exists, head.Project, head.Revision).ShouldBe((true, Project, 0));
        head.SchemaVersion.ShouldBePositive();
        var refusal = await Should.ThrowAsync<StoreRefusedException>(async () => await Store.BeginWriteAsync("beta", CancellationToken.None));
        refusal.Message.ShouldContain("'alpha'");
        refusal.Message.ShouldContain("'beta'");
        refusal.ExitCode.ShouldBe(ExitCode.Usage);
        await (await Store.BeginWriteAsync(Project, CancellationToken.None)).DisposeAsync();
    }

    [Fact]
    public async Task A_second_writer_is_turned_away_while_the_first_writes()
    {
        await using (await Store.BeginWriteAsync(Project, CancellationToken.None))
        {
            var refusal = await Should.ThrowAsync<LockedException>(async () => await Store.BeginWriteAsync(Project, CancellationToken.None));
            refusal.ExitCode.ShouldBe(ExitCode.Locked);
            refusal.Message.ShouldContain("Wait");
        }

        await (await Store.BeginWriteAsync(Project, CancellationToken.None)).DisposeAsync();
    }

    [Fact]
    public async Task A_writer_that_ended_writes_nothing()
    {
        var (writer, generation) = await BeginAsync();
        await writer.DisposeAsync();

        await Should.ThrowAsync<LockedException>(async () => await writer.CommitAsync(Batch(generation, items: [Item("a", "x")]), CancellationToken.None));
        (await Store.ItemsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Items_come_back_in_order_of_id_with_what_change_detection_needs()
    {
        Item[] items = [Item("b", "one", "two"), Item("B"), Item("ä", "three"), Item("a", "four") with { Path = null }, Item("\U0001F600", "five"), Item("\uFFFD", "six")];
        await FillAsync([], items);

        var stored = await Store.ItemsAsync();
        stored.Select(item => item.Id).ShouldBe(["B", "a", "b", "ä", "\uFFFD", "\U0001F600"]);
        foreach (var item in items)
        {
            stored.Single(one => one.Id == item.Key.Id).ShouldBe(new(
                item.Key.Id, item.Path, item.Version, item.Pipeline, item.ContentDigest, item.RecordDigest, item.Title, item.Type, item.Chunks.Count));
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
            [Vector("one", 1, 0, 0, 0)], Item("all", "one"), Item("half", "one", "two"), Item("none", "three"), Item("empty"), ItemOf("other", "x", "four"));

        (await Store.ReadIncompleteAsync("docs", generation, CancellationToken.None)).Order().ShouldBe(["half", "none"]);
        (await Store.ReadIncompleteAsync("docs", null, CancellationToken.None)).Order().ShouldBe(["all", "half", "none"]);
    }

    [Fact]
    public async Task Coverage_counts_items_and_chunks_by_source_and_type()
    {
        var generation = await FillAsync(
            [Vector("one", 1, 0, 0, 0)], Item("all", "one"), Item("half", "one", "two"), Item("empty"), Item("spec", "one") with { Type = "spec" },
            ItemOf("zoo", "x", "four"));

        (await Store.ReadCoverageAsync(generation, CancellationToken.None)).ShouldBe(
            [new("docs", "spec", 1, 1, 1, 1), new("docs", "task", 3, 2, 3, 2), new("zoo", "task", 1, 0, 1, 0)]);
        (await Store.ReadCoverageAsync(null, CancellationToken.None)).ShouldBe(
            [new("docs", "spec", 1, 0, 1, 0), new("docs", "task", 3, 1, 3, 0), new("zoo", "task", 1, 0, 1, 0)]);
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

        (await Store.ReadExistingAsync(generation, asked, CancellationToken.None)).ShouldBe(rows.Select(row => row.Hash), ignoreOrder: true);
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

    [Fact]
    public async Task The_revision_grows_with_what_really_changes()
    {
        var generation = await FillAsync([Vector("one", 1, 0, 0, 0)], Item("a", "one"));
        var start = await Store.RevisionAsync();
        var (writer, _) = await BeginAsync();
        await using (writer)
        {
            await writer.CommitAsync(Batch(generation, [Vector("one", 1, 0, 0, 0)], [Item("a", "one")], [new("docs", "b")]), CancellationToken.None);
            await writer.CommitAsync(Batch(generation, [Vector("one", 1, 0, 0, 0)]) with { ReplaceVectors = true }, CancellationToken.None);
            await writer.BeginRunAsync(Run, CancellationToken.None);
            (await Store.RevisionAsync()).ShouldBe(start);

            await writer.CommitAsync(Batch(generation, items: [Item("a", "one") with { Version = "git:new" }]), CancellationToken.None);
            (await Store.RevisionAsync()).ShouldBe(start + 1);
            await writer.CommitAsync(Batch(generation, [Vector("two", 1, 0, 0, 0)]), CancellationToken.None);
            (await Store.RevisionAsync()).ShouldBe(start + 2);
            await writer.CommitAsync(Batch(0, deletions: [new("docs", "a")]), CancellationToken.None);
            (await Store.RevisionAsync()).ShouldBe(start + 3);
            await writer.RecordSourceAsync(new("docs", "c0ffee", "pipeline-1"), CancellationToken.None);
            await writer.RecordSourceAsync(new("docs", "c0ffee", "pipeline-1"), CancellationToken.None);
            (await Store.RevisionAsync()).ShouldBe(start + 4);
            await writer.ActivateAsync(generation, CancellationToken.None);
            await writer.ActivateAsync(generation, CancellationToken.None);
            (await Store.RevisionAsync()).ShouldBe(start + 5);
        }
    }

    [Fact]
    public async Task Sources_are_recorded_and_overwritten()
    {
        await using var writer = await Store.BeginWriteAsync(Project, CancellationToken.None);
        await writer.RecordSourceAsync(new("docs", "c0ffee", "p1"), CancellationToken.None);
        await writer.RecordSourceAsync(new("rows", null, "p1"), CancellationToken.None);
        await writer.RecordSourceAsync(new("docs", null, "p2"), CancellationToken.None);

        (await Store.ReadHeadAsync(CancellationToken.None)).Sources.Values.ShouldBe([new("docs", null, "p2"), new("rows", null, "p1")], ignoreOrder: true);
    }

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
            (await Store.ReadHeadAsync(CancellationToken.None)).Generations.Select(generation => (generation.IsPinned, generation.RetiredAt));
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
    public async Task Receipts_are_opened_updated_and_listed_newest_first()
    {
        await using var writer = await Store.BeginWriteAsync(Project, CancellationToken.None);
        var first = await writer.BeginRunAsync(Run, CancellationToken.None);
        var second = await writer.BeginRunAsync(Run with { Command = "reembed", Cost = null, Commit = null }, CancellationToken.None);
        var done = Run with
        {
            Id = first, Status = "failed", ItemsProcessed = 10, Error = "provider refused", CompletedAt = Noon.AddSeconds(1.5), Cost = 1.10m,
            Details = """{"b": 1, "a": [1, 2]}""",
        };
        await writer.UpdateRunAsync(done, CancellationToken.None);

        (await Store.ReadRunsAsync(10, CancellationToken.None)).ShouldBe([Run with { Id = second, Command = "reembed", Cost = null, Commit = null }, done]);
        (await Store.ReadRunsAsync(1, CancellationToken.None)).Single().Id.ShouldBe(second);
        await Should.ThrowAsync<StoreException>(async () => await writer.UpdateRunAsync(Run with { Id = 99 }, CancellationToken.None));
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
    public async Task An_unknown_generation_is_named()
    {
        await using var writer = await Store.BeginWriteAsync(Project, CancellationToken.None);
        (await Should.ThrowAsync<StoreException>(async () => await writer.ActivateAsync(9, CancellationToken.None))).Message.ShouldContain("generation 9");
        (await Should.ThrowAsync<StoreException>(async () => await writer.EnsureIndexAsync(9, CancellationToken.None))).Message.ShouldContain("generation 9");
        (await Should.ThrowAsync<StoreException>(async () =>
            await writer.CommitAsync(Batch(9, [Vector("one", 1, 0, 0, 0)]), CancellationToken.None))).Message.ShouldContain("generation 9");
        (await Should.ThrowAsync<StoreException>(async () =>
            await Store.SearchAsync(Query(9, 1, 0, 0, 0), CancellationToken.None))).Message.ShouldContain("generation 9");
    }

    [Fact]
    public async Task A_small_table_needs_no_index()
    {
        var generation = await FillAsync([Vector("one", 1, 0, 0, 0)]);
        await using var writer = await Store.BeginWriteAsync(Project, CancellationToken.None);
        (await writer.EnsureIndexAsync(generation, CancellationToken.None)).ShouldBeFalse();
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

    [Fact]
    public async Task A_cancelled_read_ends()
    {
        await FillAsync([], Item("a", "one"));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var unused in Store.ReadItemsAsync("docs", cancelled.Token))
            {
            }
        });
    }
}
