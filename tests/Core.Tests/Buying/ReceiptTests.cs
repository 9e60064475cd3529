using System.Collections.Concurrent;
using EmbSync.Core.Buying;
using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Backfill;
using EmbSync.Core.Jobs.Cache;
using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Jobs.Repair;
using EmbSync.Core.Jobs.Runs;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using EmbSync.Core.Tests.Reembed;
using EmbSync.Core.Tests.Sync;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Buying;

/// <summary>What a run bought is told and written down, whatever else fails.</summary>
public abstract class ReceiptTests : IAsyncLifetime
{
    private ReembedWorld _world = null!;

    private protected abstract StoreConfig Store(string folder);

    public async Task InitializeAsync() => _world = await ReembedWorld.OpenAsync(Store);

    public async Task DisposeAsync() => await _world.DisposeAsync();

    public static TheoryData<string> Commands => new("sync", "backfill", "reembed", "repair");

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_receipt_that_can_t_be_written_costs_no_report(string command)
    {
        var billed = _world.Server.Billed;

        var told = await RunAsync(command, name => name == "UpdateRun" ? new StoreException("the disk is full") : null);

        told.ExitCode.ShouldBe(ExitCode.Failed);
        told.Status.ShouldBe("failed");
        told.Tokens.ShouldBe(_world.Server.Billed - billed);
        told.Tokens.ShouldBePositive();
        told.Stopped.ShouldBeOfType<StoreException>().Message.ShouldContain("the disk is full");
        told.Notes.ShouldContain(note => note.Contains("the receipt of this run could not be written", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_run_that_is_stopped_and_can_t_write_its_receipt_says_why_it_was_stopped(string command)
    {
        _world.Server.Decide = _ => _world.Server.Requests > 7 ? Fault.Quota() : null;

        var told = await RunAsync(command, name => name == "UpdateRun" ? new StoreException("the disk is full") : null);

        told.Stopped.ShouldBeOfType<ProviderRefusedException>();
        told.ExitCode.ShouldBe(ExitCode.Refused);
        told.Notes.ShouldContain(note => note.Contains("the disk is full", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task What_was_billed_is_in_the_receipt_and_in_the_report(string command)
    {
        var billed = _world.Server.Billed;
        _world.Server.Next(Fault.Fewer(), Fault.None(), Fault.None(), Fault.NaN());

        var told = await RunAsync(command, _ => null);

        told.ExitCode.ShouldBe(ExitCode.Done, told.Stopped?.Message);
        var run = await LastAsync();
        (run.Command.Split(' ')[0], run.Status).ShouldBe((command, "done"));
        (told.Tokens, run.Tokens).ShouldBe((_world.Server.Billed - billed, _world.Server.Billed - billed));
        run.Cost.ShouldBe(0.02m * run.Tokens / 1_000_000m);
        RunEntry.Of(run).Tokens!.Billed.ShouldBe(run.Tokens);
        RunEntry.Of(run).Requests.ShouldBe(told.Requests);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task What_was_billed_before_a_refusal_is_in_the_receipt(string command)
    {
        var billed = _world.Server.Billed;
        _world.Server.Next(Fault.None(), Fault.Fewer(), Fault.Quota(), Fault.Quota());

        var told = await RunAsync(command, _ => null);

        told.ExitCode.ShouldBe(ExitCode.Refused);
        var run = await LastAsync();
        run.Error.ShouldNotBeNull();
        (told.Tokens, run.Tokens).ShouldBe((_world.Server.Billed - billed, _world.Server.Billed - billed));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task What_is_bought_and_can_t_be_used_counts_against_the_budget(string command)
    {
        var billed = _world.Server.Billed;
        var tries = new ConcurrentDictionary<string, int>();
        _world.Server.Decide = request =>
            tries.AddOrUpdate(request.Inputs[0], 1, (_, before) => before + 1) % 2 == 0 ? null : Fault.Fewer();
        var estimate = 9 * TokensOfOne;

        var told = await RunAsync(command, _ => null, new(null, estimate * 11 / 10));

        told.ExitCode.ShouldBe(ExitCode.Guard, told.Stopped?.Message);

        // Of what is under way, two requests of two texts, each may take another try.
        (_world.Server.Billed - billed).ShouldBeInRange(estimate, estimate + (2 * 2 * 2 * TokensOfOne));
        (await LastAsync()).Tokens.ShouldBe(_world.Server.Billed - billed);
    }

    /// <summary>Those that commit what they buy: repair only compares it.</summary>
    [Theory]
    [InlineData("sync")]
    [InlineData("backfill")]
    [InlineData("reembed")]
    public async Task A_defect_leaves_no_receipt_that_says_running(string command)
    {
        var billed = _world.Server.Billed;

        await Should.ThrowAsync<InvalidOperationException>(
            () => RunAsync(command, name => name is "Commit" or "Complete" ? new InvalidOperationException("a defect") : null));

        var run = await LastAsync();
        (run.Status, run.Error).ShouldBe(("failed", "a defect"));
        run.CompletedAt.ShouldNotBeNull();
        run.Tokens.ShouldBe(_world.Server.Billed - billed);
    }

    [Fact]
    public async Task A_commit_that_fails_leaves_the_bill_of_what_was_under_way_in_the_report()
    {
        _world.Sync.Configure = config => config with { Embeddings = config.Embeddings with { BatchSize = 1, Concurrency = 4 } };
        ChangeAll();
        var (billed, commits) = (_world.Server.Billed, 0);

        var told = await RunAsync(
            "sync", name => name == "Commit" && ++commits == 2 ? new StoreException("the disk is full") : null, changes: false);

        told.ExitCode.ShouldBe(ExitCode.Failed);
        told.Tokens.ShouldBe(_world.Server.Billed - billed);
        (await LastAsync()).Tokens.ShouldBe(_world.Server.Billed - billed);
    }

    [Theory]
    [InlineData("failed")]
    [InlineData("interrupted")]
    [InlineData("defect")]
    public async Task An_import_that_fails_says_so(string how)
    {
        var file = _world.Repository.Full("vectors.bin");
        await using (var workspace = _world.Sync.Open())
        {
            await new VectorCache(workspace, Generation.DefaultSpace, TimeProvider.System).ExportAsync(file, default);
        }

        var before = _world.Sync.Configure;
        _world.Sync.Configure = config =>
            before(config) with { Store = config.Store with { Path = config.Store.Path + "2", Schema = config.Store.Schema + "2" } };
        await using var target = _world.Sync.Open();
        var fault = how switch
        {
            "failed" => (Exception)new StoreException("the disk is full"),
            "interrupted" => new OperationCanceledException(),
            _ => new InvalidOperationException("a defect"),
        };
        var failing = new DyingStore(target.Store, int.MaxValue) { Fails = name => name == "Commit" ? fault : null };

        var thrown = await Should.ThrowAsync<Exception>(
            () => new VectorCache(target.With(failing), Generation.DefaultSpace, TimeProvider.System).ImportAsync(file, default));

        thrown.ShouldBeAssignableTo(fault.GetType());
        var run = await LastAsync();
        (run.Command, run.Status, run.Error).ShouldBe(("cache import", how == "defect" ? "failed" : how, fault.Message));
        run.CompletedAt.ShouldNotBeNull();
        (run.Tokens, run.Cost).ShouldBe((0, 0m));
    }

    [Fact]
    public async Task A_look_at_a_store_that_is_well_leaves_a_receipt_only_where_it_bought_something()
    {
        var before = await LastAsync();
        await using var workspace = _world.Sync.Open();
        var engine = new RepairEngine(workspace, TimeProvider.System, new Progress<string>());

        (await engine.RunAsync(new([], null, 0, 1, RepairRequest.DefaultGrace), new(null, null), default)).Report.RunId.ShouldBeNull();
        (await LastAsync()).ShouldBe(before);
        var billed = _world.Server.Billed;

        var report = (await engine.RunAsync(new([], null, 4, 1, RepairRequest.DefaultGrace), new(null, null), default)).Report;

        (await LastAsync()).Id.ShouldBe(report.RunId!.Value);
        (await LastAsync()).Tokens.ShouldBe(_world.Server.Billed - billed);
    }

    [Fact]
    public async Task A_model_that_nobody_knows_is_asked_once_before_and_that_is_in_the_receipt()
    {
        var billed = _world.Server.Billed;

        (await _world.RunAsync(model: "a-model-of-ones-own")).ExitCode.ShouldBe(ExitCode.Done);

        (await LastAsync()).Tokens.ShouldBe(_world.Server.Billed - billed);
    }

    private long TokensOfOne => FakeEmbeddingRequest.TokensOf("Task 0\n\nBody 0 of what is to be done.");

    private void ChangeAll()
    {
        for (var i = 0; i < 9; i++)
        {
            _world.Write(i, $"Body {i} of what was to do.");
        }
    }

    private sealed record Told(
        ExitCode ExitCode, string Status, long Tokens, int Requests, IReadOnlyList<string> Notes, Exception? Stopped);

    /// <summary>Buys nine texts, two a request, one request at a time.</summary>
    private async Task<Told> RunAsync(string command, Func<string, Exception?> fails, SpendLimit? spend = null, bool changes = true)
    {
        if (changes)
        {
            _world.Sync.Configure = config => config with { Embeddings = config.Embeddings with { Concurrency = 1 } };
        }

        if (command is "sync" or "backfill" && changes)
        {
            ChangeAll();
        }

        spend ??= new(null, null);
        await using var workspace = command == "reembed" ? _world.Target(ReembedWorld.After, ReembedWorld.Model) : _world.Sync.Open();
        var used = workspace.With(new DyingStore(workspace.Store, int.MaxValue) { Fails = fails });
        switch (command)
        {
            case "sync":
                var sync = await new SyncEngine(used, TimeProvider.System).RunAsync(new(), spend, new Progress<SyncProgress>(), default);
                return new(sync.ExitCode, sync.Report.Status, sync.Report.Tokens.Billed ?? 0, sync.Report.Requests, sync.Report.Notes,
                    sync.Stopped);
            case "backfill":
                var backfill = await new BackfillEngine(used, TimeProvider.System).RunAsync(
                    new(9, TimeSpan.Zero, 9, []), spend, new Progress<BackfillProgress>(), default);
                return new(backfill.ExitCode, backfill.Report.Status, backfill.Report.Tokens.Billed ?? 0, backfill.Report.Requests,
                    backfill.Report.Notes, backfill.Stopped);
            case "reembed":
                var reembed = await new StoreReembed(used, workspace.SignatureOf(Generation.DefaultSpace), TimeProvider.System).RunAsync(
                    new(), spend, new Progress<ReembedProgress>(), default);
                return new(reembed.ExitCode, reembed.Report.Status, reembed.Report.Tokens.Billed ?? 0, reembed.Report.Requests,
                    reembed.Report.Notes, reembed.Stopped);
            default:
                var repair = await new RepairEngine(used, TimeProvider.System, new Progress<string>()).RunAsync(
                    new([], null, 9, 1, RepairRequest.DefaultGrace), spend, default);
                return new(repair.ExitCode, repair.Report.Status, repair.Report.Tokens?.Billed ?? 0, repair.Report.Requests,
                    repair.Report.Notes, repair.Stopped);
        }
    }

    private async Task<RunRecord> LastAsync()
    {
        await using var workspace = _world.Sync.Open();
        return (await workspace.Store.ReadRunsAsync(1, default)).Single();
    }
}

public sealed class SqliteReceiptTests : ReceiptTests
{
    private protected override StoreConfig Store(string folder) => SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db"));
}

public sealed class PostgresReceiptTests(PostgresFixture postgres) : ReceiptTests, IClassFixture<PostgresFixture>
{
    private readonly string _schema = "r" + Guid.NewGuid().ToString("N")[..8];

    private protected override StoreConfig Store(string folder) => PostgresStores.Of(postgres, _schema);
}
