using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sources.Rows;

/// <summary>Rows of a database as items, wherever the store is: in the same database, in another, in a file.</summary>
public abstract class TableRows(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Issues = """
        - name: issues
          type: table
          table: issue
          text: [title, body]
          title: title
          metadata: [state]
          updatedAt: updated_at
          priority: 3
        """;

    private const string Scoped = """
        - name: open
          type: query
          query: |
            SELECT 'issue-' || i.id AS id, 'issue' AS type, concat_ws(E'\n\n', i.title, i.body) AS text, i.title, jsonb_build_object('state', i.state) AS metadata, 3 AS priority, i.updated_at
            FROM issue i JOIN workspace w ON w.id = i.workspace AND w.active -- the scope
        """;

    private RowWorld _world = null!;

    protected PostgresFixture Postgres => postgres;

    /// <param name="url">The rows' database.</param>
    protected abstract Task<Func<string, StoreConfig>> StoreAsync(string url);

    public async Task InitializeAsync()
    {
        var url = await postgres.NewVectorDatabaseAsync();
        _world = await RowWorld.StartAsync(url, await StoreAsync(url));
        await _world.RunAsync("""
            CREATE TABLE workspace (id int PRIMARY KEY, active bool NOT NULL);
            CREATE TABLE issue (id bigint PRIMARY KEY, workspace int REFERENCES workspace, title text NOT NULL, body text, state text, updated_at timestamptz NOT NULL DEFAULT '2025-01-01');
            INSERT INTO workspace VALUES (1, true), (2, false);
            INSERT INTO issue SELECT g, 1 + g % 2, 'Issue ' || g, 'What issue ' || g || ' is about.', 'open' FROM generate_series(1, 30) g;
            """);
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Become_items_with_text_title_and_metadata()
    {
        _world.Configure(Issues);

        var result = await _world.SyncedAsync();

        result.Report.Items.New.ShouldBe(30);
        _world.Server.Purchases.Keys.ShouldContain("Issue 7\n\nWhat issue 7 is about.");
        var item = (await _world.ItemsAsync("issues"))["7"];
        (item.Title, item.Type, item.Chunks).ShouldBe(("Issue 7", "issues", 1));
        await _world.ShouldBeCleanAsync();
    }

    [Fact]
    public async Task Are_bought_only_when_their_text_changes()
    {
        _world.Configure(Issues);
        await _world.SyncedAsync();
        await _world.RunAsync("""
            UPDATE issue SET body = body WHERE id <= 3;                       -- touched
            UPDATE issue SET updated_at = now() WHERE id = 4;                 -- order of work alone
            UPDATE issue SET state = 'closed' WHERE id = 5;                   -- metadata
            UPDATE issue SET body = E'Another \\text\\.' WHERE id = 6;        -- text
            DELETE FROM issue WHERE id = 7;
            INSERT INTO issue VALUES (31, 1, 'New', 'Not seen yet.', 'open');
            """);

        var report = (await _world.SyncedAsync()).Report;

        (report.Items.New, report.Items.Changed, report.Items.Metadata, report.Items.Deleted, report.Items.Unchanged).ShouldBe(
            (1, 1, 1, 1, 27));
        report.Chunks.Embedded.ShouldBe(2);
        await _world.ShouldBeCleanAsync();
    }

    [Fact]
    public async Task Are_the_same_after_a_restore_into_another_database()
    {
        _world.Configure(Issues);
        await _world.SyncedAsync();
        var requests = _world.Server.Requests;
        _world.Url = await CopyOfRowsAsync();
        _world.Configure(Issues);

        var report = (await _world.SyncedAsync()).Report;

        (report.Items.Unchanged, report.Chunks.Embedded).ShouldBe((30, 0));
        _world.Server.Requests.ShouldBe(requests);
    }

    [Fact]
    public async Task Outside_a_query_s_scope_get_no_vector_and_keep_none()
    {
        _world.Configure(Scoped);
        (await _world.SyncedAsync()).Report.Items.New.ShouldBe(15);
        _world.Server.Purchases.Keys.Select(text =>
            int.Parse(text.Split('\n')[0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)).ShouldAllBe(id => id % 2 == 0);

        await _world.RunAsync("UPDATE issue SET workspace = 2 WHERE id = 4; UPDATE issue SET workspace = 1 WHERE id = 5");
        var report = (await _world.SyncedAsync()).Report;

        (report.Items.New, report.Items.Deleted).ShouldBe((1, 1));
        (await _world.ItemsAsync("open")).Keys.ShouldNotContain("issue-4");
        await _world.ShouldBeCleanAsync();
    }

    [Fact]
    public async Task That_leave_the_scope_while_the_run_is_under_way_are_not_written()
    {
        _world.Configure(Scoped);
        var leaving = new Lazy<int>(() => PostgresFixture.RunAsync(_world.Url,
            "UPDATE issue SET workspace = 2 WHERE id = 8; DELETE FROM issue WHERE id = 10").GetAwaiter().GetResult());
        _world.Server.Decide = _ => leaving.Value < 0 ? throw new InvalidOperationException() : null;

        var result = await _world.Sync.SyncAsync();

        result.ExitCode.ShouldBe(ExitCode.Partial);
        result.Report.Errors.Select(error => error.Id).Order().ShouldBe(["issue-10", "issue-8"]);
        (await _world.ItemsAsync("open")).Count.ShouldBe(13);
        await _world.ShouldBeCleanAsync();
    }

    [Fact]
    public async Task Whose_table_goes_while_the_run_is_under_way_lose_nothing_that_is_paid()
    {
        _world.Configure(Issues);
        var going = new Lazy<int>(() => PostgresFixture.RunAsync(_world.Url, "ALTER TABLE issue RENAME TO away").GetAwaiter().GetResult());
        _world.Server.Decide = _ => going.Value > 0 ? throw new InvalidOperationException() : null;

        (await _world.Sync.SyncAsync()).ExitCode.ShouldBe(ExitCode.Usage);

        _world.Server.Inputs.ShouldBeGreaterThan(0);
        await _world.RunAsync("ALTER TABLE away RENAME TO issue");
        await _world.SyncedAsync();
        _world.Server.BoughtTwice.ShouldBeEmpty();
        await _world.ShouldBeCleanAsync();
    }

    [Fact]
    public async Task All_gone_are_not_deleted_without_being_asked()
    {
        _world.Configure(Issues);
        await _world.SyncedAsync();
        await _world.RunAsync("DELETE FROM issue");

        var result = await _world.Sync.SyncAsync();

        result.ExitCode.ShouldBe(ExitCode.Guard);
        (await _world.ItemsAsync("issues")).Count.ShouldBe(30);
        (await _world.SyncedAsync(new() { MaxDelete = new(1.0, null) })).Report.Items.Deleted.ShouldBe(30);
    }

    [Fact]
    public async Task Of_a_view_are_compared_by_their_hash()
    {
        await _world.RunAsync("CREATE VIEW shown AS SELECT id, title, body, state, updated_at FROM issue WHERE workspace = 1");
        _world.Configure(Issues.Replace("table: issue", "table: shown\n  key: [id]", StringComparison.Ordinal));
        (await _world.SyncedAsync()).Report.Items.New.ShouldBe(15);
        await _world.RunAsync("UPDATE issue SET body = 'Else.' WHERE id = 2; UPDATE issue SET body = body");

        (await _world.SyncedAsync()).Report.Items.Changed.ShouldBe(1);
        await _world.ShouldBeCleanAsync();
    }

    [Fact]
    public async Task With_ids_that_are_claimed_twice_or_missing_are_named_and_stay_as_they_are()
    {
        await _world.RunAsync("CREATE VIEW odd AS SELECT CASE WHEN id IN (1, 2) THEN 1 WHEN id = 30 THEN NULL ELSE id END AS id, title, body, state, updated_at FROM issue");
        _world.Configure(Issues.Replace("table: issue", "table: odd\n  key: [id]", StringComparison.Ordinal));

        var result = await _world.Sync.SyncAsync();

        result.ExitCode.ShouldBe(ExitCode.Partial);
        result.Report.Errors.Select(error => (error.Code, error.Id)).ShouldBe(
            [(ProblemCodes.InvalidId, "(null)"), (ProblemCodes.DuplicateId, "1")], ignoreOrder: true);
        result.Report.Items.New.ShouldBe(27);
        await _world.RunAsync("DELETE FROM issue WHERE id = 9");
        (await _world.Sync.SyncAsync()).Report.Items.Deleted.ShouldBe(0, "who has no id may be anybody");
        await _world.RunAsync("DELETE FROM issue WHERE id IN (2, 30)");
        (await _world.SyncedAsync()).Report.Items.Deleted.ShouldBe(1);
        await _world.ShouldBeCleanAsync();
    }

    [Fact]
    public async Task With_several_key_columns_have_ids_that_can_t_run_into_each_other()
    {
        await _world.RunAsync("""
            CREATE TABLE pair (a text, b text, body text, PRIMARY KEY (a, b));
            INSERT INTO pair VALUES ('x/y', 'z', 'one'), ('x', 'y/z', 'two'), ('50%', '', 'three');
            """);
        _world.Configure("- { name: pairs, type: table, table: pair, text: [body] }");

        await _world.SyncedAsync();

        (await _world.ItemsAsync("pairs")).Keys.Order(StringComparer.Ordinal).ShouldBe(["50%25/", "x%2Fy/z", "x/y%2Fz"]);
        await _world.ShouldBeCleanAsync();
    }

    [Fact]
    public async Task Over_the_limit_or_empty_do_no_harm()
    {
        await _world.RunAsync("UPDATE issue SET body = repeat('long ', 1100000) WHERE id = 1; UPDATE issue SET title = '', body = E' \\n ' WHERE id = 2");
        _world.Configure(Issues);

        var result = await _world.Sync.SyncAsync();

        result.Report.Errors.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            error => error.Code.ShouldBe(ProblemCodes.TooLarge), error => error.Id.ShouldBe("1"));
        (await _world.ItemsAsync("issues"))["2"].Chunks.ShouldBe(0);
        result.Report.Items.New.ShouldBe(29);
        await _world.RunAsync("DELETE FROM issue WHERE id = 3");
        (await _world.Sync.SyncAsync()).Report.Items.Deleted.ShouldBe(1, "a row that is set aside is no other one");
    }

    [Fact]
    public async Task Of_lost_vectors_are_bought_again()
    {
        _world.Configure(Issues);
        await _world.SyncedAsync();
        await using (var workspace = _world.Sync.Open())
        {
            await using var writer = await workspace.BeginWriteAsync(default);
            await writer.CommitAsync(new(1, [], [], [new("issues", "3")]), default);
        }

        (await _world.SyncedAsync()).Report.Items.New.ShouldBe(1);
        await _world.ShouldBeCleanAsync();
    }

    [Fact]
    public async Task Chosen_by_id_are_looked_at_alone()
    {
        _world.Configure(Issues);

        var report = (await _world.SyncedAsync(new() { Ids = ["7", "8"], KeepOrphans = true })).Report;

        (report.Items.Total, report.Items.New).ShouldBe((2, 2));
        (await Should.ThrowAsync<UsageException>(_world.Sync.SyncAsync(new() { Ids = ["99"], KeepOrphans = true }))).Message.ShouldContain(
            "'99'");
        (await _world.Sync.SyncAsync(new() { Ids = ["7"], KeepOrphans = true })).Report.Items.Unchanged.ShouldBe(1);
    }

    [Fact]
    public async Task With_a_limit_come_by_priority_then_newest()
    {
        await _world.RunAsync("UPDATE issue SET updated_at = timestamptz '2025-02-01' + id * interval '1 day'");
        _world.Configure(Issues + "\n" + Issues.Replace("name: issues", "name: later", StringComparison.Ordinal)
            .Replace("priority: 3", "priority: 2", StringComparison.Ordinal).Replace(
            "metadata: [state]", "where: \"id > 25\"", StringComparison.Ordinal));

        var report = (await _world.SyncedAsync(new() { Limit = 2 })).Report;

        (await _world.ItemsAsync("issues")).Keys.Order().ShouldBe(["29", "30"]);
        report.Items.New.ShouldBe(4, "what the two bought is reused by the other source");
        report.Remaining.ShouldBe(31);
        (await _world.Sync.StatusAsync()).Items.ShouldSatisfyAllConditions(
            items => items.Total.ShouldBe(35), items => items.Missing.ShouldBe(31), items => items.Current.ShouldBe(4));
    }

    /// <summary>
    /// Unicode, backslashes, white space, quotes, NULL: what the database hashes and what the client hashes agree, whatever was edited.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Of_any_text_end_as_a_clean_run_ends(int seed)
    {
        string?[] texts =
        [
            null, "", " ", "A", "A ", "\tA", "a\\b", "\\x41", "\\\\", "é", "e\u0301", "日本語", "😀 \ud83d\ude00", "line\r\nline",
                "line\nline", "'; DROP TABLE issue; --", "\u001f", "\u001e", "\u00a0x\u2028", new string('x', 5000),
        ];
        var random = new Random(seed);
        _world.Configure(Issues);
        for (var round = 0; round < 4; round++)
        {
            await using (var connection = await PostgresFixture.OpenAsync(_world.Url))
            {
                for (var i = 0; i < 8; i++)
                {
                    await using var command = new Npgsql.NpgsqlCommand(
                        "UPDATE issue SET title = coalesce($1, ''), body = $2, state = $3 WHERE id = $4", connection);
                    foreach (var value in new object?[]
                        { texts[random.Next(texts.Length)], texts[random.Next(texts.Length)], texts[random.Next(texts.Length)] })
                    {
                        command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
                    }

                    command.Parameters.Add(new() { Value = random.NextInt64(1, 31) });
                    await command.ExecuteNonQueryAsync();
                }
            }

            await _world.SyncedAsync();
            await _world.ShouldBeCleanAsync();
        }

        _world.Server.BoughtTwice.ShouldBeEmpty();
    }

    private async Task<string> CopyOfRowsAsync()
    {
        var copy = await postgres.NewVectorDatabaseAsync();
        await PostgresFixture.RunAsync(copy, "CREATE TABLE issue (id bigint PRIMARY KEY, workspace int, title text NOT NULL, body text, state text, updated_at timestamptz)");
        foreach (var row in await PostgresFixture.RowsAsync(_world.Url,
            "SELECT format('INSERT INTO issue VALUES (%L, %L, %L, %L, %L, %L)', id, workspace, title, body, state, updated_at) FROM issue"))
        {
            await PostgresFixture.RunAsync(copy, row);
        }

        return copy;
    }
}

public sealed class TableRowsBesideTheStore(PostgresFixture postgres) : TableRows(postgres), IClassFixture<PostgresFixture>
{
    protected override Task<Func<string, StoreConfig>> StoreAsync(string url) => Task.FromResult<Func<string, StoreConfig>>(
        _ => new(StoreBackend.Postgres, "", new Secret(url, "env:TEST"), "embsync", null, VectorType.HalfVec, true));
}

public sealed class TableRowsOfAnotherDatabase(PostgresFixture postgres) : TableRows(postgres), IClassFixture<PostgresFixture>
{
    protected override async Task<Func<string, StoreConfig>> StoreAsync(string url)
    {
        var other = await Postgres.NewVectorDatabaseAsync();
        return _ => new(StoreBackend.Postgres, "", new Secret(other, "env:TEST"), "embsync", null, VectorType.HalfVec, true);
    }
}

public sealed class TableRowsBesideAFile(PostgresFixture postgres) : TableRows(postgres), IClassFixture<PostgresFixture>
{
    protected override Task<Func<string, StoreConfig>> StoreAsync(string url) =>
        Task.FromResult<Func<string, StoreConfig>>(folder => Sync.SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db")));
}
