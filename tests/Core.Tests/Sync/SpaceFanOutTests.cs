using System.Runtime.CompilerServices;
using EmbSync.Core.Buying;
using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Cache;
using EmbSync.Core.Model;
using EmbSync.Core.Providers;
using EmbSync.Core.Tests.Reembed;

namespace EmbSync.Core.Tests.Sync;

/// <summary>Several streams as one.</summary>
public sealed class SpaceFanOutTests
{
    [Fact]
    public async Task Export_after_moving_from_default()
    {
        await using var world = await ReembedWorld.OpenAsync(folder => SyncWorld.StoreAt(Path.Combine(folder, ".git", "embsync-test.db")));
        world.Sync.Configure = config =>
            config with { Embeddings = config.Embeddings with
            { Spaces = [new SpaceConfig("main", ReembedWorld.Model, ReembedWorld.Before)] } };
        await world.Sync.SyncAsync();
        world.Write(20, "Bought only for main.");
        (await world.Sync.SyncAsync()).Report.Chunks.Embedded.ShouldBe(1);
        await using var workspace = world.Sync.Open();
        (await new VectorCache(workspace, "main", TimeProvider.System).ExportAsync(world.Repository.Full("v.vectors"), default))
            .Vectors.ShouldBe(10);
    }

    [Fact]
    public async Task Inputs_stop_when_every_stream_has_ended()
    {
        var made = 0;
        var fan = new SpaceFanOut([OneAsync, OneAsync], 4);
        await foreach (var _ in fan.EmbedAsync(Inputs(), default)) { }
        made.ShouldBeLessThan(100);

        async IAsyncEnumerable<EmbedInput> Inputs()
        {
            for (var i = 0; i < 100_000; i++)
            {
                made++;
                await Task.Yield();
                yield return new(ContentHash.Of($"{i}"), "x", 1) { Space = i % 2 };
            }
        }
    }

    private static async IAsyncEnumerable<EmbedAnswer> OneAsync(
        IAsyncEnumerable<EmbedInput> inputs, [EnumeratorCancellation] CancellationToken token)
    {
        await foreach (var input in inputs.WithCancellation(token))
        {
            yield return new([new(input, new float[] { 1 }, null)], 1, 1);
            yield break;
        }
    }
}
