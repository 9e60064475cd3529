using EmbSync.Core.Jobs.Hooks;
using EmbSync.Core.Model;

namespace EmbSync.Core.Tests.Hooks;

public sealed class PushedRefTests
{
    private static readonly string One = new('1', 40);
    private static readonly string Two = new('2', 40);
    private static readonly string Zero = new('0', 40);

    [Fact]
    public void No_lines_are_no_refs() => PushedRef.Parse("").ShouldBeEmpty();

    [Fact]
    public void A_line_is_a_ref() =>
        PushedRef.Parse($"refs/heads/a {One} refs/heads/b {Two}\n").ShouldBe([new(One, "refs/heads/b", Two)]);

    [Fact]
    public void An_expression_may_hold_spaces() =>
        PushedRef.Parse($":/mend the parser {One} refs/heads/b {Two}\n").Single().LocalId.ShouldBe(One);

    [Fact]
    public void Zeros_are_what_is_not_there()
    {
        PushedRef.Parse($"(delete) {Zero} refs/heads/b {Two}").Single().IsDeletion.ShouldBeTrue();
        PushedRef.Parse($"refs/heads/b {One} refs/heads/b {Zero}").Single().IsNew.ShouldBeTrue();
    }

    [Theory]
    [InlineData("refs/tags/v1", true)]
    [InlineData("refs/notes/commits", true)]
    [InlineData("refs/heads/refs/tags/v1", false)]
    [InlineData("refs/for/main", false)]
    public void Tags_and_notes_are_marks(string name, bool mark) => new PushedRef(One, name, Zero).IsMark.ShouldBe(mark);

    [Theory]
    [InlineData("main")]
    [InlineData("refs/heads/a 123 refs/heads/b 456")]
    [InlineData("a b c d")]
    public void Anything_else_is_refused(string line) => Should.Throw<UsageException>(() => PushedRef.Parse(line));
}
