using EmbSync.Core.Model;
using static EmbSync.Core.Tests.Sync.PlanningValues;

namespace EmbSync.Core.Tests.Sync;

public sealed class DeletionGuardTests
{
    private static Item[] Items(int count) => [.. Enumerable.Range(0, count).Select(i => Item($"i{i:000}", $"text {i}"))];

    [Theory]
    [InlineData(100, 20, false)]
    [InlineData(100, 21, true)]
    [InlineData(20, 10, false)]
    [InlineData(20, 11, true)]
    [InlineData(1000, 200, false)]
    [InlineData(1000, 201, true)]
    public void Refuses_above_the_larger_of_a_fifth_and_ten(int stored, int gone, bool refused)
    {
        var items = Items(stored);
        var plan = Plan([Survey(unchanged: items[gone..], stored: items[..gone])], embedded: items);

        plan.Violation.ShouldBeNull();
        plan.Deletions.Count.ShouldBe(refused ? 0 : gone);
        plan.Refused.Select(one => (one.Source, one.Items)).ShouldBe(refused ? [("docs", gone)] : []);
    }

    [Fact]
    public void Refuses_when_a_source_becomes_empty()
    {
        var items = Items(3);

        Plan([Survey(stored: items)], embedded: items).Refused.ShouldHaveSingleItem().Message.ShouldContain("had 3 items and is now empty");
    }

    [Fact]
    public void Refuses_when_a_source_is_no_longer_configured()
    {
        var items = Items(3);

        Plan([Survey(stored: items, configured: false)], embedded: items).Refused.ShouldHaveSingleItem().Message.ShouldContain(
            "no longer configured");
    }

    [Fact]
    public void An_explicit_limit_overrules_both_bounds()
    {
        var items = Items(30);

        Plan([Survey(stored: items)], embedded: items, request: new() { MaxDelete = new(null, 30) }).Deletions.Count.ShouldBe(30);
        Plan([Survey(stored: items)], embedded: items, request: new() { MaxDelete = new(null, 29) }).Refused.ShouldHaveSingleItem();
        Plan([Survey(stored: items)], embedded: items, request: new() { MaxDelete = new(1.0, null) }).Deletions.Count.ShouldBe(30);
    }

