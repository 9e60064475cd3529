using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using EmbSync.Tests;
using static EmbSync.Core.Tests.Storage.Samples;

namespace EmbSync.Core.Tests.Storage;

/// <summary>Writers that lose their connection, their lock, or a race.</summary>
public sealed class PostgresWriterTests(PostgresFixture server) : IClassFixture<PostgresFixture>
{
    private IStore Open(string schema) =>
        StoreFactory.Open(Config(StoreBackend.Postgres, url: server.Url) with { Schema = schema }, new SetClock(Noon));

    /// <summary>Ends sessions of stores; those that hold a lock, or all.</summary>
    private Task EndSessionsAsync(bool onlyLocks) => PostgresFixture.RowsAsync(server.Url, $"""
        SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'embsync'
            AND ({!onlyLocks} OR pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory'))
        """);

    [Fact]
    public async Task A_lock_that_is_held_keeps_no_snapshot()
    {
        await using var store = Open("idle");
        await using var writer = await store.BeginWriteAsync(Project, CancellationToken.None);
        await using var build = await writer.BeginBuildAsync("default", Signature, CancellationToken.None);
        (await PostgresFixture.RowsAsync(server.Url,
            "SELECT state || ' ' || coalesce(backend_xmin::text, 'no snapshot') FROM pg_stat_activity WHERE datname = current_database() AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')"))
            .ShouldBe(["idle in transaction no snapshot", "idle in transaction no snapshot"]);
    }

    [Fact]
    [Fault(55, "a second writer", On = [Touched.Postgres])]
    public async Task The_holder_of_the_lock_is_named()
    {
        await using var first = Open("named");
        await using var second = Open("named");
        await using var writer = await first.BeginWriteAsync(Project, CancellationToken.None);
        (await Should.ThrowAsync<LockedException>(async () => await second.BeginWriteAsync(Project, CancellationToken.None)))
            .Message.ShouldMatch(@"server process \d+, since \d{4}-");
        await using var elsewhere = Open("another schema");
        await (await elsewhere.BeginWriteAsync(Project, CancellationToken.None)).DisposeAsync();
    }

    [Fact]
    [Fault(56, "a zombie writer", On = [Touched.Postgres])]
    public async Task A_zombie_writes_nothing()
    {
        await using var first = Open("zombie");
        await using var second = Open("zombie");
        await using var zombie = await first.BeginWriteAsync(Project, CancellationToken.None);
        var generation = await zombie.OpenGenerationAsync("default", Signature, CancellationToken.None);
        await EndSessionsAsync(onlyLocks: true);
        await using (var writer = await second.BeginWriteAsync(Project, CancellationToken.None))
        {
            await Refused(() => zombie.CommitAsync(
                Batch(generation.Id, [Vector("one", 1, 0, 0, 0)], [Item("a", "one")]), CancellationToken.None));
        }

        await Refused(() => zombie.CommitAsync(Batch(generation.Id, items: [Item("a", "one")]), CancellationToken.None));
        await Refused(() => zombie.ActivateAsync(generation.Id, CancellationToken.None));
        await Refused(() => zombie.RecordSourceAsync(new("docs", null, "p"), CancellationToken.None));
        await Refused(() => zombie.BeginRunAsync(Run, CancellationToken.None));
        await Refused(() => zombie.OpenGenerationAsync("default", Signature with { Dimension = 8 }, CancellationToken.None));
        (await second.ItemsAsync()).ShouldBeEmpty();
        (await second.ReadRunsAsync(10, CancellationToken.None)).ShouldBeEmpty();

        static Task Refused(Func<Task> write) => Should.ThrowAsync<LockedException>(async () => await write());
    }

    [Fact]
    public async Task A_lost_connection_is_made_again_and_the_lock_with_it()
    {
        await using var store = Open("lost");
        await using var writer = await store.BeginWriteAsync(Project, CancellationToken.None);
        var generation = await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        await EndSessionsAsync(onlyLocks: false);

        await writer.CommitAsync(Batch(generation.Id, [Vector("one", 1, 0, 0, 0)], [Item("a", "one")]), CancellationToken.None);

        (await store.ItemsAsync()).Count.ShouldBe(1);
        await using var second = Open("lost");
        await Should.ThrowAsync<LockedException>(async () => await second.BeginWriteAsync(Project, CancellationToken.None));
    }

