using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using EmbSync.Tests;
using static EmbSync.Core.Tests.Storage.Samples;

namespace EmbSync.Core.Tests.Storage;

/// <summary>Random work done on all three stores leaves the same in each, and each answers the same.</summary>
public sealed class StoresAgree(PostgresFixture server) : IClassFixture<PostgresFixture>
{
    private const int Dimension = 16;
    private const int Steps = 25;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task After_random_work(int seed)
    {
        using var folder = new StoreFolder();
        List<string> states = [];
        foreach (var config in new[]
        {
            Config(StoreBackend.Memory), Config(StoreBackend.Sqlite, folder.Database),
            Config(StoreBackend.Postgres, url: server.Url) with { Schema = FormattableString.Invariant($"agree_{seed}") },
        })
        {
            await using var store = StoreFactory.Open(config, new SetClock(Noon));
            states.Add(await WorkAsync(store, new Random(seed)));
        }

        states[1].ShouldBe(states[0], $"SQLite against memory, seed {seed}");
        states[2].ShouldBe(states[0], $"Postgres against memory, seed {seed}");
        states[0].Split('\n').Length.ShouldBeGreaterThan(20);
    }

    private static async Task<string> WorkAsync(IStore store, Random random)
    {
        var lines = new List<string>();
        await using (var writer = await store.BeginWriteAsync(Project, CancellationToken.None))
        {
            for (var step = 0; step < Steps; step++)
            {
                var generation = await writer.OpenGenerationAsync(
                    "default", Signature with { Dimension = Dimension, Model = $"m{random.Next(2)}" }, CancellationToken.None);
                await writer.CommitAsync(RandomBatch(generation.Id, random), CancellationToken.None);
                if (random.Next(4) == 0)
                {
                    await writer.ActivateAsync(generation.Id, CancellationToken.None);
                }

                lines.Add($"step {step}: revision {await store.RevisionAsync()}");
            }
        }

        lines.AddRange(await DumpAsync(store, random));
        return string.Join('\n', lines);
    }

    private static StoreBatch RandomBatch(int generation, Random random)
    {
        var items = Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(12)).Distinct()
            .Select(id => ItemOf(id % 3 == 0 ? "other" : "docs", $"id{id}",
                [.. Enumerable.Range(0, random.Next(4)).Select(_ => $"text {random.Next(30)}")])
                with { Version = $"v{random.Next(3)}", Metadata = $$"""{"n":{{random.Next(3)}}}""" }).ToList();
        var vectors = Enumerable.Range(0, random.Next(6)).Select(_ => random.Next(30)).Distinct()
            .Select(text => Vector($"text {text}", [.. Enumerable.Range(0, Dimension).Select(_ => (random.NextSingle() * 2) - 1)]))
                .ToList();
        List<ItemKey> deletions = random.Next(3) == 0 ? [new(random.Next(2) == 0 ? "docs" : "other", $"id{random.Next(12)}")] : [];
        return Batch(generation, vectors, items, deletions) with { ReplaceVectors = random.Next(5) == 0 };
    }

    private static async Task<IEnumerable<string>> DumpAsync(IStore store, Random random)
    {
        var lines = new List<string>();
        var head = await store.ReadHeadAsync(CancellationToken.None);
        lines.AddRange(head.Generations.Select(generation => generation.ToString()));
        var query = Enumerable.Range(0, Dimension).Select(_ => (random.NextSingle() * 2) - 1).ToArray();
        foreach (var generation in head.Generations)
        {
            lines.AddRange((await store.ReadCoverageAsync(generation.Id, CancellationToken.None)).Select(row => row.ToString()));
            var hashes = Enumerable.Range(0, 30).Select(text => ContentHash.Of($"text {text}")).ToList();
            lines.AddRange((await store.ReadVectorsAsync(generation.Id, hashes, CancellationToken.None))
                .OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {string.Join(' ', pair.Value)}"));
            foreach (var where in new KeyValuePair<string, string>[][] { [], [new("n", "1")] })
            {
                lines.AddRange((await store.SearchAsync(Query(generation.Id, query) with { Where = where }, CancellationToken.None))
                    .Select(hit => $"hit {hit.Key} {hit.Seq} {hit.Score:F2} {hit.Heading} {hit.StartLine} {hit.Text} {hit.Metadata}"));
            }
        }

        foreach (var source in await store.ReadSourceNamesAsync(CancellationToken.None))
        {
            var items = await store.ItemsAsync(source);
            lines.AddRange(items.Select(item => item.ToString()));
            lines.AddRange((await store.ReadChunkHashesAsync(source, [.. items.Select(item => item.Id)], CancellationToken.None))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {string.Join(' ', pair.Value)}"));
            lines.Add("incomplete: " + string.Join(
                ' ', (await store.ReadIncompleteAsync(source, head.Generations[0].Id, CancellationToken.None)).Order()));
        }

        return lines;
    }
}
