using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using EmbSync.Tests;
using static EmbSync.Core.Tests.Storage.Samples;

namespace EmbSync.Core.Tests.Storage;

/// <summary>Filling a generation beside the writer.</summary>
public abstract class StoreBuildContract : StoreSearchContract
{
    private static readonly EmbeddingSignature Other = Signature with { Model = "lexical-v2" };
    private static readonly TimeSpan Lease = TimeSpan.FromHours(1);

    private async Task<int> FillAsync(params string[] texts)
    {
        await using var writer = await Store.BeginWriteAsync(Project, CancellationToken.None);
        var active = await writer.OpenGenerationAsync("default", Signature, CancellationToken.None);
        await writer.ActivateAsync(active.Id, CancellationToken.None);
        await writer.CommitAsync(
            Batch(active.Id, [.. texts.Select(text => Vector(text, 1, 0, 0, 0))],
            [.. texts.Select(text => Item("item of " + text, text))]), CancellationToken.None);
        return active.Id;
    }

    private async Task<IGenerationBuild> BuildAsync(EmbeddingSignature? signature = null, string space = "default")
    {
        await using var writer = await Store.BeginWriteAsync(Project, CancellationToken.None);
        return await writer.BeginBuildAsync(space, signature ?? Other, CancellationToken.None);
    }

    [Fact]
    public async Task A_build_takes_what_is_missing_and_each_chunk_goes_to_one_of_two()
    {
        var active = await FillAsync("one", "two", "three");
        await using var first = await BuildAsync();
        await using var second = await BuildAsync();
        first.Generation.Id.ShouldBe(second.Generation.Id);
        (await Store.ReadBacklogAsync(first.Generation.Id, active, CancellationToken.None)).ShouldBe(
            new Backlog(3, 3, 3 * Vector("one", 1, 0, 0, 0).Tokens, 0));

        (await first.EnqueueAsync(CancellationToken.None)).ShouldBe(3);
        (await second.EnqueueAsync(CancellationToken.None)).ShouldBe(3);
        var mine = await first.ClaimAsync(2, Lease, CancellationToken.None);
        var theirs = await second.ClaimAsync(10, Lease, CancellationToken.None);
        (mine.Count, theirs.Count).ShouldBe((2, 1));
        mine.Concat(theirs).Select(chunk => chunk.Text).ShouldBe(["one", "two", "three"], ignoreOrder: true);
        mine.Concat(theirs).ShouldAllBe(
            chunk => chunk.Key == new ItemKey("docs", "item of " + chunk.Text) && chunk.Hash == ContentHash.Of(chunk.Text!));

        await first.CompleteAsync([.. mine.Select(chunk => Vector(chunk.Text!, 0, 1, 0, 0))], CancellationToken.None);
        (await Store.ReadBacklogAsync(first.Generation.Id, null, CancellationToken.None)).Missing.ShouldBe(1);
        (await first.EnqueueAsync(CancellationToken.None)).ShouldBe(1);
        (await first.ClaimAsync(10, Lease, CancellationToken.None)).ShouldBeEmpty();
        (await Store.ReadHeadAsync(CancellationToken.None)).Active("default")!.Id.ShouldBe(active);
    }

    [Fact]
    public async Task Texts_that_are_offered_wait_in_order_until_they_have_a_vector_or_are_withdrawn()
    {
        var active = await FillAsync("one", "two");
        await using var build = await BuildAsync(Signature);
        build.Generation.Id.ShouldBe(active);
        ClaimedChunk Offer(string text) => new(ContentHash.Of(text), text, new("docs", "item of " + text));

        await build.OfferAsync([Offer("five"), Offer("one"), Offer("three")], false, CancellationToken.None);
        (await Store.ReadQueueAsync(active, CancellationToken.None)).ShouldBe(new QueueState(2, 0, false));
        await build.OfferAsync([Offer("three"), Offer("four")], true, CancellationToken.None);

        (await Store.ReadQueueAsync(active, CancellationToken.None)).ShouldBe(new QueueState(3, 0, true));
        var claimed = await build.ClaimAsync(2, Lease, CancellationToken.None);
        claimed.ShouldBe([Offer("five"), Offer("three")]);
        (await Store.ReadQueueAsync(active, CancellationToken.None)).ShouldBe(new QueueState(1, 2, true));
        (await build.EnqueueAsync(CancellationToken.None)).ShouldBe(3, "what is offered has no item yet, and stays");
        await build.CompleteAsync([Vector("five", 0, 1, 0, 0)], CancellationToken.None);
        await build.WithdrawAsync(CancellationToken.None);
        (await Store.ReadQueueAsync(active, CancellationToken.None)).ShouldBe(new QueueState(0, 1, true), "somebody embeds the third now");
        await build.ReleaseAsync([ContentHash.Of("three")], CancellationToken.None);
        await build.WithdrawAsync(CancellationToken.None);
        await build.TryOwnAsync(TimeSpan.Zero, CancellationToken.None);
        (await Store.ReadQueueAsync(active, CancellationToken.None)).ShouldBe(QueueState.Empty);
    }