    [Fact]
    public async Task A_vector_that_another_writes_in_the_same_moment_is_kept()
    {
        await using var store = Open("race");
        await using var writer = await store.BeginWriteAsync(Project, CancellationToken.None);
        var generation = await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        await using var other = await PostgresFixture.OpenAsync(server.Url);
        await using var transaction = await other.BeginTransactionAsync();
        await using (var insert = new Npgsql.NpgsqlCommand(
            $"INSERT INTO race.vec_{generation.Id} VALUES ('\\x{ContentHash.Of("one")}', '[0,1,0,0]', 5, now())", other))
        {
            await insert.ExecuteNonQueryAsync();
        }

        var commit = writer.CommitAsync(Batch(generation.Id, [Vector("one", 1, 0, 0, 0), Vector("two", 1, 0, 0, 0)],
            [Item("a", "one", "two")]), CancellationToken.None);
        while ((await PostgresFixture.RowsAsync(server.Url,
            "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'COPY %race%'")).Count == 0)
        {
            commit.IsCompleted.ShouldBeFalse();
            await Task.Delay(20);
        }

        await transaction.CommitAsync();
        await commit;
        var vectors = await store.ReadVectorsAsync(generation.Id, [ContentHash.Of("one"), ContentHash.Of("two")], CancellationToken.None);
        vectors[ContentHash.Of("one")].ShouldBe([0, 1, 0, 0]);
        vectors[ContentHash.Of("two")].ShouldBe([1, 0, 0, 0]);
        (await store.ReadIncompleteAsync("docs", generation.Id, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cancelled_commit_leaves_nothing_and_the_writer_usable()
    {
        await using var store = Open("cancelled");
        await using var writer = await store.BeginWriteAsync(Project, CancellationToken.None);
        var generation = await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var rows = Enumerable.Range(0, 20_000).Select(i => Vector($"text {i}", i + 1, 1, 0, 0)).ToList();
        IReadOnlyList<VectorRow> cancelling = new ActingList(rows, 10_000, stop.Cancel);

        await Should.ThrowAsync<OperationCanceledException>(async () =>
            await writer.CommitAsync(Batch(generation.Id, cancelling, [Item("a", "text 1")]), stop.Token));

        (await store.ItemsAsync()).ShouldBeEmpty();
        (await store.ReadExistingAsync(generation.Id, [.. rows.Select(row => row.Hash)], CancellationToken.None)).ShouldBeEmpty();
        await writer.CommitAsync(Batch(generation.Id, rows, [Item("a", "text 1")]), CancellationToken.None);
        (await store.ReadExistingAsync(generation.Id, [.. rows.Select(row => row.Hash)], CancellationToken.None)).Count.ShouldBe(
            rows.Count);
    }

    [Fact]
    public async Task Who_takes_over_in_the_middle_of_a_commit_sees_all_of_it_or_nothing_of_it_comes()
    {
        await using var first = Open("middle");
        await using var second = Open("middle");
        await using var writer = await first.BeginWriteAsync(Project, CancellationToken.None);
        var generation = await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        Task<int>? seen = null;
        var rows = new ActingList([Vector("one", 1, 0, 0, 0), Vector("two", 1, 0, 0, 0)], 1, () =>
        {
            EndSessionsAsync(onlyLocks: true).Wait();
            seen = Task.Run(TakeOverAsync);
            WaitsOrEndsAsync(seen, "middle").Wait();
        });

        var error = await Record.ExceptionAsync(
            () => writer.CommitAsync(Batch(generation.Id, rows, [Item("a", "one", "two")]), CancellationToken.None));

        (error is null or LockedException).ShouldBeTrue(error?.ToString());
        (await second.ItemsAsync()).Count.ShouldBe(await seen.ShouldNotBeNull(), "nothing comes behind the back of who took over");

        async Task<int> TakeOverAsync()
        {
            await using var taker = await second.BeginWriteAsync(Project, CancellationToken.None);
            return (await second.ItemsAsync()).Count;
        }
    }

    [Fact]
    public async Task Who_opens_another_generation_in_the_middle_of_a_purchase_of_a_build_sees_all_of_it_or_nothing_of_it_comes()
    {
        await using var first = Open("retired");
        await using var second = Open("retired");
        IGenerationBuild build;
        await using (var writer = await first.BeginWriteAsync(Project, CancellationToken.None))
        {
            build = await writer.BeginBuildAsync("default", Signature, CancellationToken.None);
        }

        await using var owned = build;
        Task<int>? seen = null;
        var rows = new ActingList([Vector("one", 1, 0, 0, 0), Vector("two", 1, 0, 0, 0)], 1, () =>
        {
            EndSessionsAsync(onlyLocks: true).Wait();
            seen = Task.Run(RetireAsync);
            WaitsOrEndsAsync(seen, "retired").Wait();
        });

        var error = await Record.ExceptionAsync(() => build.CompleteAsync(rows, CancellationToken.None));

        (error is null or EmbSyncException).ShouldBeTrue(error?.ToString());
        (await VectorsAsync()).ShouldBe(await seen.ShouldNotBeNull(), "nothing comes into a generation that is retired");

        async Task<int> RetireAsync()
        {
            await using var taker = await second.BeginWriteAsync(Project, CancellationToken.None);
            await taker.OpenGenerationAsync("default", Signature with { Dimension = 8 }, CancellationToken.None);
            return await VectorsAsync();
        }

        async Task<int> VectorsAsync() =>
            (await second.ReadExistingAsync(build.Generation.Id, [ContentHash.Of("one"), ContentHash.Of("two")], CancellationToken.None))
                .Count;
    }

    [Fact]
    public async Task A_build_that_cannot_be_begun_leaves_no_lock()
    {
        await using var store = Open("unbegun");
        await using var writer = await store.BeginWriteAsync(Project, CancellationToken.None);
        await Should.ThrowAsync<StoreRefusedException>(
            async () => await writer.BeginBuildAsync("default", Signature with { Dimension = 60_000 }, CancellationToken.None));

        await using var build = await writer.BeginBuildAsync("default", Signature, CancellationToken.None);
        (await build.TryOwnAsync(TimeSpan.Zero, CancellationToken.None)).ShouldBe(BuildShare.Alone);
    }

    /// <summary>Until the task has ended, or a session of that schema waits for what another one holds.</summary>
    private async Task WaitsOrEndsAsync(Task task, string schema)
    {
        while (!task.IsCompleted && (await PostgresFixture.RowsAsync(server.Url,
            $"SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%{schema}%'")).Count == 0)
        {
            await Task.Delay(20);
        }
    }

    /// <summary>Does something when it is read through for the second time: the first is the check before the write.</summary>
    private sealed class ActingList(List<VectorRow> rows, int at, Action act) : IReadOnlyList<VectorRow>
    {
        private int rounds;

        public int Count => rows.Count;

        public VectorRow this[int index] => rows[index];

        public IEnumerator<VectorRow> GetEnumerator()
        {
            rounds++;
            for (var i = 0; i < rows.Count; i++)
            {
                if (rounds == 2 && i == at)
                {
                    act();
                }

                yield return rows[i];
            }
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
