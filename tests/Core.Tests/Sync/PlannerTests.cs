using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using static EmbSync.Core.Tests.Sync.PlanningValues;

namespace EmbSync.Core.Tests.Sync;

public sealed class PlannerTests
{
    [Fact]
    public void A_new_item_is_missing_and_its_chunks_are_bought()
    {
        var plan = Plan([Survey(read: [Item("a", "one|two")])]);

        plan.Items.Single().Change.ShouldBe(ItemChange.New);
        plan.Items.Single().State.ShouldBe(ItemState.Missing);
        plan.Buy.Count.ShouldBe(2);
        plan.Purchase.Tokens.ShouldBe(200);
    }

    [Fact]
    public void The_same_text_in_two_items_is_bought_once()
    {
        var plan = Plan([Survey(read: [Item("a", "one|two"), Item("b", "two|three")])]);

        plan.Buy.Count.ShouldBe(3);
        plan.ReusedChunks.ShouldBe(1);
        plan.Items.Sum(item => item.Buy.Count).ShouldBe(3);
    }

    [Fact]
    public void A_vector_in_the_generation_is_reused_under_any_key()
    {
        var plan = Plan([Survey(read: [Item("new", "one|two")])], embedded: [Item("old", "one|two")]);

        plan.Buy.ShouldBeEmpty();
        plan.Purchase.Cost.ShouldBe(0m);
        plan.ReusedChunks.ShouldBe(2);
        plan.Items.Single().Change.ShouldBe(ItemChange.New);
    }

    [Fact]
    public void Other_text_is_stale_by_content()
    {
        var before = Item("a", "one");
        var plan = Plan([Survey(read: [Item("a", "two", version: "git:2")], stored: [before])], embedded: [before]);

        var item = plan.Items.Single();
        item.State.ShouldBe(ItemState.Stale);
        item.Reasons.ShouldBe(StaleReasons.Content);
        item.Change.ShouldBe(ItemChange.Changed);
    }

    [Fact]
    public void Other_text_of_the_same_version_is_stale_by_pipeline()
    {
        var before = Item("a", "one") with { Pipeline = "markdown/0:old" };
        var plan = Plan([Survey(read: [Item("a", "one|more")], stored: [before])], embedded: [before]);

        plan.Items.Single().Reasons.ShouldBe(StaleReasons.Pipeline);
    }

    [Fact]
    public void Metadata_alone_buys_nothing_and_stays_current()
    {
        var before = Item("a", "one");
        var plan = Plan([Survey(read: [Item("a", "one", version: "git:2", metadata: """{"status":"done"}""")], stored: [before])], embedded: [before]);

        plan.Items.Single().Change.ShouldBe(ItemChange.Metadata);
        plan.Items.Single().State.ShouldBe(ItemState.Current);
        plan.Buy.ShouldBeEmpty();
        plan.Sources.Single().Metadata.ShouldBe(1);
        plan.Sources.Single().Current.ShouldBe(1);
    }

    [Fact]
    public void An_item_read_for_nothing_is_left_alone()
    {
        var before = Item("a", "one");
        var plan = Plan([Survey(read: [before], stored: [before])], embedded: [before]);

        plan.IsEmpty.ShouldBeTrue();
        plan.Unchanged.ShouldBe(1);
    }

    [Fact]
    public void A_lost_vector_makes_the_item_missing()
    {
        var before = Item("a", "one|two");
        var plan = Plan([Survey(read: [before], stored: [before])], embedded: [Item("b", "one")]);

        plan.Items.Single().State.ShouldBe(ItemState.Missing);
        plan.Buy.ShouldBe([ContentHash.Of("two")]);
    }

    [Theory]
    [InlineData("lexical-v0", 64, StaleReasons.Model)]
    [InlineData("lexical-v1", 32, StaleReasons.Dimension)]
    [InlineData("lexical-v0", 32, StaleReasons.Model | StaleReasons.Dimension)]
    public void Another_model_or_dimension_makes_all_stale(string model, int dimension, StaleReasons reasons)
    {
        var before = Item("a", "one");
        var plan = Plan([Survey(read: [before], stored: [before])], target: Target(
            Signature with { Model = model, Dimension = dimension }));

        plan.Items.Single().Reasons.ShouldBe(reasons);
        plan.Buy.Count.ShouldBe(1);
        plan.Violation.ShouldBeNull();
    }

