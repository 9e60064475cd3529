using EmbSync.Core.Buying;
using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Adopt;
using EmbSync.Core.Jobs.Publish;
using EmbSync.Core.Jobs.Runs;
using EmbSync.Core.Model;
using EmbSync.Core.Tests.Sources.Rows;
using EmbSync.Core.Tests.Sync;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Adopt;

/// <summary>Vectors that LangChain or anybody else bought, taken over once a sample agrees.</summary>
public sealed class AdoptTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const int Texts = 60;

    private static readonly SpendLimit Unbounded = new(null, null);

    private RowWorld _world = null!;
    private string _url = "";

    /// <summary>
    /// LangChain's tables as its PGVector store makes them, filled with what the endpoint answers for each text, and a store that has none
    /// of it yet.
    /// </summary>
    public async Task InitializeAsync()
    {
        _url = await postgres.NewVectorDatabaseAsync();
        await PostgresFixture.RunAsync(_url, $"""
            CREATE TABLE doc (id int PRIMARY KEY, body text, embedding vector(16), content_hash text);
            INSERT INTO doc SELECT g, 'Text number ' || g FROM generate_series(1, {Texts}) g;
            """);
        await using (var bought = await NewWorldAsync("publish: { column: embedding }"))
        {
            await bought.SyncedAsync();
            await using var workspace = bought.Sync.Open();
            await new PublishEngine(workspace, TimeProvider.System).RunAsync(new([], All: false, DryRun: false), default);
        }

        await PostgresFixture.RunAsync(_url, """
            CREATE TABLE langchain_pg_collection (uuid uuid PRIMARY KEY, name varchar UNIQUE, cmetadata json);
            CREATE TABLE langchain_pg_embedding (id varchar PRIMARY KEY, collection_id uuid REFERENCES langchain_pg_collection, embedding vector, document varchar, cmetadata jsonb);
            INSERT INTO langchain_pg_collection VALUES ('11111111-1111-1111-1111-111111111111', 'docs', '{}');
            INSERT INTO langchain_pg_embedding SELECT id::text, '11111111-1111-1111-1111-111111111111', embedding, body, '{}' FROM doc;
            INSERT INTO langchain_pg_embedding VALUES ('elsewhere', '11111111-1111-1111-1111-111111111111', (SELECT embedding FROM doc WHERE id = 1), 'A text that nobody wants', '{}');
            """);
        _world = await NewWorldAsync();
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task What_LangChain_bought_is_not_bought_again()
    {
        var (result, requests) = await AdoptAsync();

        result.ExitCode.ShouldBe(ExitCode.Done, result.Stopped?.Message);
        (result.Report.Wanted, result.Report.Rows, result.Report.Found, result.Report.Adopted).ShouldBe(
            (Texts, Texts + 1, Texts, Texts - 20));
        result.Report.Sample!.ShouldSatisfyAllConditions(
            sample => sample.Size.ShouldBe(20), sample => sample.Lowest.ShouldBeGreaterThan(0.9999), sample =>
            sample.Below.ShouldBe(0), sample => sample.Tokens.ShouldBePositive());
        requests.ShouldBe(3);

        (await _world.SyncedAsync()).Report.ShouldSatisfyAllConditions(report => report.Requests.ShouldBe(0),
            report => report.Items.New.ShouldBe(Texts), report => report.Chunks.Reused.ShouldBe(Texts));
        (await AdoptAsync()).Result.Report.ShouldSatisfyAllConditions(again => again.Wanted.ShouldBe(0), again => again.Found.ShouldBe(0));
    }

    [Fact]
    public async Task A_dry_run_says_what_it_would_take_and_what_the_sample_costs()
    {
        var (result, requests) = await AdoptAsync(Request() with { DryRun = true, Sample = 5 });

        result.Report.ShouldSatisfyAllConditions(
            report => report.Found.ShouldBe(Texts), report => report.Adopted.ShouldBe(0), report =>
            report.Check.Chunks.ShouldBe(5), report => report.Saves.ShouldNotBeNull().ShouldBePositive());
        requests.ShouldBe(0);
        File.Exists(_world.Store.Path).ShouldBeFalse();
    }

    [Fact]
    public async Task Vectors_of_another_model_are_refused_and_the_sample_is_kept()
    {
        await _world.RunAsync("UPDATE langchain_pg_embedding SET embedding = (SELECT embedding FROM doc WHERE id = 2) WHERE id <> '2'");

        var (result, _) = await AdoptAsync();

        result.ExitCode.ShouldBe(ExitCode.Guard);
        result.Stopped.ShouldBeOfType<GuardException>().Message.ShouldContain("nothing was adopted");
        result.Report.Adopted.ShouldBe(0);
        var requests = _world.Server.Requests;
        (await Should.ThrowAsync<GuardException>(() => AdoptAsync(Request() with { Seed = 2 }))).Message.ShouldContain("--despite-refusal");
        _world.Server.Requests.ShouldBe(requests);
        (await AdoptAsync(Request() with { Seed = 2, DespiteRefusal = true })).Result.ExitCode.ShouldBe(ExitCode.Guard);
        (await _world.SyncedAsync()).Report.Chunks.ShouldSatisfyAllConditions(
            chunks => chunks.Reused.ShouldBe(40), chunks => chunks.Embedded.ShouldBe(Texts - 40));
    }

    [Fact]
    public async Task Rows_that_are_no_vector_of_the_model_are_left_and_counted()
    {
        await _world.RunAsync("""
            UPDATE langchain_pg_embedding SET embedding = '[1,2,3]' WHERE id IN ('1', '2');
            UPDATE langchain_pg_embedding SET embedding = array_fill(0, ARRAY[16])::vector WHERE id = '3';
            UPDATE langchain_pg_embedding SET embedding = NULL WHERE id = '4';
            UPDATE langchain_pg_embedding SET document = document || '!' WHERE id = '5';
            """);

        var (result, _) = await AdoptAsync();

        result.Report.ShouldSatisfyAllConditions(
            report => report.OtherDimension.ShouldBe(2), report => report.Unusable.ShouldBe(1), report =>
            report.Rows.ShouldBe(Texts), report => report.Found.ShouldBe(Texts - 5));
        (await _world.SyncedAsync()).Report.Chunks.Embedded.ShouldBe(5);
        await _world.ShouldBeCleanAsync();
    }

    [Fact]
    public async Task A_text_with_several_vectors_is_left_and_one_that_stands_there_twice_is_taken()
    {
        await _world.RunAsync("""
            INSERT INTO langchain_pg_embedding SELECT 'again' || id, collection_id, embedding, document, '{}' FROM langchain_pg_embedding WHERE id IN ('7', '8');
            UPDATE langchain_pg_embedding SET embedding = (SELECT embedding FROM doc WHERE id = 2) WHERE id = 'again7';
            """);

        var (result, _) = await AdoptAsync(Request() with { Sample = 5 });

        result.ExitCode.ShouldBe(ExitCode.Done, result.Stopped?.Message);
        (result.Report.Contradicted, result.Report.Found, result.Report.Adopted).ShouldBe((1, Texts - 1, Texts - 6));
        (await _world.SyncedAsync()).Report.Chunks.Embedded.ShouldBe(1);
        await _world.ShouldBeCleanAsync();
    }

    [Fact]
    public async Task Arrays_that_are_no_list_of_numbers_are_counted_and_left()
    {
        await _world.RunAsync("""
            CREATE TABLE arrays AS SELECT body, embedding::real[] AS vec FROM doc;
            UPDATE arrays SET vec[3] = NULL WHERE body = 'Text number 1';
            UPDATE arrays SET vec = ARRAY[vec, vec] WHERE body = 'Text number 2';
            UPDATE arrays SET vec = '{}' WHERE body = 'Text number 3';
            """);

        (await AdoptAsync(Request() with { Table = "arrays", Text = "body", Vector = "vec" })).Result.Report.ShouldSatisfyAllConditions(
            report => report.Unusable.ShouldBe(3), report => report.Found.ShouldBe(Texts - 3));
    }

    [Fact]
    public async Task A_table_that_may_not_be_read_is_named()
    {
        await _world.RunAsync("""
            DO $$ BEGIN CREATE ROLE adopt_reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
            GRANT USAGE ON SCHEMA public TO adopt_reader; CREATE TABLE secret (body text, vec real[]);
            """);
        var url = new UriBuilder(_url) { UserName = "adopt_reader" }.Uri.ToString();

        (await Should.ThrowAsync<UsageException>(
            () => AdoptAsync(Request() with { Url = new(url, "env:OTHER"), Table = "secret", Text = "body", Vector = "vec" })))
            .Message.ShouldContain("may not read it");
    }

    [Fact]
    public async Task What_is_adopted_is_of_the_model_that_the_space_is_pinned_to()
    {
        await _world.SyncedAsync();
        _world.Sync.Configure = Pinned(_world.Sync.Configure, 8);
        await using (var workspace = _world.Sync.Open())
        {
            await using var writer = await workspace.Store.BeginWriteAsync(workspace.Config.Project, default);
            await writer.ActivateAsync((await workspace.Store.ReadHeadAsync(default)).Generations.Single().Id, pin: true, default);
        }

        await _world.RunAsync("INSERT INTO doc SELECT 100, 'A late text', embedding FROM doc WHERE id = 5; INSERT INTO langchain_pg_embedding SELECT 'late', collection_id, embedding, 'A late text', '{}' FROM langchain_pg_embedding WHERE id = '5'");
        var (result, _) = await AdoptAsync();

        result.Report.Dimension.ShouldBe(16);
        (result.Report.Wanted, result.Report.OtherDimension).ShouldBe((1, 0));
    }

    [Theory]
    [InlineData("halfvec(16)")]
    [InlineData("real[]")]
    [InlineData("double precision[]")]
    public async Task A_table_of_ones_own_with_any_form_of_vectors(string type)
    {
        await _world.RunAsync($"""
            CREATE SCHEMA old; CREATE TABLE old."Paid texts" ("Body" text, "Vec" {type});
            INSERT INTO old."Paid texts" SELECT body || E'  \r\n', embedding::real[]::{type} FROM doc;
            """);

        var (result, _) = await AdoptAsync(Request() with { Table = "old.\"Paid texts\"", Text = "Body", Vector = "Vec" });

        result.ExitCode.ShouldBe(ExitCode.Done, result.Stopped?.Message);
        result.Report.Found.ShouldBe(Texts);
        (await _world.SyncedAsync()).Report.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task Several_collections_have_to_be_told_apart()
    {
        await _world.RunAsync("INSERT INTO langchain_pg_collection VALUES ('22222222-2222-2222-2222-222222222222', 'other', '{}'); UPDATE langchain_pg_embedding SET collection_id = '22222222-2222-2222-2222-222222222222' WHERE id = '1'");

        (await Should.ThrowAsync<UsageException>(() => AdoptAsync())).Message.ShouldContain("'docs', 'other'");
        (await Should.ThrowAsync<UsageException>(() => AdoptAsync(Request() with { Collection = "none" }))).Message.ShouldContain(
            "no collection 'none'");
        (await AdoptAsync(Request() with { Collection = "docs" })).Result.Report.Found.ShouldBe(Texts - 1);
    }

    [Theory]
    [InlineData("nowhere", "body", "embedding", "no table or view 'nowhere'")]
    [InlineData("doc", "bdy", "embedding", "--text names 'bdy'")]
    [InlineData("doc", "body", "id", "is of type integer")]
    [InlineData("doc", "id", "embedding", "not text")]
    public async Task What_is_not_there_or_no_vector_is_named(string table, string text, string vector, string says) =>
        (await Should.ThrowAsync<UsageException>(() => AdoptAsync(Request() with { Table = table, Text = text, Vector = vector })))
            .Message.ShouldContain(says);

    [Fact]
    public async Task A_sample_beyond_the_budget_is_not_bought()
    {
        await using var workspace = _world.Sync.Open();

        await Should.ThrowAsync<GuardException>(
            () => new AdoptEngine(workspace, workspace.MainSpace, new(null, 3), TimeProvider.System).RunAsync(Request(), default));

        _world.Server.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task A_sample_that_costs_more_than_was_estimated_ends_within_the_budget()
    {
        _world.Server.BilledTimes = 4;
        await using var workspace = _world.Sync.Open();
        const int Estimate = Texts * 4;

        var result = await new AdoptEngine(workspace, workspace.MainSpace, new(null, Estimate * 3 / 2), TimeProvider.System).RunAsync(
            Request() with { Sample = Texts }, default);

        result.ExitCode.ShouldBe(ExitCode.Guard, result.Stopped?.Message);
        (result.Report.Status, result.Report.Adopted).ShouldBe(("stopped", 0));
        _world.Server.Inputs.ShouldBeLessThan(Texts);
        var run = (await workspace.Store.ReadRunsAsync(1, default)).Single();
        (run.Command, run.Tokens, result.Report.Sample!.Tokens).ShouldBe(("adopt", _world.Server.Billed, _world.Server.Billed));
    }

    [Fact]
    public async Task What_the_sample_took_is_in_the_receipt_however_often_it_was_asked_for()
    {
        _world.Server.Next(Fault.Fewer(), Fault.None(), Fault.NaN());

        var (result, requests) = await AdoptAsync();

        result.ExitCode.ShouldBe(ExitCode.Done, result.Stopped?.Message);
        await using var workspace = _world.Sync.Open();
        var run = (await workspace.Store.ReadRunsAsync(1, default)).Single();
        (run.Tokens, run.Status, result.Report.Sample!.Tokens).ShouldBe((_world.Server.Billed, "done", _world.Server.Billed));
        (RunEntry.Of(run).Requests, RunEntry.Of(run).Tokens!.Billed).ShouldBe((requests, _world.Server.Billed));
    }

    [Fact]
    public async Task A_receipt_that_can_t_be_written_costs_no_report()
    {
        await using var workspace = _world.Sync.Open();
        var failing = workspace.With(new DyingStore(workspace.Store, int.MaxValue)
            { Fails = name => name == "UpdateRun" ? new StoreException("the disk is full") : null });

        var result = await new AdoptEngine(failing, workspace.MainSpace, Unbounded, TimeProvider.System).RunAsync(Request(), default);

        (result.ExitCode, result.Report.Adopted).ShouldBe((ExitCode.Failed, Texts - 20));
        result.Stopped.ShouldBeOfType<StoreException>().Message.ShouldContain("the disk is full");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Interrupted_while_it_commits_the_sample_every_vector_of_it_that_was_bought_is_kept(bool inDatabase)
    {
        await using var world = await NewWorldAsync(store: inDatabase
            ? _ => new(StoreBackend.Postgres, "", new Secret(_url, "env:TEST"), "embsync", null, VectorType.Vector, true) : null);
        await using var workspace = world.Sync.Open();
        using var stop = new CancellationTokenSource();
        var interrupted = workspace.With(new DyingStore(workspace.Store, int.MaxValue)
        {
            Fails = name =>
            {
                if (name == "Commit")
                {
                    stop.Cancel();
                }

                return null;
            },
        });

        (await new AdoptEngine(interrupted, workspace.MainSpace, Unbounded, TimeProvider.System).RunAsync(Request(), stop.Token))
            .ExitCode.ShouldBe(ExitCode.Interrupted);

        world.Server.Inputs.ShouldBePositive();
        var generation = (await workspace.Store.ReadHeadAsync(default)).Generations.Single();
        (await workspace.Store.ReadVectorPageAsync(generation.Id, null, 1000, default)).Count.ShouldBe((int)world.Server.Inputs);
    }

    [Fact]
    public async Task More_rows_than_a_sync_holds_are_looked_at_part_by_part()
    {
        _world.Sync.RowsAtATime = Texts / 4;

        var (result, _) = await AdoptAsync();

        (result.Report.Wanted, result.Report.Found, result.Report.Adopted).ShouldBe((Texts, Texts, Texts - 20));
    }

    [Fact]
    public async Task A_sample_that_the_database_refuses_is_not_bought_again()
    {
        await using var world = await NewWorldAsync(store: folder => new(StoreBackend.Postgres, "", new Secret(_url, "env:TEST"),
            "embsync", null, VectorType.Vector, true) { Spool = Path.Combine(folder, ".git", "spool") });
        await using (var workspace = world.Sync.Open())
        {
            var failing = workspace.With(new DyingStore(workspace.Store, int.MaxValue)
                { Fails = name => name == "Commit" ? new StoreException("the database is away") : null });
            (await new AdoptEngine(failing, workspace.MainSpace, Unbounded, TimeProvider.System).RunAsync(Request(), default))
                .ExitCode.ShouldBe(ExitCode.Failed);
        }

        world.Server.Inputs.ShouldBePositive();
        (await world.SyncedAsync()).Report.Notes.ShouldContain(note => note.Contains("had paid for", StringComparison.Ordinal));
        world.Server.BoughtTwice.ShouldBeEmpty();
        world.Server.Inputs.ShouldBe(Texts);
    }

    private async Task<RowWorld> NewWorldAsync(string publish = "", Func<string, StoreConfig>? store = null)
    {
        var world = await RowWorld.StartAsync(
            _url, store ?? (folder => SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db"))));
        world.Configure($"- name: docs\n  type: table\n  table: doc\n  text: [body]\n  {publish}");
        return world;
    }

    private static Func<EmbSyncConfig, EmbSyncConfig> Pinned(
        Func<EmbSyncConfig, EmbSyncConfig> configure, int dimension) =>
        config =>
        {
            var made = configure(config);
            return made with { Embeddings = made.Embeddings with { Dimension = dimension } };
        };

    private AdoptRequest Request() =>
        new(new(_url, "DATABASE_URL"), null, AdoptRequest.LangChainText, AdoptRequest.LangChainVector, null, 20, 1, DryRun: false);

    private async Task<(AdoptResult Result, int Requests)> AdoptAsync(AdoptRequest? request = null)
    {
        await using var workspace = _world.Sync.Open();
        var before = _world.Server.Requests;
        var result = await new AdoptEngine(workspace, workspace.MainSpace, Unbounded, TimeProvider.System).RunAsync(
            request ?? Request(), default);
        return (result, _world.Server.Requests - before);
    }
}