    [Fact]
    public void An_explicit_limit_can_be_tighter_than_the_default()
    {
        var items = Items(30);

        Plan([Survey(unchanged: items[5..], stored: items[..5])], embedded: items, request: new() { MaxDelete = new(null, 0) })
            .Refused.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_moved_item_does_not_count()
    {
        var before = Items(30);
        var after = before.Select(item => Item("moved/" + item.Key.Id, item.Chunks[0].Text)).ToArray();
        var plan = Plan([Survey(read: after, stored: before)], embedded: before);

        plan.Refused.ShouldBeEmpty();
        plan.Deletions.Count.ShouldBe(30);
        plan.Deletions.ShouldAllBe(deletion => deletion.Moved);
        plan.Buy.ShouldBeEmpty();
    }

    [Fact]
    public void A_copy_that_was_there_before_is_no_move()
    {
        var items = Enumerable.Range(0, 40).Select(i => Item($"i{i:00}", "the same text")).ToArray();

        Plan([Survey(read: items[..7], stored: items)], embedded: items, request: new() { All = true }).Refused.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_move_is_written_and_deleted_at_once()
    {
        var plan = Plan([Survey(read: [Item("b", "one|two")], stored: [Item("a", "one|two")])], embedded: [Item("a", "one|two")]);

        plan.Items.Single().Replaces.ShouldBe(new ItemKey("docs", "a"));
    }

    [Fact]
    public void An_item_of_which_a_part_reappears_has_not_moved()
    {
        var before = Enumerable.Range(0, 11).Select(i => Item($"i{i}", $"kept {i}|lost {i}")).ToArray();
        var after = before.Select((item, i) => Item($"n{i}", $"kept {i}")).ToArray();

        Plan([Survey(read: after, stored: before)], embedded: before).Refused.ShouldHaveSingleItem();
    }

    [Fact]
    public void What_moved_goes_on_beside_what_is_refused()
    {
        var before = Items(60);
        var moved = before[..40].Select(item => Item("moved/" + item.Key.Id, item.Chunks[0].Text)).ToArray();
        var plan = Plan([Survey(read: [.. moved, Item("new", "new text")], stored: before)], embedded: before);

        plan.Refused.Select(one => one.Items).ShouldBe([20]);
        plan.Deletions.Count.ShouldBe(40);
        plan.Deletions.ShouldAllBe(deletion => deletion.Moved);
        plan.Items.Count(item => item.Replaces is not null).ShouldBe(40);
        plan.Buy.ShouldBe([ContentHash.Of("new text")]);
    }

    [Fact]
    public void Each_source_is_bounded_by_itself()
    {
        var lost = Items(30);
        var kept = Enumerable.Range(0, 30).Select(i => Item($"k{i:00}", $"kept {i}", source: "tasks")).ToArray();
        var plan = Plan([Survey(stored: lost), Survey(unchanged: kept[1..], stored: kept[..1], source: "tasks")], embedded: lost.Concat(
            kept));

        plan.Refused.Select(one => one.Source).ShouldBe(["docs"]);
        plan.Deletions.Select(deletion => deletion.Key).ShouldBe([new("tasks", "k00")]);
    }

    [Fact]
    public void Where_only_deletions_are_asked_for_none_is_begun()
    {
        var lost = Items(30);
        var kept = Enumerable.Range(0, 30).Select(i => Item($"k{i:00}", $"kept {i}", source: "tasks")).ToArray();

        Plan([Survey(stored: lost), Survey(unchanged: kept[1..], stored: kept[..1], source: "tasks")], embedded: lost.Concat(kept),
            request: new() { DeletionsOnly = true })
            .Violation.ShouldNotBeNull().ShouldContain("'docs'");
    }

    [Fact]
    public void Nothing_is_deleted_while_a_blocked_file_may_be_the_item()
    {
        var items = Items(2);
        var problem = new ItemProblem(ProblemCodes.FrontMatterInvalid, "docs", "renamed.md", "renamed.md", 2, "broken");
        var plan = Plan([Survey(unchanged: [items[0]], stored: [items[1]], problems: [problem])], embedded: items);

        plan.Deletions.ShouldBeEmpty();
        plan.Sources.Single().Withheld.ShouldBe(1);
        plan.Sources.Single().Orphaned.ShouldBe(1);
    }

    [Fact]
    public void A_source_of_which_only_files_that_cannot_be_read_are_left_is_not_empty()
    {
        var items = Items(3);
        var problem = new ItemProblem(ProblemCodes.NotUtf8, "docs", "i002", "i002", null, "broken");
        var plan = Plan([Survey(stored: items, problems: [problem])], embedded: items);

        plan.Refused.ShouldBeEmpty();
        plan.Deletions.Select(deletion => deletion.Key.Id).ShouldBe(["i000", "i001"], ignoreOrder: true);
    }

    [Fact]
    public void A_blocked_file_keeps_its_own_row()
    {
        var items = Items(2);
        var problem = new ItemProblem(ProblemCodes.NotUtf8, "docs", "i001", "i001", null, "broken");
        var plan = Plan([Survey(unchanged: [items[0]], stored: [items[1]], problems: [problem])], embedded: items);

        plan.Deletions.ShouldBeEmpty();
        plan.Sources.Single().Orphaned.ShouldBe(0);
    }

    [Fact]
    public void Chosen_items_never_delete_others()
    {
        var items = Items(2);
        var plan = Plan([Survey(stored: items)], embedded: items, request: new() { Ids = ["i000"], KeepOrphans = true });

        plan.Deletions.ShouldBeEmpty();
        plan.Refused.ShouldBeEmpty();
    }
}