    [Fact]
    public async Task A_lease_that_is_given_back_or_runs_out_goes_to_another()
    {
        await FillAsync("one", "two");
        await using var first = await BuildAsync();
        await using var second = await BuildAsync();
        await first.EnqueueAsync(CancellationToken.None);
        var mine = await first.ClaimAsync(10, Lease, CancellationToken.None);
        (await second.ClaimAsync(10, Lease, CancellationToken.None)).ShouldBeEmpty();
        await first.ReleaseAsync([.. mine.Select(chunk => chunk.Hash)], CancellationToken.None);

        (await second.ClaimAsync(10, TimeSpan.Zero, CancellationToken.None)).Count.ShouldBe(2);
        Advance(TimeSpan.FromSeconds(1));
        (await first.ClaimAsync(10, Lease, CancellationToken.None)).Count.ShouldBe(2);

        // The one that slept brings what it paid for; it is the same vector, and taken once.
        await second.CompleteAsync([Vector("one", 0, 1, 0, 0)], CancellationToken.None);
        await first.CompleteAsync([Vector("one", 0, 1, 0, 0), Vector("two", 0, 0, 1, 0)], CancellationToken.None);
        (await Store.ReadBacklogAsync(first.Generation.Id, null, CancellationToken.None)).Missing.ShouldBe(0);
        (await first.EnqueueAsync(CancellationToken.None)).ShouldBe(0);
    }

    [Fact]
    public async Task Chunks_that_come_and_go_meanwhile_come_into_the_queue_and_leave_it()
    {
        var active = await FillAsync("one", "two");
        await using var build = await BuildAsync();
        (await build.EnqueueAsync(CancellationToken.None)).ShouldBe(2);
        await using (var writer = await Store.BeginWriteAsync(Project, CancellationToken.None))
        {
            (await writer.OpenGenerationAsync("default", Signature, CancellationToken.None)).State.ShouldBe(GenerationState.Active);
            await writer.CommitAsync(Batch(active, [Vector("new", 1, 0, 0, 0)], [Item("new", "new", "two")], [new("docs", "item of one")]),
                CancellationToken.None);
        }

        (await build.EnqueueAsync(CancellationToken.None)).ShouldBe(2);
        (await build.ClaimAsync(10, Lease, CancellationToken.None)).Select(chunk => chunk.Text).ShouldBe(["new", "two"], ignoreOrder: true);
    }

    [Fact]
    public async Task While_one_is_built_no_writer_opens_it_or_another_in_its_space()
    {
        await FillAsync("one");
        await using (await BuildAsync())
        {
            await using var writer = await Store.BeginWriteAsync(Project, CancellationToken.None);
            (await Should.ThrowAsync<LockedException>(async () => await writer.OpenGenerationAsync("default", Other,
                CancellationToken.None))).Message.ShouldContain("builds a generation of space 'default'");
            await Should.ThrowAsync<LockedException>(
                async () => await writer.OpenGenerationAsync("default", Other with { Dimension = 8 }, CancellationToken.None));
            await Should.ThrowAsync<LockedException>(
                async () => await writer.BeginBuildAsync("default", Other with { Dimension = 8 }, CancellationToken.None));
            (await writer.OpenGenerationAsync("elsewhere", Other, CancellationToken.None)).State.ShouldBe(GenerationState.Building);
        }

        await using var later = await Store.BeginWriteAsync(Project, CancellationToken.None);
        (await later.OpenGenerationAsync("default", Other, CancellationToken.None)).State.ShouldBe(GenerationState.Building);
    }

    [Fact]
    public async Task The_last_one_owns_the_build()
    {
        await FillAsync("one");
        await using var first = await BuildAsync();
        await using (await BuildAsync())
        {
            (await first.TryOwnAsync(TimeSpan.Zero, CancellationToken.None)).ShouldBe(BuildShare.Shared);
            await first.EnqueueAsync(CancellationToken.None);
        }

        await using var third = await BuildAsync();
        await first.DisposeAsync();
        (await third.TryOwnAsync(TimeSpan.Zero, CancellationToken.None)).ShouldBe(BuildShare.Alone);
        await using var writer = await Store.BeginWriteAsync(Project, CancellationToken.None);
        await Should.ThrowAsync<LockedException>(async () => await writer.OpenGenerationAsync("default", Other, CancellationToken.None));
        await writer.ActivateAsync(third.Generation.Id, pin: true, CancellationToken.None);
    }

