using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using static EmbSync.Core.Tests.Storage.Samples;

namespace EmbSync.Core.Tests.Storage;

/// <summary>What every store does alike. Each kind of store derives a class that opens a fresh one.</summary>
public abstract partial class StoreContract : IAsyncLifetime
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

        (await Store.ReadRunsAsync(10, CancellationToken.None)).Select(run => run.Status).ShouldBe(
            [RunRecord.Running, RunRecord.Abandoned]);
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
        var refusal = await Should.ThrowAsync<StoreRefusedException>(
            async () => await Store.BeginWriteAsync("beta", CancellationToken.None));
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
            var refusal = await Should.ThrowAsync<LockedException>(
                async () => await Store.BeginWriteAsync(Project, CancellationToken.None));
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

        await Should.ThrowAsync<LockedException>(
            async () => await writer.CommitAsync(Batch(generation, items: [Item("a", "x")]), CancellationToken.None));
        (await Store.ItemsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_revision_grows_with_what_really_changes()
    {
        var generation = await FillAsync([Vector("one", 1, 0, 0, 0)], Item("a", "one"));
        var start = await Store.RevisionAsync();
        var (writer, _) = await BeginAsync();
        await using (writer)
        {
            await writer.CommitAsync(
                Batch(generation, [Vector("one", 1, 0, 0, 0)], [Item("a", "one")], [new("docs", "b")]), CancellationToken.None);
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

        (await Store.ReadHeadAsync(CancellationToken.None)).Sources.Values.ShouldBe(
            [new("docs", null, "p2"), new("rows", null, "p1")], ignoreOrder: true);
    }

    [Fact]
    public async Task Receipts_are_opened_updated_and_listed_newest_first()
    {
        await using var writer = await Store.BeginWriteAsync(Project, CancellationToken.None);
        var first = await writer.BeginRunAsync(Run, CancellationToken.None);
        var second = await writer.BeginRunAsync(Run with { Command = "reembed", Cost = null, Commit = null }, CancellationToken.None);
        var done = Run with
        {
            Id = first, Status = "failed", ItemsProcessed = 10, Error = "provider refused", CompletedAt = Noon.AddSeconds(1.5),
                Cost = 1.10m,
            Details = """{"b": 1, "a": [1, 2]}""",
        };
        await writer.UpdateRunAsync(done, CancellationToken.None);

        (await Store.ReadRunsAsync(10, CancellationToken.None)).ShouldBe(
            [Run with { Id = second, Command = "reembed", Cost = null, Commit = null }, done]);
        (await Store.ReadRunsAsync(1, CancellationToken.None)).Single().Id.ShouldBe(second);
        await Should.ThrowAsync<StoreException>(async () => await writer.UpdateRunAsync(Run with { Id = 99 }, CancellationToken.None));
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
