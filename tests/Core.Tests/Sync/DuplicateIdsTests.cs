using EmbSync.Core.Model;
using EmbSync.Core.Sync;
using static EmbSync.Core.Tests.Sync.PlanningValues;

namespace EmbSync.Core.Tests.Sync;

public sealed class DuplicateIdsTests
{
    [Fact]
    public void Both_files_are_named_and_the_stored_row_stays()
    {
        var stored = Item("T-1", "one", path: "a.md");
        var survey = DuplicateIds.SetAside(Survey(unchanged: [stored], read: [Item("T-1", "two", path: "b.md"), Item("T-2", "three", path: "c.md")]));
        var plan = Plan([survey], embedded: [stored]);

        plan.Blocked.Select(problem => (problem.Code, problem.Path)).ShouldBe([(ProblemCodes.DuplicateId, "a.md"), (ProblemCodes.DuplicateId, "b.md")]);
        plan.Blocked[0].Message.ShouldContain("b.md");
        plan.Items.Select(item => item.Key.Id).ShouldBe(["T-2"]);
        plan.Deletions.ShouldBeEmpty();
    }

    [Fact]
    public void A_rename_is_no_duplicate()
    {
        var stored = Item("T-1", "one", path: "a.md");
        var survey = DuplicateIds.SetAside(Survey(stored: [stored], read: [Item("T-1", "one", path: "b.md")]));

        survey.Problems.ShouldBeEmpty();
        Plan([survey], embedded: [stored]).Items.Single().Change.ShouldBe(ItemChange.Metadata);
    }
}
