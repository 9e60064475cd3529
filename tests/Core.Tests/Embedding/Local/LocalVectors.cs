using System.Numerics.Tensors;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Providers;
using EmbSync.Core.Providers.Local;
using Microsoft.Extensions.AI;

namespace EmbSync.Core.Tests.Embedding.Local;

/// <summary>Vectors of the model that the tool carries.</summary>
public sealed class LocalVectors : IDisposable
{
    private const string Car = "The car would not start because its battery was flat.";

    private readonly IEmbeddingProvider _provider = Open(LocalSettings.Bundled);

    [Fact]
    public async Task Are_near_for_one_meaning_in_other_words_and_far_for_another()
    {
        var vectors = await EmbedAsync(
            Car, "An automobile failed to turn over; the accumulator had run down.", "Retry the request after a 429 response.");
        Cosine(vectors[0], vectors[1]).ShouldBeGreaterThan(0.4);
        Cosine(vectors[0], vectors[2]).ShouldBeLessThan(0.15);
    }

    [Fact]
    public async Task Are_of_unit_length_whatever_the_text()
    {
        foreach (var vector in await EmbedAsync("a", "", "\ud800", "日本語", "😀", new string('x', 5000), Words(3000)))
        {
            vector.Length.ShouldBe(384);
            ((double)TensorPrimitives.Norm(vector)).ShouldBe(1, 1e-5);
        }
    }

    [Fact]
    public async Task Are_the_same_bytes_alone_among_others_and_from_several_threads()
    {
        var alone = (await EmbedAsync(Car))[0];
        string[] company = [Words(700), Car, "short", Car, Words(40), Car];
        var batches = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => EmbedAsync(company)));
        foreach (var batch in batches)
        {
            new[] { batch[1], batch[3], batch[5] }.ShouldAllBe(vector => vector.SequenceEqual(alone));
        }
    }

    /// <summary>The models' limit is 512 tokens: what is beyond must count all the same.</summary>
    [Fact]
    public async Task Of_a_long_text_are_the_mean_of_its_windows()
    {
        // A word is a token: 510 go with the two pieces around them.
        var (first, second) = (Words(510), string.Join(' ', Enumerable.Repeat("database transaction index", 170)));
        var vectors = await EmbedAsync(first, second, $"{first} {second}");
        var mean = new float[384];
        TensorPrimitives.Add(vectors[0], vectors[1], mean);
        Cosine(vectors[2], mean).ShouldBeGreaterThan(0.99999);
        Cosine(vectors[2], vectors[0]).ShouldBeLessThan(0.95);
    }

    [Fact]
    public async Task Of_both_roles_have_their_prefixes()
    {
        using var prefixed = Open(LocalSettings.Bundled with { Prefixes = new("passage: ", "query: ") });
        var expected = await EmbedAsync("passage: " + Car, "query: " + Car);
        Vector(await prefixed.Documents.GenerateAsync([Car])).ShouldBe(expected[0]);
        Vector(await prefixed.Queries.GenerateAsync([Car])).ShouldBe(expected[1]);

        // Each window of a long text has it.
        var text = Words(1000);
        Cosine(Vector(await prefixed.Documents.GenerateAsync([text])), (await EmbedAsync(text))[0]).ShouldBeInRange(0.7, 0.9999);
    }

    [Fact]
    public async Task Of_a_query_without_anything_to_read_are_refused()
    {
        (await Should.ThrowAsync<UsageException>(() => _provider.Queries.GenerateAsync([" \u200b "]))).Message.ShouldContain(
            "nothing to search for");
    }

    [Fact]
    public void Need_room_beside_a_prefix() =>
        Should.Throw<UsageException>(() => Open(LocalSettings.Bundled with { Prefixes = new(Words(500), "") }))
        .Message.ShouldBe("a prefix in embeddings.prefixes is 500 tokens long, and all-MiniLM-L6-v2 takes 512 with the text: shorten it");

    [Fact]
    public async Task Stop_coming_when_a_run_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(
            () => _provider.Documents.GenerateAsync([Words(5000)], cancellationToken: cancelled.Token));
    }

    public void Dispose() => _provider.Dispose();

    private static IEmbeddingProvider Open(EmbeddingsConfig config) => LocalProvider.Open(config, LocalProvider.SignatureOf(config));

    private async Task<float[][]> EmbedAsync(params string[] texts) =>
        [.. (await _provider.Documents.GenerateAsync(texts)).Select(one => one.Vector.ToArray())];

    private static float[] Vector(GeneratedEmbeddings<Embedding<float>> one) => one.Single().Vector.ToArray();

    private static double Cosine(float[] one, float[] other) => TensorPrimitives.CosineSimilarity(one, other);

    private static string Words(int count) => string.Join(
        ' ', Enumerable.Range(0, count).Select(i => (i % 5) switch { 0 => "the", 1 => "river", 2 => "runs", 3 => "to", _ => "sea" }));
}
