namespace EmbSync.Core.Tests.Documents;

/// <summary>
/// What editors and generators add to Markdown is embedded as a reader sees it; what only looks like it stays as it stands.
/// </summary>
public sealed class DialectText
{
    [Theory]
    [InlineData("See [[Page]], [[Page|its words]], [[Page#Part|here]], [[Page#Part]], [[#Part]], [[a/b.md]] and [[Page#^x1]].",
        "See Page, its words, here, Page > Part, Part, a/b and Page.")]
    [InlineData("| A | B |\n|---|---|\n| [[x\\|y]] | [[z]] |", "A | B\ny | z")]
    [InlineData("![[image.png]]\n\n![[image.png|300]] and ![[Note|words]]", "image.png\n\nimage.png and words")]
    [InlineData("> [!warning] Mind the *gap*\n> Text\n> goes on.", "Mind the gap\nText goes on.")]
    [InlineData("> [!NOTE]\n> Text.", "Note\nText.")]
    [InlineData("> [!faq]- Folded?\n> Yes.", "Folded?\nYes.")]
    [InlineData("> [!tip|left]\n>\n> Text.", "Tip\nText.")]
    [InlineData("> [!note] Outer\n> > [!todo] Inner\n> > Text.", "Outer\nInner\nText.")]
    [InlineData("Seen %% hidden %% seen.\n\n%%\nHidden\n\nlines.\n%%\n\nSeen.", "Seen seen.\n\nSeen.")]
    [InlineData("A quote. ^quote-of-the-day\n\n- item ^37066d\n\n^alone1", "A quote.\n\n- item")]
    [InlineData("Some ==highlighted **text**== here.", "Some highlighted text here.")]
    [InlineData("A #tag/sub stays.", "A #tag/sub stays.")]
    public void Obsidian(string markdown, string text) => Reading.Text(markdown).ShouldBe(text);

    [Theory]
    [InlineData(":::note My **title**\n\nText.\n\n# Heading\n\n:::\n\nAfter.", "My title\n\nText.\n\nHeading\n\nAfter.")]
    [InlineData("::: tip\nText.\n:::", "Tip\n\nText.")]
    [InlineData(":::warning[Look out]{#x}\nText.\n:::", "Look out\n\nText.")]
    [InlineData("::: code-group\n```js\na\n```\n:::", "a")]
    [InlineData("::: details More of it\nText.\n:::", "More of it\n\nText.")]
    [InlineData("- item\n\n  :::note Title\n  Text.\n  :::", "- item\n  Title\n  Text.")]
    [InlineData("::youtube[A film]{#x1}\n\nThe :abbr[HTML]{title=\"x\"} word.\n\n::hr{.x}", "A film\n\nThe HTML word.")]
    [InlineData("!!! note \"The title\"\n    Text.\n\n    - a\n\nAfter.", "The title\n\nText.\n\n- a\n\nAfter.")]
    [InlineData("??? warning\n    Text.", "Warning\n\nText.")]
    [InlineData("!!! note \"\"\n    Text.", "Text.")]
    [InlineData("=== \"Linux\"\n\n    apt\n\n=== \"macOS\"\n\n    brew", "Linux\n\napt\n\nmacOS\n\nbrew")]
    [InlineData("/// note | Title\nText.\n///", "Title\n\nText.")]
    public void Boxes(string markdown, string text) => Reading.Text(markdown).ShouldBe(text);

    [Theory]
    [InlineData("# A title {#an-id}\n\n## Other {.x #y} ##\n\n[l](u){target=_blank} and ![i](u){width=50%}.",
        "A title\n\nOther\n\nl and i.")]
    [InlineData("Text.\n{: .note #x}\n\n- TOC\n{:toc}\n\n# A {: .no_toc}", "Text.\n\nA")]
    [InlineData("{{< figure src=\"a.png\" >}}\n\nText {{< ref \"x\" >}} here, [link]({{< ref \"a b.md\" >}}).\n\n{{% notice %}}\nIn.\n{{% /notice %}}", "Text here, link.\n\nIn.")]
    [InlineData("{% include a.html %}\n\n{% raw %}In.{% endraw %} {%- if x -%}y{%- endif -%}", "In. y")]
    [InlineData("[[toc]]\n\nText.\n\n[toc]", "Text.")]
    [InlineData("- block\n  id:: 64f0c1f2-1111-2222-3333-444455556666\n  collapsed:: true\n- next", "- block\n- next")]
    [InlineData("import Tabs from '@theme/Tabs';\nimport { a } from \"b\";\n\nText.", "Text.")]
    public void Generators(string markdown, string text) => Reading.Text(markdown).ShouldBe(text);

    [Theory]
    [InlineData("Inline $a_1 + b*c*d$ and $x$, then\n\n$$\nE = mc^2 \\\\\n  *f*\n$$\n\nand $$\\sum_i x_i$$.",
        "Inline a_1 + b*c*d and x, then\n\nE = mc^2 \\\\\n  *f*\n\nand \\sum_i x_i.")]
    public void Formulas(string markdown, string text) => Reading.Text(markdown).ShouldBe(text);

