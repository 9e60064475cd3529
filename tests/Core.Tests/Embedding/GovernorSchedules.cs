using System.Globalization;
using EmbSync.Core.Model;
using EmbSync.Tests;
using Xunit.Abstractions;

namespace EmbSync.Core.Tests.Embedding;

/// <summary>
/// Random faults at random times, over real HTTP: what must hold whatever a provider does. How many and from which seed can be set:
/// <c>EMBSYNC_FAULT_SCHEDULES</c>, <c>EMBSYNC_FAULT_SEED</c>.
/// </summary>
public class GovernorSchedules(ITestOutputHelper output)
{
    private const int Schedules = 200;

    [Fact]
    public async Task Answer_every_text_once_and_buy_it_once()
    {
        var seed = Setting("EMBSYNC_FAULT_SEED", Environment.TickCount & 0xFFFFFF);
        var count = Setting("EMBSYNC_FAULT_SCHEDULES", Schedules);
        output.WriteLine($"seed {seed}");
        await using var server = await FakeEmbeddingServer.StartAsync();
        for (var number = 0; number < count; number++)
        {
            await RunScheduleAsync(server, seed + number);
        }
    }

    private static async Task RunScheduleAsync(FakeEmbeddingServer server, int seed)
    {
        var random = new Random(seed);
        var label = $"EMBSYNC_FAULT_SEED={seed} EMBSYNC_FAULT_SCHEDULES=1";
        var inputs = GovernedServer.Inputs(random.Next(1, 120), label + " text").ToList();
        foreach (var index in Enumerable.Range(0, inputs.Count).Where(_ => random.Next(40) == 0))
        {
            inputs[index] = GovernedServer.Input($"{label} poison {index}");
        }

        var batchSize = random.Next(1, 33);
        var concurrency = random.Next(1, 6);
        var fatal = random.Next(4) == 0;
        server.MaxInputs = random.Next(4) == 0 ? random.Next(1, 20) : 2048;
        var faults = Enumerable.Range(0, random.Next(0, 20)).Select(_ => Random(random)).ToList();
        if (fatal)
        {
            faults.Insert(random.Next(faults.Count + 1), Fault.Quota());
        }

        // Only good requests use up the script, so that every fault meets one that would have gone well. No text is spoilt twice, and none
        // that is alone meets a
        // second fault: such a one is set aside, and that is not what this is about.
        var script = new Queue<Fault>(faults);
        var spoilt = new HashSet<string>();
        var alone = new HashSet<string>();
        server.Decide = request =>
        {
            lock (script)
            {
                if (request.Inputs.Any(input => input.Contains("poison")))
                {
                    return Fault.Status(400, "bad", "no");
                }

                if (request.Inputs.Count > server.MaxInputs || (request.Inputs is [var text] && !alone.Add(text)) || !script.TryDequeue(
                    out var fault))
                {
                    return null;
                }

                return fault.Kind is not (FaultKind.NaN or FaultKind.Zero) || spoilt.Add(request.Inputs[0]) ? fault : null;
            }
        };

        var (requests, bought, billed) = (server.Requests, server.Purchases.Count, server.Billed);
        await using var run = GovernedServer.On(server, GovernedServer.Options(batchSize, concurrency) with { Seed = seed });
        try
        {
            await run.RunAsync(inputs);
            run.ShouldHaveAnswered(inputs, inputs.Select(input => input.Text).Where(text => text.Contains("poison")));
        }
        catch (ProviderRefusedException) when (fatal)
        {
            run.Results.Select(result => result.Input.Text).ShouldBeUnique();
        }

        run.Answers.Sum(answer => answer.Requests).ShouldBe(server.Requests - requests, label);
        run.Answers.Sum(answer => answer.BilledTokens ?? 0).ShouldBe(server.Billed - billed, label);
        run.ShouldBeAligned();
        run.Results.Count(result => result.Failure is null).ShouldBe(
            server.Purchases.Count - bought, $"{label}: what was paid was handed on");
        run.MaxInFlight.ShouldBeLessThanOrEqualTo(2 * concurrency * batchSize, label);
        server.BoughtTwice.ShouldBeEmpty(label);
    }

    private static int Setting(string name, int usual) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;

    private static Fault Random(Random random) => random.Next(16) switch
    {
        0 => Fault.RateLimited(),
        1 => Fault.RateLimited(TimeSpan.FromSeconds(random.Next(3))),
        2 => Fault.RateLimitedMs(TimeSpan.FromMilliseconds(random.Next(2000))),
        3 => Fault.Status(500 + random.Next(5)),
        4 => Fault.Reset(),
        5 => Fault.Truncate(),
        6 => Fault.NaN(),
        7 => Fault.Zero(),
        8 => Fault.Shuffle(),
        9 => Fault.NoUsage(),
        10 => Fault.Floats(),
        11 => Fault.Status(429, "rate_limit_exceeded"),
        _ => Fault.None(),
    };
}
