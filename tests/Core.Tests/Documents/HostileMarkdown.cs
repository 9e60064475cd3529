using System.Diagnostics;
using EmbSync.Core.Documents.Syntax;
using EmbSync.Core.Model;

namespace EmbSync.Core.Tests.Documents;

/// <summary>
/// Input made to hurt is read, as plain paragraphs and with a warning where the parser's bounds end; it neither ends the process nor holds
/// it.
/// </summary>
public sealed class HostileMarkdown
{
    /// <summary>Processor time; the figure for one input on an idle machine is under 1 s. Quadratic growth would take minutes.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(">", 1_000, "", true)]
    [InlineData("> ", 1_000, "a", true)]
    [InlineData("- ", 5_000, "a", true)]
    [InlineData("> - ", 300, "a", true)]
    [InlineData("[", 50_000, "", true)]
    [InlineData("![", 50_000, "", true)]
    [InlineData("*a ", 50_000, "", true)]
    [InlineData("**a ", 50_000, "", true)]
    [InlineData("[a](", 50_000, "", true)]
    [InlineData("[a][b] ", 50_000, "", true)]
    [InlineData("a<?", 50_000, "", true)]
    [InlineData("a<![CDATA[", 20_000, "", true)]
    [InlineData("|:", 50_000, "", true)]
    [InlineData("[a]: b\n", 100_000, "", true)]
    [InlineData("[^a]: b\n", 100_000, "", true)]
    [InlineData("a\n===\n", 100_000, "", true)]
    [InlineData("![a](b \"", 50_000, "", false)]
    [InlineData("*", 50_000, "", false)]
    [InlineData("_", 50_000, "a", false)]
    [InlineData("`", 50_000, "", false)]
    [InlineData("<", 50_000, "", false)]
    [InlineData("<a ", 50_000, "", false)]
    [InlineData("<div\n", 50_000, "", false)]
    [InlineData("<!--", 50_000, "", false)]
    [InlineData("\\", 50_000, "", false)]
    [InlineData("&amp;", 50_000, "", false)]
    [InlineData("http://a", 50_000, "", false)]
    [InlineData("- a\n", 50_000, "", false)]
    [InlineData("1. a\n\n", 50_000, "", false)]
    [InlineData("# a\n", 50_000, "", false)]
    [InlineData("|a|b|\n", 50_000, "", false)]
    [InlineData("```\n", 50_001, "", false)]
    [InlineData("<div>\n\n", 30_000, "", false)]
    [InlineData("[a](b) ", 30_000, "", false)]
    [InlineData("word **bold** and [link](url)\n", 1_000, "", false)]
    [InlineData("a\u0301\u0323", 50_000, "", false)]
    public void Repeated(string unit, int count, string end, bool refused) =>
        Expect(string.Concat(Enumerable.Repeat(unit, count)) + end, refused);

