using EmbSync.Core.Model;

namespace EmbSync.Core.Tests.Documents;

/// <summary>Estimates are the same everywhere and additive, so that parts can be sized without counting again.</summary>
public sealed class TokenEstimates
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 1)]
    [InlineData("abcd", 1)]
    [InlineData("abcde", 2)]
    [InlineData("éé", 1)]
    [InlineData("Привет", 3)]
    [InlineData("你好", 2)]
    [InlineData("😀", 2)]
    public void Follow_the_table(string text, int tokens) => TokenEstimate.Estimate(text).ShouldBe(tokens);

    [Fact]
    public void English_is_about_four_characters_a_token() =>
        TokenEstimate.Estimate("Multiple models, each with different capabilities and price points. Prices can be viewed in units of tokens.").ShouldBe(27);

    [Fact]
    public void Add_up()
    {
        var text = new RandomMarkdown(new Random(5)).Words(200) + "日本語 😀 é";
        for (var cut = 0; cut <= text.Length; cut++)
        {
            (TokenEstimate.Units(text.AsSpan(0, cut)) + TokenEstimate.Units(text.AsSpan(cut))).ShouldBe(TokenEstimate.Units(text));
        }
    }
}
