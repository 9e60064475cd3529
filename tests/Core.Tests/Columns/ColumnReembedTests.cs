using EmbSync.Core.Buying;
using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Columns;
using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Model;
using EmbSync.Core.Storage.Columns;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Columns;

/// <summary>Another model for a vector column of somebody's own table.</summary>
public sealed class ColumnReembedTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const string Model = "text-embedding-3-small";

    private readonly string _schema = "c" + Guid.NewGuid().ToString("N")[..8];
    private FakeEmbeddingServer _server = null!;
    private string _url = null!;

    private string Table => $"{_schema}.notes";

    public async Task InitializeAsync()
    {
        _server = await FakeEmbeddingServer.StartAsync();
        _url = await postgres.NewVectorDatabaseAsync();
        await MakeAsync("id bigint PRIMARY KEY, title text, body text, embedding vector(8)", "i, 'Title ' || i, 'Body ' || (i % 7)");
        await PostgresFixture.RunAsync(
            _url, $"CREATE INDEX notes_nearest ON {Table} USING hnsw (embedding vector_cosine_ops) WITH (m = 8, ef_construction = 32)");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private async Task MakeAsync(string columns, string values, string name = "notes")
    {
        await PostgresFixture.RunAsync(_url, $"CREATE SCHEMA IF NOT EXISTS {_schema}");
        await PostgresFixture.RunAsync(_url, $"DROP TABLE IF EXISTS {_schema}.{name}");
        await PostgresFixture.RunAsync(_url, $"CREATE TABLE {_schema}.{name} ({columns})");
        await PostgresFixture.RunAsync(_url, $"INSERT INTO {_schema}.{name} SELECT {values} FROM generate_series(1, 20) i");
    }

    private async Task<ColumnResult> RunAsync(
        int dimension = 4, ColumnRequest? request = null, SpendLimit? spend = null, Action<string>? step = null, string model = Model,
        int batch = 4,
        CancellationToken cancellationToken = default)
    {
        var embeddings = new EmbeddingsConfig(
            AutoIndex.OnCreate, "openai", _server.BaseUrl, null, model, dimension, batch, 0, 2, new Dictionary<string, decimal>(), [],
            false, RolePrefixes.None);
        return await new ColumnReembed(embeddings, spend ?? new(null, null), TimeProvider.System, new Progress<ReembedProgress>(),
            (_, _) => Task.CompletedTask) { Step = step ?? (_ => { }) }
            .RunAsync(new Secret(_url, "env:TEST"), request ?? Request(), cancellationToken);
    }

    private ColumnRequest Request(bool relax = false, string? id = null, string table = "notes") =>
        new($"{_schema}.{table}", id, ["title", "body"], "embedding", relax, true, false);

    private async Task<string> OneAsync(string sql) => (await PostgresFixture.RowsAsync(_url, sql)).Single();

    /// <summary>Every row has the vector of its own text, of the model and dimension.</summary>
    private async Task ShouldBeWholeAsync(int dimension, string model = Model, string name = "notes")
    {
        foreach (var row in await PostgresFixture.RowsAsync(
            _url, $"SELECT concat_ws(E'\\n\\n', title, body) || '|' || embedding::text FROM {_schema}.{name} WHERE title IS NOT NULL"))
        {
            var parts = row.Split('|');
            var wanted = FakeEmbeddingServer.VectorFor(model, dimension, parts[0]);
            parts[1].Trim('[', ']').Split(',').Select(float.Parse).Zip(wanted).ShouldAllBe(
                pair => Math.Abs(pair.First - pair.Second) < 0.002);
        }

        (await OneAsync($"SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '{_schema}.{name}'::regclass AND attname = 'embedding'")).ShouldBeOneOf($"vector({dimension})", $"halfvec({dimension})");
        (await OneAsync($"SELECT count(*)::text FROM pg_attribute WHERE attrelid = '{_schema}.{name}'::regclass AND attname LIKE '%embsync%'")).ShouldBe("0");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Another_dimension_takes_the_place_of_the_first_and_a_second_run_asks_for_nothing(bool relax, bool concurrently)
    {
        var result = await RunAsync(request: Request(relax) with { ConcurrentIndex = concurrently });
        (result.ExitCode, result.Report.Status, result.Report.Switched, result.Report.Rows.Updated, result.Report.TypeChanges).ShouldBe(
            (ExitCode.Done, "done", true, 20, true));
        result.Report.Indexes.ShouldBe(["notes_nearest"]);
        (_server.Requests, _server.Inputs).ShouldBe((5, 20L));
        await ShouldBeWholeAsync(4);
        (await OneAsync($"SELECT pg_get_indexdef('{_schema}.notes_nearest'::regclass)")).ShouldContain(
            "USING hnsw (embedding vector_cosine_ops) WITH (m='8', ef_construction='32')");

        var requests = _server.Requests;
        var again = await RunAsync(request: Request(relax));
        (again.ExitCode, again.Report.Rows.Updated, _server.Requests).ShouldBe((ExitCode.Done, 0, requests));
        again.Report.Current!.Model.ShouldBe(Model);
    }

    [Fact]
    public async Task Only_rows_whose_text_changed_are_embedded_afterwards()
    {
        await RunAsync();
        await PostgresFixture.RunAsync(_url, $"UPDATE {Table} SET body = 'Another body' WHERE id = 3");
        await PostgresFixture.RunAsync(_url, $"UPDATE {Table} SET title = NULL, body = '' WHERE id = 4");
        await PostgresFixture.RunAsync(_url, $"INSERT INTO {Table} VALUES (30, 'New', 'row', NULL)");
        var before = _server.Inputs;
        var result = await RunAsync();
        (result.ExitCode, result.Report.Mode, result.Report.Rows.Updated, _server.Inputs - before).ShouldBe(
            (ExitCode.Done, "inplace", 2, 2L));
        result.Report.Rows.Empty.ShouldBe(1);
        (await OneAsync($"SELECT (embedding IS NULL)::text FROM {Table} WHERE id = 4")).ShouldBe("true");
        await ShouldBeWholeAsync(4);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task Rows_that_lost_their_text_lose_no_more_vectors_than_a_sync_may_delete(int dimension)
    {
        await RunAsync();
        await PostgresFixture.RunAsync(
            _url, $"UPDATE {Table} SET title = NULL, body = '' WHERE id <= 11; UPDATE {Table} SET body = 'Another body' WHERE id = 12");
        var requests = _server.Requests;
        var refused = await RunAsync(dimension);
        (refused.ExitCode, refused.Report.Status, _server.Requests).ShouldBe((ExitCode.Guard, "stopped", requests));
        refused.Stopped!.Message.ShouldContain("11 of 20 vectors of");
        refused.Stopped.Message.ShouldContain("--max-delete 11");
        (await OneAsync($"SELECT count(embedding)::text FROM {Table}")).ShouldBe("20");

        (await RunAsync(dimension, Request() with { MaxDelete = new(null, 11) })).ExitCode.ShouldBe(ExitCode.Done);
        (await OneAsync($"SELECT count(embedding)::text FROM {Table}")).ShouldBe("9");
        await ShouldBeWholeAsync(dimension);
    }

    [Fact]
    public async Task A_column_of_texts_that_are_all_empty_takes_no_vector_away()
    {
        await RunAsync();
        await PostgresFixture.RunAsync(_url, $"ALTER TABLE {Table} ADD COLUMN other text; DELETE FROM {Table} WHERE id > 3");
        (await RunAsync(6, Request() with { Texts = ["other"] })).ExitCode.ShouldBe(ExitCode.Guard);
        (await OneAsync($"SELECT count(embedding)::text FROM {Table}")).ShouldBe("3");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Fault(53, "before every step of a reembed of a column", On = [Touched.Postgres])]
    public async Task Killed_before_any_step_the_next_run_goes_on(bool relax)
    {
        for (var point = 1; ; point++)
        {
            await PostgresFixture.RunAsync(_url, "DROP SCHEMA IF EXISTS embsync CASCADE");
            await InitializeTableAsync();
            var (before, steps) = (_server.Inputs, 0);
            var died = false;
            try
            {
                await RunAsync(request: Request(relax), step: name => _ = ++steps == point ? throw new Sync.DeathException(name) : 0);
            }
            catch (Sync.DeathException)
            {
                died = true;
            }

            var next = await RunAsync(request: Request(relax));
            next.ExitCode.ShouldBe(ExitCode.Done, $"step {point}");
            await ShouldBeWholeAsync(4);
            (await OneAsync($"SELECT count(*)::text FROM pg_index WHERE indrelid = '{Table}'::regclass AND NOT indisprimary AND indisvalid")).ShouldBe("1", $"step {point}");
            (_server.Inputs - before - 20).ShouldBeInRange(0, 16, $"step {point}");
            (await RunAsync(request: Request(relax))).Report.Rows.Updated.ShouldBe(0);
            if (!died)
            {
                point.ShouldBeGreaterThan(6);
                break;
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Interrupted_while_it_writes_it_keeps_every_vector_that_it_bought(bool relax)
    {
        using var stop = new CancellationTokenSource();
        void Interrupt(string step)
        {
            if (step == "write")
            {
                stop.Cancel();
            }
        }

        var first = await RunAsync(request: Request(relax), step: Interrupt, cancellationToken: stop.Token);

        (first.ExitCode, first.Report.Rows.Updated).ShouldBe((ExitCode.Interrupted, (int)_server.Inputs));
        _server.Inputs.ShouldBePositive();
        (await RunAsync(request: Request(relax))).ExitCode.ShouldBe(ExitCode.Done);
        _server.BoughtTwice.ShouldBeEmpty();
        await ShouldBeWholeAsync(4);
    }

    private async Task InitializeTableAsync()
    {
        await MakeAsync("id bigint PRIMARY KEY, title text, body text, embedding vector(8)", "i, 'Title ' || i, 'Body ' || (i % 7)");
        await PostgresFixture.RunAsync(
            _url, $"CREATE INDEX notes_nearest ON {Table} USING hnsw (embedding vector_cosine_ops) WITH (m = 8, ef_construction = 32)");
    }

    [Fact]
    public async Task Rows_that_come_go_and_change_meanwhile_are_right_in_the_end()
    {
        var count = 0;
        _server.Decide = _ =>
        {
            var round = Interlocked.Increment(ref count);
            if (round <= 4)
            {
                Task.Run(async () =>
                {
                    await PostgresFixture.RunAsync(_url, $"UPDATE {Table} SET body = 'Round {round}' WHERE id IN (1, 19)");
                    await PostgresFixture.RunAsync(_url, $"INSERT INTO {Table} VALUES ({round} - 10, 'Early', 'Round {round}', NULL), ({round} + 100, 'Late', 'Round {round}', NULL)");
                    await PostgresFixture.RunAsync(_url, $"DELETE FROM {Table} WHERE id = {round} + 9");
                }).GetAwaiter().GetResult();
            }

            return null;
        };
        var result = await RunAsync();
        result.ExitCode.ShouldBe(ExitCode.Done);
        (await OneAsync($"SELECT count(*)::text FROM {Table} WHERE embedding IS NULL")).ShouldBe("0");
        await ShouldBeWholeAsync(4);
    }

    [Fact]
    public async Task Searches_go_on_in_the_first_column_until_the_switch()
    {
        await RunAsync(8);
        _server.Decide = request =>
        {
            if (request.Dimensions == 4)
            {
                Task.Run(() => OneAsync($"SELECT count(*)::text FROM (SELECT id FROM {Table} ORDER BY embedding <=> '[1,0,0,0,0,0,0,0]' LIMIT 3) near")).GetAwaiter().GetResult().ShouldBe("3");
            }

            return null;
        };
        (await RunAsync()).ExitCode.ShouldBe(ExitCode.Done);
        await ShouldBeWholeAsync(4);
    }

    [Theory]
    [InlineData("uuid", "gen_random_uuid()")]
    [InlineData("text", "'key-' || i || ' ''quoted\"'")]
    public async Task Keys_of_other_types_and_odd_names(string type, string value)
    {
        await MakeAsync($"\"Id of it\" {type} PRIMARY KEY, title text, body text, hash int, embedding halfvec(8)",
            $"{value}, 'Title ' || i, 'Body', i", "\"Odd Table\"");
        var result = await RunAsync(request: new($"{_schema}.\"Odd Table\"", null, ["title", "body"], "embedding", false, true, false));
        (result.ExitCode, result.Report.Rows.Updated, result.Report.TargetType).ShouldBe((ExitCode.Done, 20, "halfvec(4)"));
        await ShouldBeWholeAsync(4, name: "\"Odd Table\"");
    }

    [Fact]
    public async Task What_would_be_lost_is_refused_before_anything_is_written()
    {
        await PostgresFixture.RunAsync(_url, $"CREATE VIEW {_schema}.near AS SELECT id, embedding FROM {Table}");
        (await RefusedAsync()).ShouldContain($"{_schema}.near");
        await PostgresFixture.RunAsync(_url, $"DROP VIEW {_schema}.near");
        await PostgresFixture.RunAsync(_url, $"CREATE INDEX partly ON {Table} USING hnsw (embedding vector_l2_ops) WHERE id > 3");
        (await RefusedAsync()).ShouldContain("partly");
        await PostgresFixture.RunAsync(_url, $"DROP INDEX {_schema}.partly");
        await PostgresFixture.RunAsync(
            _url, $"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{_schema}.notes_nearest'::regclass");
        (await RefusedAsync()).ShouldContain("INVALID");
        (await RefusedAsync(new("nowhere", null, ["a"], "b", false, true, false))).ShouldContain("no such table");
        (await RefusedAsync(new(Table, null, ["body"], "title", false, true, false))).ShouldContain("of type text");
        (await RefusedAsync(new(Table, null, ["lost"], "embedding", false, true, false))).ShouldContain(
            "'id', 'title', 'body', 'embedding'");
        (await OneAsync("SELECT count(*)::text FROM pg_namespace WHERE nspname = 'embsync'")).ShouldBe("0");
        _server.Requests.ShouldBe(0);

        async Task<string> RefusedAsync(ColumnRequest? request = null) =>
            (await Should.ThrowAsync<UsageException>(() => RunAsync(request: request))).Message;
    }

    [Fact]
    public async Task An_unknown_model_is_refused_before_anything_is_written()
    {
        _server.Models = [Model];
        await Should.ThrowAsync<ProviderRefusedException>(() => RunAsync(model: "text-embedding-4-huge"));
        (await OneAsync("SELECT count(*)::text FROM pg_namespace WHERE nspname = 'embsync'")).ShouldBe("0");
    }

    [Fact]
    public async Task A_budget_stops_it_before_and_one_that_grows_goes_on()
    {
        (await RunAsync(spend: new(null, 5))).ExitCode.ShouldBe(ExitCode.Guard);
        _server.Requests.ShouldBe(0);
        _server.BilledTimes = 3;
        var first = await RunAsync(spend: new(null, 100));
        (first.ExitCode, first.Report.Switched).ShouldBe((ExitCode.Guard, false));
        first.Report.Rows.Updated.ShouldBeInRange(1, 19);
        var second = await RunAsync();
        (second.ExitCode, second.Report.Rows.Updated).ShouldBe((ExitCode.Done, 20 - first.Report.Rows.Updated));
    }

    [Fact]
    public async Task A_text_that_is_refused_is_named_by_its_key_and_holds_up_the_switch()
    {
        _server.Spoils = text => text.Contains("Title 7", StringComparison.Ordinal);
        var result = await RunAsync();
        (result.ExitCode, result.Report.Status, result.Report.Switched).ShouldBe((ExitCode.Partial, "partial", false));
        result.Report.Errors.Single().Id.ShouldBe("7");
        await PostgresFixture.RunAsync(_url, $"DELETE FROM {Table} WHERE id = 7");
        (await RunAsync()).Report.Switched.ShouldBeTrue();
    }

    [Fact]
    public async Task One_process_at_a_time()
    {
        LockedException? refused = null;
        _server.Decide = _ =>
        {
            refused ??= Task.Run(() => Should.ThrowAsync<LockedException>(() => RunAsync())).GetAwaiter().GetResult();
            return null;
        };
        (await RunAsync()).ExitCode.ShouldBe(ExitCode.Done);
        refused!.Message.ShouldContain("another embsync run");
    }

    [Fact]
    public async Task Another_target_than_the_one_that_was_begun_starts_over()
    {
        _server.Spoils = text => text.Contains("Title 7", StringComparison.Ordinal);
        await RunAsync();
        _server.Spoils = _ => false;
        (await RunAsync(6)).Report.Rows.Updated.ShouldBe(20);
        await ShouldBeWholeAsync(6);
    }

    [Fact]
    public async Task A_long_vector_becomes_halfvec_and_keeps_an_index()
    {
        var result = await RunAsync(3072, batch: 20, model: "text-embedding-3-large");
        (result.ExitCode, result.Report.TargetType).ShouldBe((ExitCode.Done, "halfvec(3072)"));
        (await OneAsync($"SELECT pg_get_indexdef('{_schema}.notes_nearest'::regclass)")).ShouldContain("halfvec_cosine_ops");
    }
}