    [Fact]
    public void Shaped()
    {
        Expect(string.Concat(Enumerable.Range(1, 500).Select(i => new string('`', i) + " ")), refused: false);
        Expect(new string('_', 30_000) + string.Concat(Enumerable.Repeat(" |-|\n", 10_000)), refused: true);
        Expect("a|b\n-|-\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"**a{i}**|_b_\n")), refused: false);
        Expect(string.Concat(Enumerable.Range(0, 2_000).Select(i => new string(' ', 2 * i) + "- a\n")), refused: true);
        Expect(string.Concat(Enumerable.Range(0, 90).Select(i => new string(' ', 2 * (i / 2)) + "- a\n")), refused: false);
        Expect(new string('[', 5_000) + "a" + string.Concat(Enumerable.Repeat("](b)", 5_000)), refused: true);
        Expect("|a|b|\n|-|-|\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"|**a{i}**|`b`|\n")), refused: false);
        Expect($"|{string.Concat(Enumerable.Repeat("a|", 10_000))}\n|{string.Concat(Enumerable.Repeat("-|", 10_000))}\n", refused: true);
        Expect($"|{string.Concat(Enumerable.Repeat("a|", 1_000))}\n|{string.Concat(Enumerable.Repeat("-|", 1_000))}\n|b|\n",
            refused: false);
        Expect(string.Concat(Enumerable.Repeat(string.Concat(Enumerable.Repeat("[a ", 3_000)) + "\n\n", 200)), refused: true);
    }

    [Fact]
    public void The_line_is_named_where_it_is_known()
    {
        var document = Reading.Read("---\na: 1\n---\nText.\n\n" + string.Concat(Enumerable.Repeat("- ", 300)) + "a\n");
        document.Warnings.Select(warning => (warning.Code, warning.Line)).ShouldBe([(ProblemCodes.NestedTooDeep, 6)]);
        document.Chunks[0].Text.ShouldStartWith("Text.");
        document.Chunks[^1].Text.ShouldEndWith("- a");
        document.Chunks[^1].EndLine.ShouldBe(6);
    }

    [Fact]
    public void Large_honest_documents_are_far_from_the_budget()
    {
        var body = string.Join("\n\n", new RandomMarkdown(new Random(3)).Blocks(3_000));
        MarkdownSyntax.Parse(body, 1).Cost.ShouldBeLessThan(ParseBudget.Limit / 100);
        var list = string.Concat(
            Enumerable.Range(0, 2_000).Select(i => $"- [ ] **Task {i}** see [link](http://x/{i}) and `code_{i}`, [ref][r{i}]\n"));
        var table = "| a | b |\n|---|---|\n" + string.Concat(
            Enumerable.Range(0, 5_000).Select(i => $"| **{i}** | [l](u) `c` and some_snake_case, _x_ |\n"));
        MarkdownSyntax.Parse(list + "\n" + table, 1).Cost.ShouldBeLessThan(ParseBudget.Limit / 5);
    }

    [Theory]
    [InlineData("a: ", "[", 100_000)]
    [InlineData("a: ", "'", 200_001)]
    [InlineData("", "? ", 50_000)]
    [InlineData("", "a: ", 50_000)]
    [InlineData("a: |\n", " x\n\n", 50_000)]
    [InlineData("a: \"", "\\\"", 100_000)]
    [InlineData("", "{", 100_000)]
    [InlineData("", "- ", 100_000)]
    [InlineData("", "\n#", 100_000)]
    [InlineData("", "!", 100_000)]
    [InlineData("", "%", 100_000)]
    [InlineData("a: ", "b ", 100_000)]
    [InlineData("a: @\n", "- [\n", 60_000)]
    [InlineData("a: @\n", "b: [\n", 60_000)]
    [InlineData("a: @\n", "b\n", 100_000)]
    [InlineData("a: @\nb:\n", "- c\n", 60_000)]
    [InlineData("a: @\nb:\n- c\n", "  d\n", 60_000)]
    [InlineData("a: @\nb: [", "\"\\\"", 60_000)]
    [InlineData("a: @\nb: [", "\"\\\",", 60_000)]
    [InlineData("a: @\nb: [", "'a,", 80_000)]
    [InlineData("a: @\nb: ", "{a: ", 60_000)]
    [InlineData("a: @\n", "b: |\n", 50_000)]
    public void Front_matter(string start, string unit, int count) =>
        Timed(() => Reading.Config.ShouldNotBeNull().ShouldSatisfyAllConditions(config =>
            _ = new Core.Documents.MarkdownReader(config)
                .Parse(System.Text.Encoding.UTF8.GetBytes($"---\n{start}{string.Concat(Enumerable.Repeat(unit, count))}\n---\nText."),
                "tasks/a.md")));

    [Theory]
    [InlineData("{{<", 50_000)]
    [InlineData("{% a", 50_000)]
    [InlineData("{%", 50_000)]
    [InlineData("%%", 50_000)]
    [InlineData("%%\n", 50_000)]
    [InlineData("%%a\n", 50_000)]
    [InlineData("[[", 50_000)]
    [InlineData("[[a|", 50_000)]
    [InlineData("[[a]]", 50_000)]
    [InlineData("![[a]] ", 50_000)]
    [InlineData("==a", 50_000)]
    [InlineData("==a== ", 50_000)]
    [InlineData(" ==a", 50_000)]
    [InlineData("$a", 50_000)]
    [InlineData(" $a", 50_000)]
    [InlineData(" $a_1$", 30_000)]
    [InlineData("$$\n", 50_000)]
    [InlineData(":a[", 50_000)]
    [InlineData("::: a\n", 20_000)]
    [InlineData("> [!note]\n", 30_000)]
    [InlineData("!!! note\n    ", 90)]
    [InlineData("!!! note\n", 50_000)]
    [InlineData("[a](b){", 50_000)]
    [InlineData("](", 50_000)]
    [InlineData("){", 50_000)]
    [InlineData(" {#", 50_000)]
    [InlineData("# a {#b}\n", 20_000)]
    [InlineData("{: ", 50_000)]
    [InlineData("/// a\n", 20_000)]
    [InlineData("` ", 50_000)]
    [InlineData("`` ` ", 30_000)]
    [InlineData("import a from 'b'\n", 30_000)]
    public void Dialects(string unit, int count)
    {
        var text = string.Concat(Enumerable.Repeat(unit, count));
        Timed(() => Reading.Read(text));
        Timed(() => Reading.Read(text, path: "a.mdx"));
    }

    [Theory]
    [InlineData("<A ", 30_000)]
    [InlineData("<A b={", 20_000)]
    [InlineData("<A b=\"", 20_000)]
    [InlineData("{", 50_000)]
    [InlineData("{\"", 30_000)]
    [InlineData("{/*", 30_000)]
    [InlineData("{a}", 30_000)]
    [InlineData("<A>\n", 30_000)]
    [InlineData("<A>{", 30_000)]
    [InlineData("</A>", 30_000)]
    [InlineData("export const a = {\n", 30_000)]
    public void Mdx(string unit, int count) => Timed(() => Reading.Read(string.Concat(Enumerable.Repeat(unit, count)), path: "a.mdx"));

    private static void Expect(string markdown, bool refused) => Timed(() =>
    {
        var document = Reading.Read(markdown);
        document.Warnings.Count(warning => warning.Code == ProblemCodes.NestedTooDeep).ShouldBe(refused ? 1 : 0);
    });

    private static void Timed(Action action)
    {
        var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        action();
        process.Refresh();
        (process.TotalProcessorTime - before).ShouldBeLessThan(Bound);
    }
}
