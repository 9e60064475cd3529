using System.Globalization;
using System.Text;
using EmbSync.Core.Model;

namespace EmbSync.Core.Tests.Documents;

/// <summary>
/// Front matter is metadata: read by YAML's core schema where it is YAML, else as people write it. It is bounded, and never costs the
/// document.
/// </summary>
public sealed class FrontMatterReading
{
    [Fact]
    public void Values_become_canonical_json()
    {
        var config = Reading.Config with
            { Metadata = ["z", "a", "n", "f", "b", "nothing", "date", "list", "map", "quoted", "big", "octal", "hex", "version",
            "absent"] };
        Reading.Read("""
            ---
            z: open
            a: [x, 'y', 1]
            n: 007
            f: 1.50
            b: True
            nothing: ~
            date: 2024-05-01
            list:
              - 1
              - {k: v}
            map: {b: 1, a: 2}
            quoted: "12"
            big: 123456789012345678901234567890
            octal: 0o17
            hex: 0xFF
            version: 1.2.3
            ---
            """, config).Metadata.ShouldBe("""
            {"a":["x","y",1],"b":true,"big":"123456789012345678901234567890","date":"2024-05-01","f":1.5,"hex":255,"list":[1,{"k":"v"}],"map":{"a":2,"b":1},"n":7,"nothing":null,"octal":15,"quoted":"12","version":"1.2.3","z":"open"}
            """);
    }

    [Fact]
    public void Id_type_and_time_come_from_it()
    {
        var document = Reading.Read("---\nid:  007 \ntype: spec\nupdated_at: 2024-05-01T10:30:00+02:00\n---\nText.");
        document.Id.ShouldBe("007");
        document.Type.ShouldBe("spec");
        document.Priority.ShouldBe(2);
        document.UpdatedAt.ShouldBe(new DateTimeOffset(2024, 5, 1, 8, 30, 0, TimeSpan.Zero));
        Reading.Read("---\nupdated: 2024-05-01\n---\n").UpdatedAt.ShouldBe(new DateTimeOffset(2024, 5, 1, 0, 0, 0, TimeSpan.Zero));
        Reading.Read("---\nupdated: last week\n---\n").UpdatedAt.ShouldBeNull();
    }

    [Fact]
    public void Path_is_the_id_without_the_key_or_without_a_configured_key()
    {
        Reading.Read("Text.").Id.ShouldBe("tasks/a.md");
        Reading.Read("---\nid: T-1\n---\nText.", Reading.Config with { IdKey = null }).Id.ShouldBe("tasks/a.md");
    }

    [Theory]
    [InlineData("id:")]
    [InlineData("id: ~")]
    [InlineData("id: '  '")]
    [InlineData("id: [a]")]
    [InlineData("id: \"a\\nb\"")]
    [InlineData("id: \"a\\u0007\"")]
    public void The_path_is_the_id_where_the_key_gives_none(string line)
    {
        Reading.Read($"---\n{line}\n---\nText.").Id.ShouldBe("tasks/a.md");
        Reading.Warnings($"---\n{line}\n---\nText.").ShouldBe([(ProblemCodes.InvalidId, null)]);
    }

    [Fact]
    public void The_path_is_the_id_where_it_would_be_too_long() =>
        Reading.Warnings($"---\nid: {new string('ä', 513)}\n---\n").ShouldBe([(ProblemCodes.InvalidId, null)]);

    [Theory]
    [InlineData("---\ntitle: x\n...\nText.", "Text.")]
    [InlineData("---\n---\nText.", "Text.")]
    [InlineData("---\n# only a comment\n---\nText.", "Text.")]
    [InlineData("---\n\ntitle: x\n---\nText.", "Text.")]
    [InlineData("---\n\nText without end.", "Text without end.")]
    [InlineData("---\nNo: end.", "No: end.")]
    [InlineData("---\n\nA line across.\n\n---\n\nText.", "A line across.\n\nText.")]
    [InlineData("----\na: b\n----\n", "a: b")]
    [InlineData("Text.\n\n---\na: b\n---\n", "Text.\n\na: b")]
    public void Ends_where_its_marks_say(string markdown, string body) => Reading.Text(markdown).ShouldBe(body);