    [Fact]
    [Fault(58, "a lease made before the clock was set back", On = [Touched.Sqlite, Touched.Memory])]
    public async Task A_clock_that_is_set_back_holds_up_no_lease()
    {
        await FillAsync("one");
        await using var first = await BuildAsync();
        await using var second = await BuildAsync();
        await first.EnqueueAsync(CancellationToken.None);
        await first.ClaimAsync(1, Lease, CancellationToken.None);
        Advance(TimeSpan.FromDays(-1));

        // PostgreSQL goes by its own clock, which this one doesn't touch.
        (await second.ClaimAsync(1, Lease, CancellationToken.None)).Count.ShouldBe(
            Store.Description.StartsWith("postgres", StringComparison.Ordinal) ? 0 : 1);
    }

    [Fact]
    public async Task Leases_of_processes_that_are_gone_end_with_them()
    {
        await FillAsync("one", "two");
        var gone = await BuildAsync();
        await gone.EnqueueAsync(CancellationToken.None);
        await gone.ClaimAsync(1, Lease, CancellationToken.None);
        await gone.DisposeAsync();

        await using var first = await BuildAsync();
        (await first.ClaimAsync(10, Lease, CancellationToken.None)).Count.ShouldBe(2);
        var second = await BuildAsync();
        await first.EnqueueAsync(CancellationToken.None);
        (await second.ClaimAsync(10, Lease, CancellationToken.None)).Count.ShouldBe(0);
        await second.DisposeAsync();
        (await first.TryOwnAsync(TimeSpan.Zero, CancellationToken.None)).ShouldBe(BuildShare.Alone);
        await first.EnqueueAsync(CancellationToken.None);
        (await first.ClaimAsync(10, Lease, CancellationToken.None)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_generation_that_retired_takes_no_more_vectors()
    {
        await FillAsync("one");
        await using var build = await BuildAsync();
        await using var writer = await Store.BeginWriteAsync(Project, CancellationToken.None);
        await writer.ActivateAsync(build.Generation.Id, CancellationToken.None);
        await writer.ActivateAsync(1, CancellationToken.None);
        (await Should.ThrowAsync<StoreException>(async () =>
            await build.CompleteAsync([Vector("one", 0, 1, 0, 0)], CancellationToken.None))).Message.ShouldContain("no longer being built");
        (await Store.ReadExistingAsync(build.Generation.Id, [ContentHash.Of("one")], CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_vector_that_does_not_fit_is_refused_whole()
    {
        await FillAsync("one", "two");
        await using var build = await BuildAsync();
        await Should.ThrowAsync<StoreException>(
            async () => await build.CompleteAsync([Vector("one", 0, 1, 0, 0), Vector("two", 1, 0)], CancellationToken.None));
        (await Store.ReadBacklogAsync(build.Generation.Id, null, CancellationToken.None)).Missing.ShouldBe(2);
    }

    [Fact]
    public async Task Receipts_of_a_build_and_of_a_writer_leave_each_other_alone()
    {
        await FillAsync("one");
        var build = await BuildAsync();
        var id = await build.BeginRunAsync(
            Run with { Command = BuildRuns.CommandOf("default"), Status = RunRecord.Running }, CancellationToken.None);
        await using (var writer = await Store.BeginWriteAsync(Project, CancellationToken.None))
        {
            await writer.BeginRunAsync(Run with { Status = RunRecord.Running }, CancellationToken.None);
        }

        (await StatusesAsync()).ShouldBe([RunRecord.Running, RunRecord.Running]);
        await build.UpdateRunAsync(Run with { Id = id, Command = BuildRuns.CommandOf("default"), Status = "done" }, CancellationToken.None);
        (await StatusesAsync()).ShouldBe([RunRecord.Running, "done"]);

        await build.BeginRunAsync(
            Run with { Command = BuildRuns.CommandOf("default"), Status = RunRecord.Running }, CancellationToken.None);
        await build.DisposeAsync();
        await using var next = await BuildAsync();
        (await StatusesAsync())[0].ShouldBe(RunRecord.Abandoned);

        async Task<List<string>> StatusesAsync() => [.. (await Store.ReadRunsAsync(10, CancellationToken.None)).Select(run => run.Status)];
    }

    [Fact]
    public async Task Nothing_lacks_anything_in_an_empty_store() =>
        (await Store.ReadBacklogAsync(null, null, CancellationToken.None)).ShouldBe(Backlog.None);

    [Fact]
    public async Task Without_kept_text_a_claim_names_the_item_to_read()
    {
        await using var bare = await OpenAsync(VectorType.HalfVec, keepText: false);
        await using var writer = await bare.BeginWriteAsync(Project, CancellationToken.None);
        await writer.CommitAsync(Batch(0, items: [Item("a", "one")]), CancellationToken.None);
        await using var build = await writer.BeginBuildAsync("default", Other, CancellationToken.None);
        await build.EnqueueAsync(CancellationToken.None);
        (await build.ClaimAsync(10, Lease, CancellationToken.None)).ShouldBe(
            [new ClaimedChunk(ContentHash.Of("one"), null, new("docs", "a"))]);
        (await bare.ReadBacklogAsync(build.Generation.Id, null, CancellationToken.None)).WithoutText.ShouldBe(1);
    }
}
