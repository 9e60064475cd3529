using EmbSync.Core.Model;

namespace EmbSync.Core.Tests.Sync;

/// <summary>No text is bought twice, and no budget overspent by more than what is under way.</summary>
public abstract partial class InvariantTests
{
    [Fact]
    public async Task Money_no_text_is_bought_twice_whatever_happens_to_its_file()
    {
        Tasks(10);
        _repository.Commit();
        using var world = World();
        await world.SyncAsync();
        var bought = _server.Inputs;

        _repository.Move("tasks/t0.md", "tasks/deep/renamed.md");
        _repository.Write("tasks/copy.md", File.ReadAllText(_repository.Full("tasks/t1.md")).Replace(
            "T-1", "T-copy", StringComparison.Ordinal));
        _repository.Write("tasks/t2.md", File.ReadAllText(_repository.Full("tasks/t2.md")).Replace(
            "status: open", "status: done", StringComparison.Ordinal));
        _repository.Write("tasks/t3.md", File.ReadAllText(_repository.Full("tasks/t3.md")).ReplaceLineEndings("\r\n"));
        await world.SyncAsync();
        _server.Inputs.ShouldBe(bought, "rename, copy, metadata and line ends are free");

        var before = File.ReadAllText(_repository.Full("tasks/t4.md"));
        _repository.Write("tasks/t4.md", before + "\nMore to do.\n");
        await world.SyncAsync();
        _repository.Write("tasks/t4.md", before);
        await world.SyncAsync();
        _repository.Delete("tasks/t5.md");
        await world.SyncAsync();
        _repository.Git("checkout", "--", "tasks/t5.md");
        var again = await world.SyncAsync();

        again.Report.Chunks.Embedded.ShouldBe(0, "what comes back is reused");
        _server.BoughtTwice.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_budget_stops_before_it_is_overspent()
    {
        Tasks(40);
        _repository.Commit();
        using var world = World(batch: 2);
        var needed = (await world.DryRunAsync()).Tokens.Estimated;
        world.Configure = config => config with { Limits = config.Limits with { MaxTokens = needed / 2 } };

        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Guard);
        _server.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task Two_at_once_one_leaves_and_nothing_is_bought_twice()
    {
        Tasks(40);
        _repository.Commit();
        _server.Latency = TimeSpan.FromMilliseconds(100);
        using var one = World(batch: 8);
        using var other = World(batch: 8);

        var outcomes = await Task.WhenAll(new[] { one, other }.Select(async world =>
        {
            try
            {
                return (await world.SyncAsync()).ExitCode;
            }
            catch (LockedException exception)
            {
                return exception.ExitCode;
            }
        }));

        outcomes.ShouldContain(ExitCode.Done);
        outcomes.ShouldBeSubsetOf([ExitCode.Done, ExitCode.Locked]);
        _server.BoughtTwice.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_bill_above_the_estimate_stops_the_run()
    {
        Tasks(60);
        _repository.Commit();
        using var world = World(batch: 2);
        var needed = (await world.DryRunAsync()).Tokens.Estimated;
        world.Configure = config => config with { Limits = config.Limits with { MaxTokens = needed + 10 } };
        _server.BilledTimes = 4;

        var result = await world.SyncAsync();

        result.ExitCode.ShouldBe(ExitCode.Guard);
        result.Report.Status.ShouldBe("stopped");
        result.Report.Tokens.Billed.ShouldNotBeNull().ShouldBeLessThan(needed * 4);
        result.Report.Remaining.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_budget_is_never_overspent_by_more_than_what_is_under_way(int billedTimes)
    {
        Tasks(40);
        _repository.Commit();
        _server.BilledTimes = billedTimes;
        using var world = World(batch: 2);
        var each = (await world.DryRunAsync()).Tokens.Estimated / 40;
        for (var budget = 5 * each; (await world.DryRunAsync()).Chunks.Embedded > 0; budget += 7 * each)
        {
            var before = _server.Tokens * billedTimes;
            world.Configure = config => config with { Limits = config.Limits with { MaxTokens = budget } };
            var result = await world.SyncAsync();
            var spent = _server.Tokens * billedTimes - before;

            // Two requests at once of two texts each, and as many that wait for a free place.
            spent.ShouldBeLessThanOrEqualTo(budget + (2 * 2 * 2 * (each + 3) * billedTimes));
            result.ExitCode.ShouldBeOneOf(ExitCode.Guard, ExitCode.Done);
        }

        world.Configure = config => config;
        _server.BoughtTwice.ShouldBeEmpty();
        (await world.ContentsAsync()).ShouldBe(await world.CleanContentsAsync());
    }

    [Fact]
    public async Task The_second_estimate_learns_from_the_first_bill()
    {
        Tasks(20);
        _repository.Commit();
        _server.BilledTimes = 2;
        using var world = World();
        var first = await world.SyncAsync();
        for (var i = 0; i < 20; i++)
        {
            _repository.Write($"tasks/t{i}.md", $"---\nid: T-{i}\ntitle: Task {i}\nstatus: open\n---\n\n# Task {i}\n\nWhat is to be done is another body now, number {i}.\n");
        }

        var dry = await world.DryRunAsync();
        var second = await world.SyncAsync();

        first.Report.Tokens.CalibratedBy.ShouldBe(0);
        dry.Tokens.CalibratedBy.ShouldBe(1);
        second.Report.Tokens.Billed.ShouldNotBeNull();
        ((double)dry.Tokens.Estimated).ShouldBe(second.Report.Tokens.Billed.Value, second.Report.Tokens.Billed.Value * 0.15);
    }
}