    [Theory]
    [InlineData("title: x\nlabels: [a\n", ProblemCodes.FrontMatterInvalid, 4, """{"labels":"[a","title":"x"}""")]
    [InlineData("title: x\n\ttab: y\n", ProblemCodes.FrontMatterInvalid, 2, """{"tab":"y","title":"x"}""")]
    [InlineData("title: x\nstatus: open\ntitle: y\n", ProblemCodes.FrontMatterInvalid, 4, """{"status":"open","title":"y"}""")]
    [InlineData("map:\n  a: 1\n  a: 2\n", ProblemCodes.FrontMatterInvalid, 4, """{"map":{"a":2}}""")]
    [InlineData("title: Fix: this\n", ProblemCodes.FrontMatterInvalid, 2, """{"title":"Fix: this"}""")]
    [InlineData("title: x\nassignee: @someone\n", ProblemCodes.FrontMatterInvalid, 3, """{"assignee":"@someone","title":"x"}""")]
    [InlineData("list:\n  - @a\n  - `b`\n  - 50%\n", ProblemCodes.FrontMatterInvalid, 3, """{"list":["@a","`b`","50%"]}""")]
    [InlineData("list:\n- @a\n- b # why\nstatus: open\n", ProblemCodes.FrontMatterInvalid, 3, """{"list":["@a","b"],"status":"open"}""")]
    [InlineData("title: [WIP] Draft\n", ProblemCodes.FrontMatterInvalid, 2, """{"title":"[WIP] Draft"}""")]
    [InlineData("title: \"Say \"hi\"\"\n", ProblemCodes.FrontMatterInvalid, 2, """{"title":"\"Say \"hi\"\""}""")]
    [InlineData("title: {{ page.title }}\nstatus: open\n", ProblemCodes.FrontMatterInvalid, 2, """{"status":"open","title":"{{ page.title }}"}""")]
    [InlineData("{% raw %}\ntitle: x\n", ProblemCodes.FrontMatterInvalid, 3, """{"title":"x"}""")]
    [InlineData("title: %d items\n", ProblemCodes.FrontMatterInvalid, 2, """{"title":"%d items"}""")]
    [InlineData("title:x\nstatus:open\n", ProblemCodes.FrontMatterInvalid, 2, """{"status":"open","title":"x"}""")]
    [InlineData("title: a\nwithout a key\nstatus: open\n", ProblemCodes.FrontMatterInvalid, 3, """{"status":"open","title":"a without a key"}""")]
    [InlineData("title: @a\ntext: |\n  one\n    two\n\n  three\nfold: >-\n  one\n  two\nmap:\n  k: @v\n  - x\nlist: [a, 'b, c', {d: 1}]\n",
        ProblemCodes.FrontMatterInvalid, 2,
        """{"fold":"one two","list":["a","b, c",{"d":1}],"map":{"k":"@v - x"},"text":"one\n  two\n\nthree","title":"@a"}""")]
    [InlineData("people:\n  - name: @a\n    role: x\n  - name: @b\n", ProblemCodes.FrontMatterInvalid, 3, """{"people":[{"name":"@a","role":"x"},{"name":"@b"}]}""")]
    [InlineData("title: ✓ @ x: y\n", ProblemCodes.FrontMatterInvalid, 2, """{"title":"✓ @ x: y"}""")]
    [InlineData("a: 1\n--- b\nc: 2\n", ProblemCodes.FrontMatterInvalid, 3, """{"a":"1 --- b","c":2}""")]
    [InlineData("a: 1\nb: \"x\\0\"\n", null, null, """{"a":1,"b":"x�"}""")]
    [InlineData("a: \"\\uD800\"\nb: 1\n", ProblemCodes.FrontMatterInvalid, 2, """{"a":"�","b":1}""")]
    [InlineData("a: &x 1\n", ProblemCodes.FrontMatterAlias, 2, """{"a":"&x 1"}""")]
    [InlineData("a: 1\nb: *x\n", ProblemCodes.FrontMatterAlias, 3, """{"a":1,"b":"*x"}""")]
    [InlineData("a: &x [*x]\n", ProblemCodes.FrontMatterAlias, 2, """{"a":["*x"]}""")]
    [InlineData("a: &x [1, 2]\nb: *x\n", null, null, """{"a":[1,2],"b":[1,2]}""")]
    [InlineData("a: **bold** text\n", ProblemCodes.FrontMatterInvalid, 2, """{"a":"**bold** text"}""")]
    [InlineData("a: !!str 12\n", null, null, """{"a":"12"}""")]
    [InlineData("a: !!binary aGk=\n", null, null, """{"a":"aGk="}""")]
    [InlineData("a: !include /etc/passwd\n", ProblemCodes.FrontMatterAlias, 2, """{"a":"!include /etc/passwd"}""")]
    public void What_a_strict_parser_refuses_costs_a_warning(string yaml, string? code, int? line, string metadata)
    {
        var config = Reading.Config with
            { Metadata = ["a", "assignee", "b", "c", "fold", "labels", "list", "map", "people", "status", "tab", "text", "title"] };
        var document = Reading.Read($"---\n{yaml}---\nText.", config with { Embed = [] });
        document.Metadata.ShouldBe(metadata);
        document.Chunks.Single().Text.ShouldBe("Text.");
        document.Warnings.Select(warning => (warning.Code, warning.Line)).ShouldBe(code is null ? [] : [(code, line)]);
        document.Warnings.ShouldAllBe(warning => warning.Message.EndsWith('.') && !warning.Message.Contains('\n'));
    }

