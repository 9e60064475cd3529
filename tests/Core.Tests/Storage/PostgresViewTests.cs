using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using EmbSync.Tests;
using static EmbSync.Core.Tests.Storage.Samples;

namespace EmbSync.Core.Tests.Storage;

/// <summary>The view and the index that people's own SQL meets.</summary>
public sealed class PostgresViewTests(PostgresFixture server) : IClassFixture<PostgresFixture>
{
    private const int Rows = 2_500;

    private IStore Open(string schema, VectorType vectors = VectorType.HalfVec) =>
        StoreFactory.Open(Config(StoreBackend.Postgres, url: server.Url, vectors: vectors) with { Schema = schema }, new SetClock(Noon));

    private Task<IReadOnlyList<string>> AskAsync(string sql) => PostgresFixture.RowsAsync(server.Url, sql);

    /// <summary>So many items of one chunk, on a circle of 4 dimensions in no order.</summary>
    private static StoreBatch Many(int generation, int dimension = 4)
    {
        var random = new Random(20261120);
        var texts = Enumerable.Range(0, Rows).Select(i => FormattableString.Invariant($"text {i}")).ToList();
        return Batch(
            generation,
            [.. texts.Select(text => Vector(text, [.. Enumerable.Range(0, dimension).Select(_ => (random.NextSingle() * 2) - 1)]))],
            [.. texts.Select((text, i) => Item(FormattableString.Invariant($"item {i}"), text) with { Metadata = i % 2 == 0 ? """{"even":true}""" : "{}" })]);
    }

    [Fact]
    public async Task The_view_has_the_promised_columns()
    {
        await using var store = Open("shape");
        await using var writer = await store.BeginWriteAsync(Project, CancellationToken.None);
        (await AskAsync("SELECT to_regclass('shape.embeddings') IS NULL")).ShouldBe(["True"]);
        await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);

