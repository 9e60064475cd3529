using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using EmbSync.Core.Model;
using EmbSync.Core.Providers.Lexical;

namespace EmbSync.Core.Tests.Embedding;

/// <summary>The definition of lexical-v1, bit by bit: another byte is another model.</summary>
public class LexicalVectors
{
    [Theory]
    [InlineData("Retry the embedding request after a 429 response", "document",
        "5822ab02b829f9c54bed7e382a7dd0d46629964737c3a16804556af09a64d803")]
    [InlineData("Retry the embedding request after a 429 response", "query",
        "fa17d3fc0b285d4fb8893c6685d55eeb72998506e80545574dd3bc8627c9bce6")]
    [InlineData("parseHTTPResponse fails when the APIs return snake_case keys; users' queries are running slowly", "document",
        "3298037fb1e23d87496d0d4b809aad4bee52bdd988a4fb8c263c8c15501f7395")]
    [InlineData("Größe der Datei prüfen: café, naïve, Ⅻ 2026-11-20", "document",
        "c4fcfc8fdab241eb81d4f1e68ce332a62df5a323d12dead6673a113824005c94")]
    [InlineData("cursor", "document", "376002d8336d8bac35f993810c39db877b0d63581588e97eba9cfea51b727001")]
    public void Are_the_reference_vectors(string text, string role, string sha256)
    {
        var vector = Embed(text, Enum.Parse<LexicalRole>(role, ignoreCase: true));
        DigestOf(vector).ShouldBe(sha256);
    }

    [Fact]
    public void Are_unit_vectors_at_any_dimension_whatever_the_text()
    {
        string[] texts = ["a", "ünï", new string('x', 5000), "日本語のテキスト 東", "\ud800 lone", "a\0b", "x's y’s", "😀 emoji"];
        foreach (var (dimension, text, role) in
            from dimension in new[]
                { 16, 384, 1024, 4000 } from text in texts from role in Enum.GetValues<LexicalRole>() select (dimension, text, role))
        {
            var squares = Embed(text, role, dimension).Sum(value => (double)value * value);
            squares.ShouldBe(1, 1e-5, $"{dimension} {role} '{text}'");
        }
    }

    [Theory]
    [InlineData("parseHTTPResponse", "pars http respons")]
    [InlineData("APIs", "apis")]
    [InlineData("URLsOfUsers", "url of user")]
    [InlineData("the user's file", "the user file")]
    [InlineData("the user’s file", "the user file")]
    [InlineData("queries applied running boxes classes quickly", "query apply run box class quick")]
    [InlineData("version options sessions files", "vers opt sess file")]
    [InlineData("string only apply bus", "string only apply bus")]
    [InlineData("日本語", "日本 本語")]
    [InlineData("東 tower", "東 tower")]
    [InlineData("東tower", "東 tower")]
    public void Find_the_same_stems_in(string text, string stems)
    {
        StemsOf(text).ShouldBe(stems.Split(' '));
    }

    [Fact]
    public void Cut_words_longer_than_64_without_losing_the_rest()
    {
        var word = new string('q', 64);
        StemsOf(word + "tail").ShouldBe([word, "tail"]);
    }

    [Fact]
    public async Task Are_the_same_from_many_threads_at_once()
    {
        using var provider = new LexicalProvider(256);
        var texts = Enumerable.Range(0, 400).Select(number => $"text {number} says {number * 7} things, snake_case and camelCase{number}")
            .ToList();
        var alone = await provider.Documents.GenerateAsync(texts);
        var together = await Task.WhenAll(texts.Select(text => Task.Run(() => provider.Documents.GenerateAsync([text]))));
        for (var index = 0; index < texts.Count; index++)
        {
            together[index][0].Vector.ToArray().ShouldBe(alone[index].Vector.ToArray());
        }
    }

    [Fact]
    public async Task Of_a_query_without_words_are_refused()
    {
        using var provider = new LexicalProvider();
        await Should.ThrowAsync<UsageException>(() => provider.Queries.GenerateAsync(["?! --"]));
    }

    [Fact]
    public void Name_their_definition_in_the_signature() =>
        new LexicalProvider(512).Signature.ShouldBe(new EmbeddingSignature("lexical", "lexical-v1", 512, "lexical-v1"));

    [Fact]
    public async Task Rank_an_item_by_its_best_chunk_and_its_mean()
    {
        using var provider = new LexicalProvider();
        var query = (await provider.Queries.GenerateAsync(["retry after rate limit"]))[0].Vector;
        var about = await provider.Documents.GenerateAsync(
            ["Requests are retried after a rate limit.", "The limit is learned from the answer."]);
        var other = await provider.Documents.GenerateAsync(["Colours of the logo.", "The font is free."]);
        var score = LexicalScoring.ItemScore(query.Span, [.. about.Select(chunk => chunk.Vector)]);
        score.ShouldBeGreaterThan(LexicalScoring.ItemScore(query.Span, [.. other.Select(chunk => chunk.Vector)]));
        var one = LexicalScoring.ItemScore(query.Span, [about[0].Vector]);
        var direct = Dot(query.Span, about[0].Vector.Span);
        var direction = Dot(query.Span, LexicalScoring.WithoutLengthSlot(about[0].Vector.Span));
        one.ShouldBe(direct + (0.3 * direction), 1e-6);
    }

    [Fact]
    public void Lose_their_length_when_documents_are_compared()
    {
        var shorter = LexicalScoring.WithoutLengthSlot(Embed("retry the request", LexicalRole.Document));
        var longer = LexicalScoring.WithoutLengthSlot(Embed("retry the request", LexicalRole.Query));
        shorter[^1].ShouldBe(0);
        shorter.Sum(value => value * value).ShouldBe(1, 1e-5);
        Dot(shorter, longer).ShouldBeGreaterThan(0.99);
        LexicalScoring.WithoutLengthSlot(Embed("", LexicalRole.Document)).ShouldAllBe(value => value == 0);
    }

    [Fact]
    public void Of_a_document_without_words_say_only_that_it_is_short() =>
        Embed(" --\n", LexicalRole.Document, 16).ShouldBe([.. new float[15], 1]);

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var slot = 0; slot < a.Length; slot++)
        {
            sum += (double)a[slot] * b[slot];
        }

        return sum;
    }

    private static List<string> StemsOf(string text)
    {
        var terms = new LexicalTerms();
        LexicalTokens.Read(text, terms);
        return [.. Enumerable.Range(0, terms.Count).Select(index => terms[index].Term).Where(term => term.Start >= 0)
            .Select(term => Encoding.UTF8.GetString(terms.BytesOf(term)))];
    }

    private static float[] Embed(string text, LexicalRole role, int dimension = 1024)
    {
        var vector = new float[dimension];
        new LexicalEmbedder(dimension).Embed(text, role, vector);
        return vector;
    }

    private static string DigestOf(ReadOnlySpan<float> vector)
    {
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var slot = 0; slot < vector.Length; slot++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(slot * sizeof(float)), vector[slot]);
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