    [Theory]
    [InlineData("just prose\n", "just prose\n\nText.")]
    [InlineData("- a\n- b\n", "- a\n- b\n\nText.")]
    [InlineData("Prose first.\nThen: a colon.\n", "Prose first. Then: a colon.\n\nText.")]
    public void What_cannot_be_told_from_text_is_text(string between, string text)
    {
        Reading.Text($"---\n{between}\n---\n\nText.").ShouldBe(text);
        Reading.Read($"---\n{between}\n---\n\nText.").Warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("+++\ntitle = \"Zola\"\ndate = 2024-05-01\n[extra]\nn = 1\ntags = [\"a\", 'b']\n+++\nText.", """{"date":"2024-05-01","extra":{"n":1,"tags":["a","b"]},"title":"Zola"}""", null)]
    [InlineData("+++\ntitle = Hugo without quotes\ndraft = true\n[extra]\nn = @1\n+++\nText.", """{"draft":true,"extra":{"n":"@1"},"title":"Hugo without quotes"}""", 2)]
    [InlineData("{\n  \"title\": \"Hugo\",\n  \"extra\": { \"n\": 1.5 }, // why\n}\n\nText.", """{"extra":{"n":1.5},"title":"Hugo"}""", null)]
    [InlineData("{ \"title\": \"One line\" }\nText.", """{"title":"One line"}""", null)]
    [InlineData(";;;\n{\"title\": \"x\"}\n;;;\nText.", """{"title":"x"}""", null)]
    [InlineData("---json\n{\"title\": \"x\"}\n---\nText.", """{"title":"x"}""", null)]
    [InlineData("---toml\ntitle = 'x'\n---\nText.", """{"title":"x"}""", null)]
    [InlineData("---yaml\ntitle: x\n---\nText.", """{"title":"x"}""", null)]
    [InlineData("<!--\ntitle: x\nstatus: open\n-->\n\nText.", """{"status":"open","title":"x"}""", null)]
    [InlineData("<!--\n---\ntitle: x\n---\n-->\nText.", """{"title":"x"}""", null)]
    [InlineData("Title: x\nDate: 2024-05-01\nstatus: open\n\nText.", """{"date":"2024-05-01","status":"open","title":"x"}""", null)]
    [InlineData("title:: x\nstatus:: open\n\nText.", """{"status":"open","title":"x"}""", null)]
    [InlineData("\n\n---\ntitle: x\n---\nText.", """{"title":"x"}""", null)]
    [InlineData("\uFEFF---\r\ntitle: x\t\r\nstatus: 'open' \r\n---  \r\nText.\r\n", """{"status":"open","title":"x"}""", null)]
    public void Other_forms_are_read_and_not_embedded(string markdown, string metadata, int? warned)
    {
        var document = Reading.Read(markdown, Reading.Config with { Embed = [], Metadata = ["date", "draft", "extra", "status", "title"] });
        document.Metadata.ShouldBe(metadata);
        document.Chunks.Single().Text.ShouldBe("Text.");
        document.Warnings.Select(warning => warning.Line).ShouldBe(warned is null ? [] : [warned]);
    }

