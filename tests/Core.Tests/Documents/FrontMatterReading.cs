using System.Globalization;
using System.Text;
using EmbSync.Core.Model;

namespace EmbSync.Core.Tests.Documents;

/// <summary>Front matter is metadata: read by YAML's core schema, bounded, and refused where it can't be trusted.</summary>
public sealed class FrontMatterReading
{
    [Fact]
    public void Values_become_canonical_json()
    {
        var config = Reading.Config with { Metadata = ["z", "a", "n", "f", "b", "nothing", "date", "list", "map", "quoted", "big", "octal", "hex", "version", "absent"] };
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
    public void Refuses_an_id_that_is_none(string line) => Reading.Refuse($"---\n{line}\n---\nText.").Code.ShouldBe(ProblemCodes.InvalidId);

    [Fact]
    public void Refuses_an_id_that_is_too_long() => Reading.Refuse($"---\nid: {new string('ä', 513)}\n---\n").Code.ShouldBe(ProblemCodes.InvalidId);

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
    [InlineData("title: x\nlabels: [a\n", ProblemCodes.FrontMatterInvalid, 4)]
    [InlineData("title: x\n\ttab: y\n", ProblemCodes.FrontMatterInvalid, 2)]
    [InlineData("title: x\nstatus: open\ntitle: y\n", ProblemCodes.FrontMatterInvalid, 4)]
    [InlineData("map:\n  a: 1\n  a: 2\n", ProblemCodes.FrontMatterInvalid, 4)]
    [InlineData("title: a: b\n", ProblemCodes.FrontMatterInvalid, 2)]
    [InlineData("just prose\n", ProblemCodes.FrontMatterInvalid, 2)]
    [InlineData("- a\n- b\n", ProblemCodes.FrontMatterInvalid, 2)]
    [InlineData("[a]: b\n", ProblemCodes.FrontMatterInvalid, 2)]
    [InlineData("a: 1\n--- b\n", ProblemCodes.FrontMatterInvalid, 3)]
    [InlineData("a: 1\nb: \"x\\0\"\n", ProblemCodes.FrontMatterInvalid, 3)]
    [InlineData("a: \"\\uD800\"\n", ProblemCodes.FrontMatterInvalid, 2)]
    [InlineData("a: &x 1\n", ProblemCodes.FrontMatterAlias, 2)]
    [InlineData("a: 1\nb: *x\n", ProblemCodes.FrontMatterAlias, 3)]
    [InlineData("a: &x [*x]\n", ProblemCodes.FrontMatterAlias, 2)]
    [InlineData("a: !!binary aGk=\n", ProblemCodes.FrontMatterAlias, 2)]
    [InlineData("a: !include /etc/passwd\n", ProblemCodes.FrontMatterAlias, 2)]
    public void Refuses_what_is_wrong_and_names_the_line(string yaml, string code, int line)
    {
        var problem = Reading.Refuse($"---\n{yaml}---\nText.");
        problem.Code.ShouldBe(code, problem.Message);
        problem.Line.ShouldBe(line, problem.Message);
    }

    [Fact]
    public void Refuses_a_billion_laughs()
    {
        var yaml = new StringBuilder("a0: &a0 [lol]\n");
        for (var i = 1; i < 10; i++)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        Reading.Refuse($"---\n{yaml}---\n").Code.ShouldBe(ProblemCodes.FrontMatterAlias);
    }

    [Theory]
    [InlineData(64, false)]
    [InlineData(65, true)]
    [InlineData(6_000, true)]
    [InlineData(100_000, true)]
    public void Nesting_is_bounded(int depth, bool refused)
    {
        // The top-level map is the first level.
        string[] forms =
        [
            $"a: {new string('[', depth - 1)}{new string(']', depth - 1)}",
            $"a: {string.Concat(Enumerable.Repeat("{a: ", depth - 1))}1{new string('}', depth - 1)}",
        ];
        foreach (var yaml in forms)
        {
            if (refused)
            {
                Reading.Refuse($"---\n{yaml}\n---\nText.").Code.ShouldBeOneOf(ProblemCodes.FrontMatterTooDeep, ProblemCodes.FrontMatterInvalid);
            }
            else
            {
                Reading.Read($"---\n{yaml}\n---\nText.").Chunks.Count.ShouldBe(1);
            }
        }
    }

    [Fact]
    public void Nesting_by_lines_and_dashes_is_bounded()
    {
        var lines = string.Concat(Enumerable.Range(0, 600).Select(depth => new string(' ', depth) + "a:\n"));
        Reading.Refuse($"---\n{lines}---\n").Code.ShouldBe(ProblemCodes.FrontMatterTooDeep);
        Reading.Refuse($"---\na:\n  {string.Concat(Enumerable.Repeat("- ", 6_000))}1\n---\n").Code.ShouldBe(ProblemCodes.FrontMatterTooDeep);
    }

    [Fact]
    public void Size_is_bounded()
    {
        Reading.Read($"---\na: {new string('x', 262_000)}\n---\nText.").Chunks.Count.ShouldBe(1);
        Reading.Refuse($"---\na: {new string('x', 262_144)}\n---\nText.").Code.ShouldBe(ProblemCodes.FrontMatterInvalid);
    }

    [Fact]
    public void Embedded_keys_are_part_of_the_text_in_their_order()
    {
        var config = Reading.Config with { Embed = ["summary", "title", "labels", "absent"] };
        Reading.Read("---\ntitle: The  title\nlabels: [b, a]\nsummary: >\n  two\n  lines\n---\nBody.", config).Chunks.Single().Text
            .ShouldBe("summary: two lines\nThe title\nlabels: b, a\n\nBody.");
    }
}