        (await AskAsync("""
            SELECT attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'shape.embeddings'::regclass ORDER BY attnum
            """)).ShouldBe(
            [
                "source text", "task_id text", "chunk integer", "space text", "model text", "dimension integer", "content_hash bytea",
                "updated_at timestamp with time zone", "title text", "path text", "metadata jsonb", "embedding halfvec",
            ]);
    }

    [Fact]
    public async Task The_view_shows_the_active_generation_only_and_a_switch_is_no_DDL()
    {
        await using var store = Open("switch");
        await using var writer = await store.BeginWriteAsync(Project, CancellationToken.None);
        var first = await writer.OpenGenerationAsync("default", Signature with { Model = "it's" }, CancellationToken.None);
        await writer.CommitAsync(Batch(first.Id, [Vector("one", 1, 0, 0, 0)], [Item("a", "one")]), CancellationToken.None);
        (await ShownAsync()).ShouldBeEmpty();

        await writer.ActivateAsync(first.Id, CancellationToken.None);
        (await ShownAsync()).ShouldBe(["docs a 0 default it's 4 [1,0,0,0]"]);
        var second = await writer.OpenGenerationAsync("default", Signature with { Dimension = 3 }, CancellationToken.None);
        await writer.CommitAsync(Batch(second.Id, [Vector("one", 0, 0, 1)]), CancellationToken.None);
        (await ShownAsync()).ShouldBe(["docs a 0 default it's 4 [1,0,0,0]"]);

        var definition = await DefinitionAsync();
        await writer.ActivateAsync(second.Id, CancellationToken.None);
        (await ShownAsync()).ShouldBe(["docs a 0 default lexical-v1 3 [0,0,1]"]);
        await writer.ActivateAsync(first.Id, CancellationToken.None);
        (await ShownAsync()).ShouldBe(["docs a 0 default it's 4 [1,0,0,0]"]);
        (await DefinitionAsync()).ShouldBe(definition);

        Task<IReadOnlyList<string>> ShownAsync() => AskAsync(
            "SELECT concat_ws(' ', source, task_id, chunk, space, model, dimension, embedding) FROM switch.embeddings");
        Task<IReadOnlyList<string>> DefinitionAsync() =>
            AskAsync("SELECT xmin::text FROM pg_rewrite WHERE ev_class = 'switch.embeddings'::regclass");
    }

    [Fact]
    public async Task Each_space_has_a_view()
    {
        await using var store = Open("spaces");
        await using var writer = await store.BeginWriteAsync(Project, CancellationToken.None);
        var large = await writer.OpenGenerationAsync("la\"rge", Signature, CancellationToken.None);
        await writer.CommitAsync(Batch(large.Id, [Vector("one", 1, 0, 0, 0)], [Item("a", "one")]), CancellationToken.None);
        await writer.ActivateAsync(large.Id, CancellationToken.None);
        (await AskAsync("SELECT space FROM spaces.\"embeddings_la\"\"rge\"")).ShouldBe(["la\"rge"]);
    }

    [Fact]
    public async Task A_reader_that_holds_the_view_for_a_while_is_waited_for()
    {
        await using var store = Open("held");
        await using var writer = await store.BeginWriteAsync(Project, CancellationToken.None);
        await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        await using var reader = await PostgresFixture.OpenAsync(server.Url);
        await using var transaction = await reader.BeginTransactionAsync();
        await using (var select = new Npgsql.NpgsqlCommand("SELECT count(*) FROM held.embeddings", reader))
        {
            await select.ExecuteScalarAsync();
        }

        var opened = writer.OpenGenerationAsync("default", Signature with { Dimension = 8 }, CancellationToken.None);
        while ((await AskAsync("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'CREATE OR REPLACE VIEW%held%'")).Count == 0)
        {
            opened.IsCompleted.ShouldBeFalse();
            await Task.Delay(20);
        }

        await Task.Delay(2_500); // longer than one attempt waits
        await transaction.CommitAsync();
        (await opened).Signature.Dimension.ShouldBe(8);
        (await AskAsync("SELECT obj_description('held.embeddings'::regclass)")).ShouldBe(["embsync: halfvec of generations vec_1, vec_2"]);
    }

    [Fact]
    public async Task A_space_whose_view_would_be_cut_off_is_refused()
    {
        await using var store = Open("long");
        await using var writer = await store.BeginWriteAsync(Project, CancellationToken.None);
        await Should.ThrowAsync<StoreRefusedException>(
            async () => await writer.OpenGenerationAsync(new string('x', 60), Signature, CancellationToken.None));
        (await store.ReadHeadAsync(CancellationToken.None)).Generations.ShouldBeEmpty();
        Should.Throw<UsageException>(() => Open(new string('x', 64))).Message.ShouldContain("store.schema");
    }

    [Fact]
    public async Task A_changed_format_holds_for_new_generations()
    {
        await using (var store = Open("format", VectorType.Vector))
        {
            await using var writer = await store.BeginWriteAsync(Project, CancellationToken.None);
            await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
            (await ViewTypeAsync()).ShouldBe(["vector"]);
        }

        await using var changed = Open("format");
        await using var second = await changed.BeginWriteAsync(Project, CancellationToken.None);
        var kept = await second.OpenGenerationAsync("default", Signature, CancellationToken.None);
        await second.CommitAsync(Batch(kept.Id, [Vector("one", 70_000, 0, 0, 0.1f)]), CancellationToken.None);
        (await changed.ReadVectorsAsync(kept.Id, [ContentHash.Of("one")], CancellationToken.None)).Values.Single().ShouldBe(
            [70_000, 0, 0, 0.1f]);
        (await ViewTypeAsync()).ShouldBe(["vector"]);
        await second.OpenGenerationAsync("default", Signature with { Dimension = 8 }, CancellationToken.None);
        (await ViewTypeAsync()).ShouldBe(["halfvec"]);

        Task<IReadOnlyList<string>> ViewTypeAsync() => AskAsync(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'format.embeddings'::regclass AND attname = 'embedding'");
    }

    [Theory]
    [InlineData(VectorType.HalfVec, "halves")]
    [InlineData(VectorType.Vector, "single")]
    public async Task Nearest_neighbours_over_the_view_come_from_the_HNSW_index(VectorType vectors, string schema)
    {
        await using var store = Open(schema, vectors);
        await using var writer = await store.BeginWriteAsync(Project, CancellationToken.None);
        await writer.OpenGenerationAsync("default", Signature with { Dimension = 8 }, CancellationToken.None); // an arm that is not meant
        var generation = await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        await writer.CommitAsync(Many(generation.Id), CancellationToken.None);
        (await store.EnsureIndexAsync(generation.Id)).ShouldBeTrue();
        (await store.EnsureIndexAsync(generation.Id)).ShouldBeFalse();
        await writer.ActivateAsync(generation.Id, CancellationToken.None);

        var plan = string.Join('\n', await AskAsync(
            $"EXPLAIN SELECT task_id FROM {schema}.embeddings ORDER BY embedding <=> '[1,0,0,0]' LIMIT 10"));
        plan.ShouldContain($"Index Scan using vec_{generation.Id}_hnsw");
        (await AskAsync($"""
            SELECT attstorage::text || ' ' || array_to_string(c.reloptions, ' ') FROM pg_attribute a, pg_class c
            WHERE a.attrelid = '{schema}.vec_{generation.Id}'::regclass AND attname = 'embedding' AND c.oid = '{schema}.vec_{generation.Id}_hnsw'::regclass
            """)).ShouldBe(["p m=16 ef_construction=64"]);
    }

    [Fact]
    public async Task A_broken_index_is_named()
    {
        await using var store = Open("broken");
        await using var writer = await store.BeginWriteAsync(Project, CancellationToken.None);
        var generation = await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        await writer.CommitAsync(Many(generation.Id), CancellationToken.None);
        await store.EnsureIndexAsync(generation.Id);
        await PostgresFixture.RunAsync(
            server.Url, $"UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken.vec_{generation.Id}_hnsw'::regclass");

        var error = await Should.ThrowAsync<StoreException>(async () => await store.EnsureIndexAsync(generation.Id));
        error.Message.ShouldContain($"vec_{generation.Id}_hnsw");
        error.Message.ShouldContain("embsync repair");
    }

    [Fact]
    public async Task Large_tables_answer_as_an_exact_search_does()
    {
        await using var store = Open("large");
        await using var exact = StoreFactory.Open(Config(StoreBackend.Memory), new SetClock(Noon));
        var id = await FillAsync(store);
        (await FillAsync(exact)).ShouldBe(id);

        List<SearchQuery> queries = [Query(id, 1, 0.5f, 0, 0), Query(id, -1, 0, 0.1f, 1) with { Limit = 50 }];
        queries.AddRange(queries.Select(query => query with { Where = [new("even", "true")] }).ToList());
        queries.AddRange(queries.Select(query => query with { Source = "docs" }).ToList());
        foreach (var query in queries)
        {
            var found = await store.SearchAsync(query, CancellationToken.None);
            var wanted = await exact.SearchAsync(query, CancellationToken.None);
            found.Count.ShouldBe(query.Limit);
            found.Select(hit => hit.Key).Intersect(wanted.Select(hit => hit.Key)).Count().ShouldBeGreaterThanOrEqualTo(
                query.Limit * 9 / 10);
            found[0].Key.ShouldBe(wanted[0].Key);
            found.Select(hit => hit.Score).ShouldBe(found.Select(hit => hit.Score).OrderDescending());
        }

        static async Task<int> FillAsync(IStore store)
        {
            await using var writer = await store.BeginWriteAsync(Project, CancellationToken.None);
            var generation = await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
            await writer.CommitAsync(Many(generation.Id), CancellationToken.None);
            await store.EnsureIndexAsync(generation.Id);
            return generation.Id;
        }
    }

    [Fact]
    public async Task One_item_with_all_the_near_chunks_does_not_crowd_out_the_others()
    {
        await using var store = Open("crowd");
        await using var writer = await store.BeginWriteAsync(Project, CancellationToken.None);
        var generation = await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        var texts = Enumerable.Range(0, Rows).Select(i => FormattableString.Invariant($"text {i}")).ToArray();
        await writer.CommitAsync(
            Batch(
                generation.Id,
                [.. texts.Select((text, i) => Vector(text, 1, i * 0.00002f, 0, 0)), .. "abcdefghi".Select(
                c => Vector($"{c}", 0, 1, 0.1f * c, 0))],
                [Item("big", texts), .. "abcdefghi".Select(c => Item($"{c}", $"{c}"))]),
            CancellationToken.None);
        await store.EnsureIndexAsync(generation.Id);

        var hits = await store.SearchAsync(Query(generation.Id, 1, 0, 0, 0), CancellationToken.None);
        hits.Select(hit => hit.Key.Id).Order().ShouldBe(["a", "b", "big", "c", "d", "e", "f", "g", "h", "i"]);
        (hits[0].Key.Id, hits[0].Score).ShouldBe(("big", 1));
    }
}
