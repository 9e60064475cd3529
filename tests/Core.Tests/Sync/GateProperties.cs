using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;
using static EmbSync.Core.Tests.Sync.PlanningValues;

namespace EmbSync.Core.Tests.Sync;

/// <summary>What a run by itself may do, for any mix of new, changed, moved, lost and unchanged items.</summary>
public sealed class GateProperties(ITestOutputHelper output)
{
    private const int Seed = 20250211;

    [Fact]
    public void Every_item_is_done_or_named() => For((free, gated, _) =>
        gated.Items.Select(item => item.Key).Concat(gated.Held.Select(item => item.Key)).ShouldBe(
            free.Items.Select(item => item.Key), ignoreOrder: true));

    [Fact]
    public void Off_does_nothing() => For((_, gated, gate) =>
        (gate != AutoIndex.Off || (gated.IsEmpty && gated.Buy.Count == 0)).ShouldBeTrue());

    [Fact]
    public void On_create_buys_for_new_items_alone() => For((_, gated, gate) =>
    {
        if (gate == AutoIndex.OnCreate)
        {
            gated.Items.Where(item => item.Buy.Count > 0).ShouldAllBe(item => item.Change == ItemChange.New);
            gated.Held.ShouldAllBe(item => item.Change == ItemChange.Changed);
        }
    });

    [Fact]
    public void On_update_is_what_anybody_gets() => For((free, gated, gate) =>
        (gate != AutoIndex.OnUpdate
            || (gated.Held.Count == 0 && gated.Buy.SetEquals(free.Buy) && gated.Deletions.Count == free.Deletions.Count)).ShouldBeTrue());

    [Fact]
    public void Nothing_is_bought_that_a_run_without_a_gate_would_not_buy() =>
        For((free, gated, _) => gated.Buy.IsSubsetOf(free.Buy).ShouldBeTrue());

    private void For(Action<SyncPlan, SyncPlan, AutoIndex> holds)
    {
        output.WriteLine($"seed {Seed}");
        var cases = Gen.Choose(0, int.MaxValue - 1).SelectMany(
            _ => Gen.Elements(Enum.GetValues<AutoIndex>()), (seed, gate) => (seed, gate));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(Seed, 1), Prop.ForAll(cases.ToArbitrary(), given =>
        {
            var (survey, embedded) = Made(new Random(given.seed));
            holds(Plan([survey], embedded), Plan([survey], embedded, gate: given.gate), given.gate);
        }));
    }

    /// <summary>Texts come from few words, so that items share chunks.</summary>
    private static (SourceSurvey Survey, IReadOnlyList<Item> Embedded) Made(Random random)
    {
        var (read, stored) = (new List<Item>(), new List<Item>());
        for (var i = random.Next(12); i >= 0; i--)
        {
            string Words() => string.Join('|', Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"words {random.Next(8)}"));
            var (before, after) = (Item($"i{i}", Words()), Item($"i{i}", Words(), version: "git:2", metadata: random.Next(2) == 0 ? "{}" : """{"a":1}"""));
            read.AddRange(random.Next(6) == 0 ? [] : [after]);
            stored.AddRange(random.Next(3) == 0 ? [] : [before]);
        }

        return (PlanningValues.Survey(read, stored), stored);
    }
}
