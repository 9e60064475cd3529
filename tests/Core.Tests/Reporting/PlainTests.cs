using EmbSync.Core.Model;

namespace EmbSync.Core.Tests.Reporting;

public sealed class PlainTests
{
    [Theory]
    [InlineData("\u001b[31mred\u001b[0m", "\\u{1B}[31mred\\u{1B}[0m")]
    [InlineData("\u001b]8;;http://x\u0007link", "\\u{1B}]8;;http://x\\u{7}link")]
    [InlineData("a\u202Eb\u2066c", "a\\u{202E}b\\u{2066}c")]
    [InlineData("two\nlines", "two lines")]
    [InlineData("return\rover", "return\\u{D}over")]
    [InlineData("\u2028x\u200Bx\uFEFF", "\\u{2028}x\\u{200B}x\\u{FEFF}")]
    [InlineData("x ##[error]y", "x ##\\[error]y")]
    [InlineData("x ##vso[task.setvariable variable=a]b", "x ##vso\\[task.setvariable variable=a]b")]
    [InlineData("##VSO[task.complete]", "##VSO\\[task.complete]")]
    [InlineData("Größe 家 👩‍💻", "Größe 家 👩‍💻")]
    public void A_line_can_not_reach_the_terminal_or_the_runner(string text, string expected) => Plain.Line(text).ShouldBe(expected);

    [Fact]
    public void A_cell_of_markdown_stays_a_cell() =>
        Plain.Markdown("<img src=x> | [a](b) `c` *d*\n::set-output").ShouldBe(
            "\\<img src=x\\> \\| \\[a\\]\\(b\\) \\`c\\` \\*d\\* ::set-output");

    [Fact]
    public void Command_data_is_encoded_as_the_runner_decodes_it()
    {
        Plain.CommandData("50% done\r\n::set-output name=x::y").ShouldBe("50%25 done%0D%0A::set-output name=x::y");
        Plain.CommandProperty("a,b:c%0A").ShouldBe("a%2Cb%3Ac%250A");
    }
}
