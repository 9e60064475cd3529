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

        (plan.Violation is not null).ShouldBe(refused);
        plan.Deletions.Count.ShouldBe(gone);
    }

    [Fact]
    public void Refuses_when_a_source_becomes_empty()
    {
        var items = Items(3);

        Plan([Survey(stored: items)], embedded: items).Violation.ShouldNotBeNull().ShouldContain("had 3 items and is now empty");
    }

    [Fact]
    public void Refuses_when_a_source_is_no_longer_configured()
    {
        var items = Items(3);

        Plan([Survey(stored: items, configured: false)], embedded: items).Violation.ShouldNotBeNull().ShouldContain("no longer configured");
    }

    [Fact]
    public void An_explicit_limit_overrules_both_bounds()
    {
        var items = Items(30);

        Plan([Survey(stored: items)], embedded: items, request: new() { MaxDelete = new(null, 30) }).Violation.ShouldBeNull();
        Plan([Survey(stored: items)], embedded: items, request: new() { MaxDelete = new(null, 29) }).Violation.ShouldNotBeNull();
        Plan([Survey(stored: items)], embedded: items, request: new() { MaxDelete = new(1.0, null) }).Violation.ShouldBeNull();
    }

    [Fact]
    public void An_explicit_limit_can_be_tighter_than_the_default()
    {
        var items = Items(30);

        Plan([Survey(unchanged: items[5..], stored: items[..5])], embedded: items, request: new() { MaxDelete = new(null, 0) }).Violation.ShouldNotBeNull();
    }

    [Fact]
    public void A_moved_item_does_not_count()
    {
        var before = Items(30);
        var after = before.Select(item => Item("moved/" + item.Key.Id, item.Chunks[0].Text)).ToArray();
        var plan = Plan([Survey(read: after, stored: before)], embedded: before);

        plan.Violation.ShouldBeNull();
        plan.Deletions.Count.ShouldBe(30);
        plan.Deletions.ShouldAllBe(deletion => deletion.Moved);
        plan.Buy.ShouldBeEmpty();
    }

    [Fact]
    public void A_copy_that_was_there_before_is_no_move()
    {
        var items = Enumerable.Range(0, 40).Select(i => Item($"i{i:00}", "the same text")).ToArray();

        Plan([Survey(read: items[..7], stored: items)], embedded: items, request: new() { All = true }).Violation.ShouldNotBeNull();
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

        Plan([Survey(read: after, stored: before)], embedded: before).Violation.ShouldNotBeNull();
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
        plan.Violation.ShouldBeNull();
    }
}
