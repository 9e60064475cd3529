using EmbSync.Core.Providers.Local;
using FsCheck;
using FsCheck.Fluent;

namespace EmbSync.Core.Tests.Embedding.Local;

/// <summary>What goes through the model at once: all of the text, in order, nothing twice.</summary>
public class WindowsOfTokens
{
    /// <summary>A number below it goes on inside a word.</summary>
    private const int Inside = 30;

    private static readonly Gen<(int[] Tokens, int Room)> Texts =
        from tokens in Gen.Choose(0, 99).ArrayOf()
        from room in Gen.Choose(1, 40)
        select (tokens, room);

    [Fact]
    public void Are_the_whole_text_and_fit() => Prop.ForAll(Texts.ToArbitrary(), one =>
    {
        var windows = TokenWindows.Of(one.Tokens, one.Room, IsInside).ToList();
        windows.SelectMany(window => one.Tokens[window.Start..(window.Start + window.Length)]).ShouldBe(one.Tokens);
        windows.ShouldAllBe(window => window.Length <= one.Room && (window.Length > 0 || one.Tokens.Length == 0));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Are_one_for_a_text_that_fits()
    {
        TokenWindows.Of([50, 10, 10], 3, IsInside).ShouldBe([(0, 3)]);
        TokenWindows.Of([], 3, IsInside).ShouldBe([(0, 0)]);
    }

    [Fact]
    public void Are_about_equally_long() =>
        TokenWindows.Of(Enumerable.Repeat(50, 1021).ToArray(), 510, IsInside).Select(window => window.Length).ShouldBe([341, 340, 340]);

    [Fact]
    public void Begin_with_a_word() =>
        TokenWindows.Of([50, 10, 50, 10, 50, 10, 50, 10], 5, IsInside).ShouldBe([(0, 4), (4, 4)]);

    [Fact]
    public void Cut_a_word_that_has_no_end_near() =>
        TokenWindows.Of([50, .. Enumerable.Repeat(10, 11)], 6, IsInside).ShouldBe([(0, 6), (6, 6)]);

    private static bool IsInside(int token) => token < Inside;
}
