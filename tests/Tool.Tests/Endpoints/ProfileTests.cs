using System.Text.Json;
using EmbSync.Tests;
using EmbSync.Tool.Tests.Walkthrough;

namespace EmbSync.Tool.Tests.Endpoints;

/// <summary>
/// Every configuration of docs/endpoints.md against a server that behaves as the real one: sync, sync again, search, doctor.
/// </summary>
public class ProfileTests
{
    public static TheoryData<string> Names => [.. ServerProfiles.All.Select(profile => profile.Name)];

    [Fact]
    public void Every_documented_server_is_played() =>
        DocumentedEndpoint.Names.ShouldBe(ServerProfiles.All.Select(profile => profile.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_documented_configuration_works(string name)
    {
        await using var world = await EndpointWorld.StartAsync(name);
        var first = await world.RunAsync("sync --json");
        first.ExitCode.ShouldBe(0, first.ToString());
        var report = JsonDocument.Parse(first.Out).RootElement;
        report.GetProperty("items").GetProperty("new").GetInt32().ShouldBe(EndpointWorld.Items);
        var texts = world.Server.Inputs;
        texts.ShouldBeGreaterThanOrEqualTo(EndpointWorld.Items);
        world.Server.BoughtTwice.ShouldBeEmpty();
        report.GetProperty("requests").GetInt32().ShouldBe(world.Server.Requests);
        var batches = world.Profile.MaxInputs == 1 ? (int)texts : 1;
        world.Server.Requests.ShouldBe(batches + world.Profile.Lessons, "one refusal teaches what it teaches");
        Said(first).ShouldBe(world.Profile.Lessons, first.ToString());
        first.Error.ShouldContain(world.Profile.Says ?? "");
        var knowsBill = world.Profile.Style.Usage is not (UsageStyle.None or UsageStyle.Zero);
        (report.GetProperty("tokens").GetProperty("billed").ValueKind == JsonValueKind.Number).ShouldBe(knowsBill);

        var (before, stored) = (world.Server.Requests, world.Server.Inputs);
        var second = await world.RunAsync("sync");
        second.ExitCode.ShouldBe(0, second.ToString());
        world.Server.Requests.ShouldBe(before, "a second sync asks nothing");

        var search = await world.RunAsync("search 'Body of number 2' --json");
        search.ExitCode.ShouldBe(0, search.ToString());
        JsonDocument.Parse(search.Out).RootElement.GetProperty("results").GetArrayLength().ShouldBeGreaterThan(0);
        world.Server.Inputs.ShouldBe(stored + 1);
        world.Server.Requests.ShouldBe(before + 1 + world.Profile.Lessons);

        var doctor = await world.RunAsync("doctor --json");
        var provider = JsonDocument.Parse(doctor.Out).RootElement.GetProperty("provider");
        provider.GetProperty("usable").GetBoolean().ShouldBeTrue(doctor.ToString());
        provider.GetProperty("learned").GetArrayLength().ShouldBe(world.Profile.Lessons + (knowsBill ? 0 : 1), doctor.ToString());
        doctor.Out.ShouldContain(world.Profile.Says ?? "", Case.Sensitive);
        doctor.Out.ShouldNotContain("EMB25");
        (first.ToString() + search + doctor).ShouldNotContain(ServerProfiles.Key);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_wrong_key_is_named_and_nothing_is_stored(string name)
    {
        await using var world = await EndpointWorld.StartAsync(name, key: "wrong-key-55d0b1");
        if (world.Profile.Key is null)
        {
            world.Variables.ShouldBeEmpty("a local server's configuration needs no variable");
            return;
        }

        var run = await world.RunAsync("sync");
        run.ExitCode.ShouldBe(6, run.ToString());
        run.Error.ShouldContain(name == "OpenAI" ? "OPENAI_API_KEY" : world.Variables.Single());
        run.ToString().ShouldNotContain("55d0b1");
        world.Server.Inputs.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_wrong_path_is_said_to_be_one(string name)
    {
        await using var world = await EndpointWorld.StartAsync(
            name, yaml => yaml.Replace("/v1", "/v7").Replace("/deployments/embed?", "/deployments/other?"));
        if (name is "OpenAI" or "Gemini")
        {
            world.Edit(yaml => yaml.Replace("/openai", "/else").Replace(world.Server.Origin + "/v7", world.Server.Origin + "/v8"));
        }

        var run = await world.RunAsync("sync");
        run.ExitCode.ShouldBe(6, run.ToString());
        run.Error.ShouldContain("embeddings.baseUrl");
        world.Server.Inputs.ShouldBe(0);
    }

    [Fact]
    public async Task As_a_process_it_is_the_same()
    {
        await using var world = await EndpointWorld.StartAsync("Mistral");
        using var first = EmbSyncProcess.Start(world.Folder, world.Environment, ["sync"]);
        var run = await first.EndAsync();
        run.ExitCode.ShouldBe(0, run.ToString());
        run.Error.Split('\n').Count(line => line.Contains("refuses the field 'dimensions'")).ShouldBe(1, run.Error);
        world.Server.Requests.ShouldBe(2);
    }

    private static int Said(ToolRun run) => run.Error.Split('\n').Count(line => line.Contains(" refuses ", StringComparison.Ordinal));
}