    [Theory]
    [InlineData("Lists like [[1, 2], [3, 4]], a note [[1]], [[text](url)] and [[1]](url).",
        "Lists like [[1, 2], [3, 4]], a note [[1]], [text] and [1].")]
    [InlineData("`[[nodiscard]]` and `{% raw %}` and `%% x %%` and `{{< a >}}`", "[[nodiscard]] and {% raw %} and %% x %% and {{< a >}}")]
    [InlineData("```\n[[a|b]] %% c %% ==d== {% e %}\n%%\nf\n%%\nimport a from 'b'\n$$\n$$\n```",
        "[[a|b]] %% c %% ==d== {% e %}\n%%\nf\n%%\nimport a from 'b'\n$$\n$$")]
    [InlineData("    {% code %}\n    %% c %%", "{% code %}\n%% c %%")]
    [InlineData("a == b and c == d, x==1 or y==2, a=== b", "a == b and c == d, x==1 or y==2, a=== b")]
    [InlineData("It costs $5 to $10, or 5$ and 10$, in $HOME and $PATH, 100 % or 5%% and 10%%",
        "It costs $5 to $10, or 5$ and 10$, in $HOME and $PATH, 100 % or 5%% and 10%%")]
    [InlineData("Put %%NAME%% and %%OTHER_NAME%% here, {{ name }} and {name} too.",
        "Put %%NAME%% and %%OTHER_NAME%% here, {{ name }} and {name} too.")]
    [InlineData("> [!] x\n>\n> [!note] later", "[!] x\n[!note] later")]
    [InlineData("std::vector and std::string, a:b[c], {:ok, x}, 12:30:45", "std::vector and std::string, a:b[c], {:ok, x}, 12:30:45")]
    [InlineData("x ^2 and y ^n", "x ^2 and y ^n")]
    [InlineData("!!! so loud\n\n??? what\n\n!important", "!!! so loud\n\n??? what\n\n!important")]
    [InlineData("Text first.\n\nimport taxes from the 'past' are high.", "Text first.\n\nimport taxes from the 'past' are high.")]
    [InlineData("import taxes from abroad are high.", "import taxes from abroad are high.")]
    public void What_only_looks_like_it_stays(string markdown, string text) => Reading.Text(markdown).ShouldBe(text);

    [Theory]
    [InlineData("import A from 'a'\nexport const b = {\n  c: 1,\n\n  d: 2,\n}\n\n# Title\n\nText.", "Title\n\nText.")]
    [InlineData("<Tabs groupId=\"os\">\n  <TabItem value=\"x\" label=\"Linux\">\n    Some **bold** text.\n\n    ```sh\n    apt\n    ```\n  </TabItem>\n</Tabs>\n\nAfter.", "Linux\nSome bold text.\n\napt\n\nAfter.")]
    [InlineData("Text with <Badge text={x > 1 ? 'a' : 'b'} /> and {/* hidden */}seen{' '}{`words`} {props.name}.",
        "Text with and seen words .")]
    [InlineData("<Card\n  title=\"Shown\"\n  onClick={() => { go(\"}\"); }}\n>\n\nIn.\n\n</Card>", "Shown\n\nIn.")]
    [InlineData("Generic `Array<T>` and `{a}` stay, \\{b} too.", "Generic Array<T> and {a} stay, {b} too.")]
    [InlineData("```jsx\nimport a from 'b'\n<A b={c} />\n```", "import a from 'b'\n<A b={c} />")]
    [InlineData("An open { brace and a < b.", "An open { brace and a < b.")]
    public void Mdx(string markdown, string text) =>
        string.Join("\n\n", Reading.Read(markdown, Reading.Whole, "docs/a.mdx").Chunks.Select(chunk => chunk.Text)).ShouldBe(text);

    [Fact]
    public void Lines_keep_their_numbers()
    {
        var chunk = Reading.Read("---\ntitle: x\n---\n%%\nhidden\n%%\n{{< a\n  b >}}\n\nText.\n", Reading.Whole).Chunks.Single();
        (chunk.StartLine, chunk.EndLine).ShouldBe((10, 10));
        Reading.Read("import a from 'b'\n\n<A\n  b={c}\n>\n\nText.\n\n</A>\n", Reading.Whole, "a.mdx").Chunks.Single().StartLine.ShouldBe(
            7);
    }

    [Fact]
    public void Chinese_and_arabic_are_cut_at_sentences()
    {
        var chunks = Reading.Read(string.Concat(Enumerable.Repeat("这是一个没有空格的句子，它说明了如何切分文本！", 100)), Reading.Config with { Embed = [] })
            .Chunks;
        chunks.Count.ShouldBeGreaterThan(3);
        chunks.ShouldAllBe(chunk => chunk.Text.EndsWith('！'));
        Reading.Text("مرحبا **بالعالم** [رابط](x).").ShouldBe("مرحبا بالعالم رابط.");
    }
}
