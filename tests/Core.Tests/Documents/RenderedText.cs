namespace EmbSync.Core.Tests.Documents;

/// <summary>What is embedded is what a reader sees, not how it is marked up.</summary>
public sealed class RenderedText
{
    [Theory]
    [InlineData("A **bold** and *thin* and ~~gone~~ and `code` word.", "A bold and thin and gone and code word.")]
    [InlineData("[text](http://x \"t\"), ![alt *x*](a.png), <http://auto.link>, [ref][r], ![i][r]\n\n[r]: http://y 'title'",
        "text, alt x, http://auto.link, ref, i")]
    [InlineData("a  b\tc\nd", "a b c d")]
    [InlineData("a\\\nb", "a\nb")]
    [InlineData("a  \nb", "a b")]
    [InlineData("a<br>b<BR/>c", "a\nb\nc")]
    [InlineData("x <b>bold</b> <!-- hidden --> &amp; &copy; 1 < 2", "x bold & © 1 < 2")]
    [InlineData("\\*not emphasis\\*", "*not emphasis*")]
    [InlineData("snake_case_name and * alone [x] ![y", "snake_case_name and * alone [x] ![y")]
    [InlineData("中文第一行\n第二行\n한국어\n줄", "中文第一行第二行 한국어 줄")]
    public void Inlines(string markdown, string text) => Reading.Text(markdown).ShouldBe(text);

    [Theory]
    [InlineData("# A *b* #\n\nSetext\ntwo\n===\n\n---\n\n###### Six", "A b\n\nSetext two\n\nSix")]
    [InlineData("- a\n- b\n  more\n\n  para\n  - c\n    1. d\n    9. e\n- f", "- a\n- b more\n  para\n  - c\n    1. d\n    1. e\n- f")]
    [InlineData("* a\n\n* b\n\n\n* c", "- a\n- b\n- c")]
    [InlineData("3) a\n4) b", "1. a\n1. b")]
    [InlineData("- [ ] open\n- [x] done\n-\n- - nested", "- open\n- done\n- - nested")]
    [InlineData("```cs\nint x;\n\n  y();\n```", "int x;\n\n  y();")]
    [InlineData("~~~\n\n\n  indented\n\n~~~", "  indented")]
    [InlineData("- item\n\n  ```\n  a\n\n    b\n  ```", "- item\n  a\n\n    b")]
    [InlineData("    indented\n      code", "indented\n  code")]
    [InlineData("| A | **B** |\n|:-:|---|\n| `x` | [l](u) |\n| | y |\n||", "A | B\nx | l\n| y")]
    [InlineData("> quote\n> goes on\n>\n> # no heading\n> - a\n> - b", "quote goes on\nno heading\n- a\n- b")]
    [InlineData("See[^n].\n\n[^n]: The *note*\n    goes on.\n\nAfter.", "See.\n\nThe note goes on.\n\nAfter.")]
    [InlineData("<details>\n<summary>Sum &lt;</summary>\n\nHidden.\n\n</details>", "Sum <\n\nHidden.")]
    [InlineData("<table><tr><td>a</td><td>b</td></tr>\n<tr><td>c</td></tr></table>", "a b\nc")]
    [InlineData("<script>\nvar x = '<p>';\n</script>\n\n<style>p { }</style>\n\nText.", "Text.")]
    [InlineData("<div title=\"a > b\">1 < 2 and 3 > 2</div>", "1 < 2 and 3 > 2")]
    [InlineData("<p>&#0;&lt;b&gt;</p>", "\uFFFD<b>")]
    [InlineData("<!-- a\n\nb -->\n\nText.\n\n<!-- c --> tail", "Text.\n\ntail")]
    public void Blocks(string markdown, string text) => Reading.Text(markdown).ShouldBe(text);

    [Theory]
    [InlineData("<!-- toc -->\n\n- [A](#a)\n  - text too\n\n<!-- tocstop -->\n\nText.")]
    [InlineData("<!-- TOC -->\n- [A](#a)\n- plain\n<!-- /TOC -->\n\nText.")]
    [InlineData("<!-- START doctoc generated TOC please keep comment here to allow auto update -->\n<!-- DON'T EDIT THIS SECTION -->\n**Table of Contents**\n\n- [A](#a)\n\n<!-- END doctoc generated TOC -->\n\nText.")]
    [InlineData("1. [A](#a)\n2. [B **c**](#b)\n   - [D](#d)\n\nText.")]
    [InlineData("[TOC]\n\nText.")]
    [InlineData("[[_TOC_]]\n\nText.")]
    public void Generated_tables_of_contents_are_left_out(string markdown) => Reading.Text(markdown).ShouldBe("Text.");

    [Theory]
    [InlineData("<!-- toc -->\n\nText.", "Text.")]
    [InlineData("- [A](#a)\n- [B](other.md#b)", "- A\n- B")]
    [InlineData("- [A](#a) and more", "- A and more")]
    [InlineData("[[_x_]]", "_x_")]
    public void What_is_not_one_stays(string markdown, string text) => Reading.Text(markdown).ShouldBe(text);

    [Fact]
    public void Checkboxes_are_counted_in_the_metadata()
    {
        Reading.Read("- [ ] a\n- [x] b\n  - [X] c\n").Metadata.ShouldBe("""{"checkboxes":{"done":2,"total":3}}""");
        Reading.Read("- a [x] b\n").Metadata.ShouldBe("{}");
        Reading.Text("- a [x] b\n").ShouldBe("- a [x] b");
        Reading.Read("---\ncheckboxes: mine\n---\n- [ ] a\n", Reading.Config with { Metadata = ["checkboxes"] }).Metadata.ShouldBe("""{"checkboxes":"mine"}""");
    }

    [Fact]
    public void A_long_table_reads_like_a_short_one()
    {
        // Cut for the parser every few rows; the cuts must not show.
        foreach (var rows in new[] { 10, 15, 16, 17, 100, 1_000 })
        {
            var body = Enumerable.Range(0, rows).Select(i => $"| r{i} | **b{i}** and `c{i}` |").ToList();
            Reading.Text("Before.\n\nA | B\n---|---\n" + string.Join('\n', body.Select(row => row.Trim('|', ' '))) + "\n\nAfter.")
                .ShouldBe(Reading.Text("Before.\n\n| A | B |\n|---|:-:|\n" + string.Join('\n', body) + "\n\nAfter."));
            Reading.Text("Before.\n\n| A | B |\n|---|:-:|\n" + string.Join('\n', body) + "\n\nAfter.")
                .ShouldBe("Before.\n\nA | B\n" + string.Join('\n', Enumerable.Range(0, rows).Select(i => $"r{i} | b{i} and c{i}"))
                    + "\n\nAfter.");
        }
    }

    [Fact]
    public void A_long_table_in_a_fence_stays_verbatim()
    {
        var table = "| A | B |\n|---|---|\n" + string.Join('\n', Enumerable.Range(0, 100).Select(i => $"| {i} | x |"));
        Reading.Text($"```\n{table}\n```").ShouldBe(table);
    }

    [Fact]
    public void Long_runs_of_link_definitions_are_left_out()
    {
        var definitions = string.Join('\n', Enumerable.Range(0, 2_000).Select(i => $"[r{i}]: http://x/{i}"));
        Reading.Text($"See [a][r0] and [b][r1999].\n\n{definitions}\n").ShouldBe("See a and b.");
    }
}