    [Fact]
    public void Another_model_for_many_items_asks_first()
    {
        var many = Enumerable.Range(0, 1001).Select(i => Item($"i{i}", $"text {i}")).ToList();
        var target = Target(Signature with { Model = "other" });

        Plan([Survey(read: many, stored: many)], target: target).Violation.ShouldNotBeNull().ShouldContain(
            "1,001 items would be embedded again");
        Plan([Survey(read: many, stored: many)], target: target, request: new() { All = true }).Violation.ShouldBeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void Another_model_or_another_space_asks_first_above_the_bound_and_not_at_it(int bound)
    {
        var other = Target(Signature with { Model = "other" });
        foreach (var target in new[] { other, Target() with { Active = null, IsAdded = true } })
        {
            Planned(target, bound).Violation.ShouldBeNull();
            Planned(target, bound + 1).Violation.ShouldNotBeNull().ShouldContain(
                bound == 0 ? "1 item would be embedded" : $"{bound + 1:N0} items would be embedded");
        }

        SyncPlan Planned(GenerationTarget target, int items)
        {
            var many = Enumerable.Range(0, items).Select(i => Item($"i{i}", $"text {i}")).ToList();
            return Planner.Plan(new(new(), [new(target, new HashSet<ContentHash>(), Paid)], [Survey(read: many, stored: many)], Limits with
                { OnModelChange = bound }));
        }
    }

    [Fact]
    public void Reindex_buys_what_is_there()
    {
        var before = Item("a", "one|two");
        var plan = Plan([Survey(read: [before], stored: [before])], embedded: [before], request: new() { Reindex = true });

        plan.Buy.Count.ShouldBe(2);
        plan.Items.Single().Change.ShouldBe(ItemChange.Changed);
    }

    [Fact]
    public void The_limit_counts_only_items_that_need_vectors()
    {
        var meta = Item("m", "one");
        var plan = Plan(
            [Survey(read: [Item("a", "x"), Item("b", "y"), Item("c", "z"), Item("m", "one", version: "git:2", metadata: """{"k":1}""")], stored: [meta])],
            embedded: [meta], request: new() { Limit = 2 });

        plan.Items.Select(item => item.Key.Id).ShouldBe(["a", "b", "m"]);
        plan.CutOff.ShouldBe(1);
        plan.Unchanged.ShouldBe(0);
    }

    [Fact]
    public void Renames_do_not_use_up_the_limit()
    {
        var before = Enumerable.Range(0, 5).Select(i => Item($"old{i}", $"text {i}")).ToArray();
        var after = before.Select((item, i) => Item($"new{i}", $"text {i}"));
        var plan = Plan([Survey(read: [.. after, Item("x", "bought"), Item("y", "left")], stored: before)], embedded: before,
            request: new() { Limit = 1 });

        plan.Items.Count.ShouldBe(6);
        plan.CutOff.ShouldBe(1);
        plan.Violation.ShouldBeNull();
    }

    [Theory]
    [InlineData(AutoIndex.Off, 0)]
    [InlineData(AutoIndex.OnCreate, 2)]
    [InlineData(AutoIndex.OnUpdate, 3)]
    public void A_run_by_itself_embeds_what_the_setting_lets_it(AutoIndex gate, int planned)
    {
        var before = Item("changed", "before");
        var meta = Item("meta", "same");
        var plan = Plan(
            [Survey(read: [Item("new", "1"), Item("changed", "after", version: "git:2"), Item("meta", "same", version: "git:2", metadata: """{"a":1}""")], stored: [before, meta])],
            embedded: [before, meta], gate: gate);

        plan.Items.Count.ShouldBe(planned);
        plan.CutOff.ShouldBe(3 - planned);
        plan.Held.Count.ShouldBe(3 - planned);
    }

    [Fact]
    public void A_run_by_itself_names_what_it_leaves_but_not_what_a_limit_leaves()
    {
        var before = Item("changed", "before");
        var plan = Plan(
            [Survey(read: [Item("b", "1"), Item("a", "2"), Item("changed", "after", version: "git:2")], stored: [before])],
            embedded: [before], request: new() { Limit = 1, Automatic = true }, gate: AutoIndex.OnCreate);

        plan.Held.ShouldBe([new(new("docs", "changed"), "changed", ItemChange.Changed)]);
        plan.CutOff.ShouldBe(2);
    }

    [Fact]
    public void Lost_chunk_rows_are_written_again_for_nothing()
    {
        var before = Item("a", "one");
        var survey = Survey(read: [before], stored: [before]) with { Incomplete = new HashSet<string> { "a" } };
        var plan = Plan([survey], embedded: [before]);

        plan.Items.Single().State.ShouldBe(ItemState.Missing);
        plan.Buy.ShouldBeEmpty();
    }

    [Fact]
    public void Work_is_done_by_priority_then_by_age_then_by_name()
    {
        var plan = Plan([Survey(read:
        [
            Item("b", "1"), Item("a", "2"), Item("urgent", "3", priority: 3),
            Item("new", "4") with { UpdatedAt = DateTimeOffset.UnixEpoch.AddDays(2) }, Item("old", "5") with
            { UpdatedAt = DateTimeOffset.UnixEpoch.AddDays(1) },
        ])]);

        plan.Items.Select(item => item.Key.Id).ShouldBe(["urgent", "new", "old", "a", "b"]);
    }

    [Fact]
    public void Counts_of_a_source_add_up()
    {
        var (current, stale, gone) = (Item("current", "1"), Item("stale", "2"), Item("gone", "3"));
        var problem = new ItemProblem(ProblemCodes.NotUtf8, "docs", "bad.md", "bad.md", null, "not UTF-8");
        var plan = Plan(
            [Survey(read: [Item("new", "4"), Item("stale", "5", version: "git:2")], stored: [stale, gone], unchanged: [current],
            problems: [problem])],
            embedded: [current, stale, gone]);

        var source = plan.Sources.Single();
        (source.Current + source.Missing + source.Stale + source.Blocked).ShouldBe(source.Total);
        (source.Total, source.Current, source.Missing, source.Stale, source.Blocked, source.Orphaned).ShouldBe((4, 1, 1, 1, 1, 1));
        plan.Drift.Select(drift => (drift.Id, drift.State)).ShouldBe(
            [("bad.md", ItemState.Blocked), ("gone", ItemState.Orphaned), ("new", ItemState.Missing), ("stale", ItemState.Stale)]);
    }
}
