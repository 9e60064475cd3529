using EmbSync.Core.Model;

namespace EmbSync.Core.Tests.Sync;

/// <summary>What holds while the model changes: searches go on in the generation before, which loses nothing until the switch.</summary>
public abstract partial class InvariantTests
{
    [Fact]
    public async Task Purity_a_change_of_model_switches_only_when_the_new_generation_is_whole()
    {
        Tasks(8);
        _repository.Commit();
        using var world = World();
        await world.SyncAsync();
        world.Configure = config => config with { Embeddings = config.Embeddings with { Dimension = 16 } };
        _server.RefuseTextsContaining("Body 3");

        (await world.StatusAsync()).Drift.ShouldAllBe(
            drift => drift.State == "stale" && drift.Reasons.SequenceEqual(new[] { "dimension" }));
        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Partial);
        (await ActiveAsync(world)).Signature.Dimension.ShouldBe(Dimension);
        _server.Decide = _ => null;
        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);

        (await ActiveAsync(world)).Signature.Dimension.ShouldBe(16);
        (await world.ContentsAsync()).ShouldNotContain("no vector");
    }

    [Fact]
    public async Task Search_keeps_its_items_while_a_model_change_is_half_done()
    {
        Tasks(6);
        _repository.Commit();
        using var world = World();
        await world.SyncAsync();
        world.Configure = config => config with { Embeddings = config.Embeddings with { Dimension = 16 } };
        _repository.Write("tasks/t0.md", "---\nid: T-0\ntitle: Task 0\n---\n\nOther words.\n");
        _repository.Commit();

        var partial = await world.SyncAsync(new() { Since = "HEAD" });

        partial.Report.Notes.ShouldContain(note => note.Contains("searches still use"));
        (await ActiveAsync(world)).Signature.Dimension.ShouldBe(Dimension);
        (await world.ContentsAsync()).ShouldNotContain("no vector");
        (await world.StatusAsync()).Items.Current.ShouldBe(0);
        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);
        (await world.ContentsAsync()).ShouldNotContain("no vector");
        (await ActiveAsync(world)).Signature.Dimension.ShouldBe(16);
        (await world.StatusAsync()).Items.Current.ShouldBe(6);
    }

    [Fact]
    public async Task Going_back_to_an_earlier_model_is_a_switch_and_no_purchase()
    {
        Tasks(4);
        _repository.Commit();
        using var world = World();
        await world.SyncAsync();
        world.Configure = config => config with { Embeddings = config.Embeddings with { Dimension = 16 } };
        await world.SyncAsync();
        var bought = _server.Inputs;
        world.Configure = config => config;

        (await world.StatusAsync()).Items.Stale.ShouldBe(4);
        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Done);

        (await ActiveAsync(world)).Signature.Dimension.ShouldBe(Dimension);
        _server.Inputs.ShouldBe(bought);
    }

    [Fact]
    public async Task A_text_that_is_always_refused_does_not_hold_up_a_change_of_model()
    {
        Tasks(4);
        _repository.Commit();
        using var world = World();
        await world.SyncAsync();
        world.Configure = config => config with { Embeddings = config.Embeddings with { Dimension = 16 } };
        _repository.Write("tasks/poison.md", "---\nid: P\ntitle: Poison\n---\n\npoison\n");
        _server.RefuseTextsContaining("poison");

        (await world.SyncAsync()).ExitCode.ShouldBe(ExitCode.Partial);

        (await ActiveAsync(world)).Signature.Dimension.ShouldBe(16);
    }

    private static async Task<Generation> ActiveAsync(SyncWorld world)
    {
        await using var workspace = world.Open();
        return (await workspace.Store.ReadHeadAsync(default)).Active(Generation.DefaultSpace)!;
    }
}