    [Theory]
    [InlineData("{ not json }\n\nText.", "{ not json }\n\nText.")]
    [InlineData("{\"a\": 1} and text\n\nText.", "{\"a\": 1} and text\n\nText.")]
    [InlineData("{\"a\": 1}\n", "{\"a\": 1}")]
    [InlineData("+++\nno end = 1\n\nText.", "+++ no end = 1\n\nText.")]
    [InlineData("<!-- just words -->\n\nText.", "Text.")]
    [InlineData("Note: this is prose.\n\nText.", "Note: this is prose.\n\nText.")]
    [InlineData("Title: of a paragraph\nthat is none of a header.\n\nText.", "Title: of a paragraph that is none of a header.\n\nText.")]
    [InlineData("std::vector is a type.\n\nText.", "std::vector is a type.\n\nText.")]
    public void What_only_begins_like_one_is_text(string markdown, string text)
    {
        Reading.Text(markdown).ShouldBe(text);
        Reading.Read(markdown).Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void A_key_in_other_letters_counts_where_it_is_the_only_one()
    {
        Reading.Read("---\nTitle: x\nStatus: open\n---\nText.").ShouldSatisfyAllConditions(
            document => document.Title.ShouldBe("x"), document => document.Metadata.ShouldBe("""{"status":"open"}"""));
        Reading.Read("---\nTITLE: x\nTitle: y\n---\nText.").Title.ShouldBe("a");
    }

    [Fact]
    public void A_billion_laughs_is_text()
    {
        var yaml = new StringBuilder("a0: &a0 [lol]\n");
        for (var i = 1; i < 10; i++)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        var document = Reading.Read($"---\n{yaml}---\nText.", Reading.Config with { Metadata = ["a1", "a9"] });
        document.Metadata.Length.ShouldBeLessThan(100_000);
        document.Metadata.ShouldContain("\"a1\":[[\"lol\"],");
        document.Warnings.Single().Code.ShouldBe(ProblemCodes.FrontMatterAlias);
        document.Chunks.Single().Text.ShouldBe("Text.");
    }

    [Theory]
    [InlineData(64, false)]
    [InlineData(65, true)]
    [InlineData(6_000, true)]
    [InlineData(100_000, true)]
    public void Nesting_is_bounded(int depth, bool warned)
    {
        // The top-level map is the first level.
        string[] forms =
        [
            $"a: {new string('[', depth - 1)}{new string(']', depth - 1)}",
            $"a: {string.Concat(Enumerable.Repeat("{a: ", depth - 1))}1{new string('}', depth - 1)}",
        ];
        foreach (var yaml in forms)
        {
            var document = Reading.Read($"---\n{yaml}\n---\nText.", Reading.Config with { Metadata = ["a"] });
            document.Chunks.Single().Text.ShouldBe("Text.");
            document.Warnings.Count.ShouldBe(warned ? 1 : 0);
            document.Warnings.ShouldAllBe(
                warning => warning.Code == ProblemCodes.FrontMatterTooDeep || warning.Code == ProblemCodes.FrontMatterInvalid);
        }
    }

    [Fact]
    public void Nesting_by_lines_and_dashes_and_in_toml_is_bounded()
    {
        var lines = string.Concat(Enumerable.Range(0, 600).Select(depth => new string(' ', depth) + "a:\n"));
        Reading.Warnings($"---\n{lines}---\n").ShouldBe([(ProblemCodes.FrontMatterTooDeep, 66)]);
        Reading.Warnings($"---\na:\n  {string.Concat(Enumerable.Repeat("- ", 6_000))}1\n---\n").ShouldBe(
            [(ProblemCodes.FrontMatterTooDeep, 3)]);
        Reading.Warnings($"+++\na = {new string('[', 10_000)}{new string(']', 10_000)}\n+++\nText.").ShouldBe(
            [(ProblemCodes.FrontMatterTooDeep, 2)]);
        Reading.Warnings($"+++\n{string.Join('.', Enumerable.Repeat("a", 10_000))} = 1\n+++\nText.").ShouldBe(
            [(ProblemCodes.FrontMatterTooDeep, 2)]);
        Reading.Text($"{{\"a\":{string.Concat(Enumerable.Repeat("[", 10_000))}").ShouldStartWith("{\"a\"");
    }

    [Fact]
    public void Size_is_bounded()
    {
        Reading.Warnings($"---\na: {new string('x', 262_000)}\n---\nText.").ShouldBeEmpty();
        var large = Reading.Read($"---\nid: T-1\na: {new string('x', 262_144)}\nstatus: open\n---\nText.");
        large.Id.ShouldBe("T-1");
        large.Chunks.Single().Text.ShouldBe("Text.");
        large.Warnings.Select(warning => (warning.Code, warning.Line)).ShouldBe([(ProblemCodes.FrontMatterInvalid, 2)]);
    }

    [Fact]
    public void Embedded_keys_are_part_of_the_text_in_their_order()
    {
        var config = Reading.Config with { Embed = ["summary", "title", "labels", "absent"] };
        Reading.Read("---\ntitle: The  title\nlabels: [b, a]\nsummary: >\n  two\n  lines\n---\nBody.", config).Chunks.Single().Text
            .ShouldBe("summary: two lines\nThe title\nlabels: b, a\n\nBody.");
    }
}
