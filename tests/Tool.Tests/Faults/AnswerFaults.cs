using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Faults;

/// <summary>Whatever a provider answers, no text ever gets another one's vector, and no unusable one is stored.</summary>
public sealed class AnswerFaults(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Theory, OnStores]
    [Fault(37, "fewer vectors than texts", "more vectors than texts", "index missing", "index doubled", "answers shuffled",
        On = [Touched.OpenAi])]
    [Fault(38, "NaN", "infinity", "zero vector", "wrong dimension of one", "wrong dimension of all", "not of unit length",
        On = [Touched.OpenAi])]
    [Fault(39, "floats where base64 was asked for", On = [Touched.OpenAi])]
    public async Task Once_leaves_every_text_with_its_own_vector(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        world.Server.Next(Of(name));

        await world.SyncedAsync();

        (await world.StoredAsync()).Keys.ShouldBe(FaultWorld.Beginning, ignoreOrder: true);
        world.Server.BoughtTwice.ShouldBeEmpty();
        var whole = name is "answers shuffled" or "not of unit length" or "floats where base64 was asked for";
        world.Server.Requests.ShouldBe(whole ? 1 : 2);
        await world.ShouldBeInStepAsync();
    }

    [Theory, OnStores]
    [Fault(38, "a vector that is bad whenever it is asked for", On = [Touched.OpenAi])]
    public async Task Always_for_one_text_sets_its_item_aside(Touched store)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        world.Server.Spoils = text => text.Contains("number 2", StringComparison.Ordinal);

        var run = (await world.SyncAsync()).ShouldEnd(3);

        run.Errors.ShouldBe([(ProblemCodes.BadVector, "tasks/area0/t2.md", null)]);
        (await world.StoredAsync()).Keys.ShouldBe(FaultWorld.Beginning.Where(key => key != "tasks/T-2"), ignoreOrder: true);
        await world.ShouldBeAlignedAsync();
        (await world.RunAsync("status --check")).ExitCode.ShouldBe(4);

        world.Server.Spoils = _ => false;
        (await world.SyncedAsync()).Embedded.ShouldBe(1);
        world.Server.BoughtTwice.ShouldBeEmpty();
        await world.ShouldBeInStepAsync();
    }

    [Theory, OnStores]
    [Fault(37, "answers that can never be told apart", On = [Touched.OpenAi])]
    [Fault(38, "wrong dimension whenever it is asked for", On = [Touched.OpenAi])]
    public async Task Always_for_all_ends_the_run_and_keeps_what_was_paid(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        await world.SyncedAsync();
        var before = await world.StoredAsync();
        world.Repository.Write("docs/new.md", "# New\n\nNew words.\n");
        world.Repository.Write("docs/other.md", "# Other\n\nOther words.\n");
        world.Server.Decide = request =>
            request.Inputs.Count > 1 || name[0] == 'w' ? Of(name[0] == 'w' ? "wrong dimension of all" : "index doubled") : null;

        if (name[0] == 'w')
        {
            (await world.SyncAsync()).ShouldEnd(1, "dimension 7, not 32");
            (await world.StoredAsync()).ShouldBe(before);
        }
        else
        {
            // The way out that the message names: one text a request can't be mixed up.
            await world.SyncedAsync("--batch-size 1");
        }

        world.Server.Decide = _ => null;
        await world.SyncedAsync();
        world.Server.BoughtTwice.ShouldBeEmpty();
        await world.ShouldBeInStepAsync();
    }

    private static Fault Of(string name) => name switch
    {
        "fewer vectors than texts" => Fault.Fewer(),
        "more vectors than texts" => Fault.More(),
        "index missing" => Fault.MissingIndex(),
        "index doubled" => Fault.DoubledIndex(),
        "answers shuffled" => Fault.Shuffle(),
        "NaN" => Fault.NaN(),
        "infinity" => Fault.Infinity(1),
        "zero vector" => Fault.Zero(2),
        "wrong dimension of one" => Fault.WrongDimension(7, 1),
        "wrong dimension of all" => Fault.WrongDimension(),
        "not of unit length" => Fault.Unnormalised(),
        "floats where base64 was asked for" => Fault.Floats(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such fault."),
    };
}
