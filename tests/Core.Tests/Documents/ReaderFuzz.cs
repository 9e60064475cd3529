using System.Diagnostics;
using System.Globalization;
using System.Text;
using EmbSync.Core.Configuration;
using EmbSync.Core.Documents;
using EmbSync.Core.Model;
using Xunit.Abstractions;

namespace EmbSync.Core.Tests.Documents;

/// <summary>Whatever the bytes are, reading gives a document or a problem: no exception, no hang.</summary>
public sealed class ReaderFuzz(ITestOutputHelper output)
{
    private static readonly string[] Tokens =
    [
        "a", " ", "\n", "\n\n", "*", "**", "_", "`", "```\n", "~~~\n", "~~", "[", "]", "](", ")", "![", "<", ">", "|", "|-|\n", "- ",
            "  - ", "1. ", "> ", "# ", "## ",
        "\\", "&amp;", "&#0;", "&#xD800;", "\\0", "\\uD800", "[a](b)", "[a]: b\n", "[^a]", "[^a]: ", "http://", "<!--", "-->",
            "<a ", "</a>", "<br>", "<?", "<![CDATA[", "\"", "'", "=\n", "===\n", "---\n", "...\n",
        "    ", "\t", ":", "[ ] ", "[x] ", "<b>", "é", "e\u0301", "中", "。", "😀", "\uFE0F", "\u200D", "\r\n", "\r", "\uFEFF", "\u2028",
            "<script>", "</script>", "<div>\n", "<!-- toc -->\n",
        "<!-- tocstop -->\n", "<<<<<<< a\n", "=======\n", ">>>>>>> b\n", "---\ntitle: x\n---\n", "title: ", "id: ", "&x ", "*x", "{", "}",
            ", ", "!!str ", "%YAML 1.2\n", "version https://git-lfs.github.com/spec/v1\n",
        "[[", "]]", "![[", "|b]]", "==", "%%", "$", "$$\n", "\n:::", ":::note x\n", "!!! note \"x\"\n", "    x\n", "> [!note] ",
            "{{< a >}}", "{% a %}", "{: .a}", "{#b}", " ^abcd", "::a[b]{c}", "/// a | b\n",
        "import a from 'b'\n", "export const a = {\n", "<A b={c}>", "</A>", "{/* a */}", "{'a'}", "+++\n", "a = 1\n", "title:: x\n",
            "Title: x\n", "<!--\ntitle: x\n-->\n", "{\"a\": 1}\n", ";;;\n", "- @a\n", "key: @x: y\n",
    ];

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    [Fact]
    public void Only_outcomes_come_out()
    {
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("EMBSYNC_FUZZ_ROUNDS"), NumberStyles.None,
            CultureInfo.InvariantCulture, out var asked) ? asked : 3_000;
        var seed = int.TryParse(Environment.GetEnvironmentVariable("EMBSYNC_FUZZ_SEED"), NumberStyles.None, CultureInfo.InvariantCulture,
            out var given) ? given : 20240613;
        var random = new Random(seed);
        var readers = new[]
        {
            new MarkdownReader(Reading.Config),
            new MarkdownReader(Reading.Config with
            { Embed = ["title", "labels"], Chunk = new ChunkConfig(16, 4), TitleOnEveryChunk = true }),
        };
        var codes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var slowest = TimeSpan.Zero;
        for (var round = 0; round < rounds; round++)
        {
            var bytes = Input(random);
            var watch = Stopwatch.StartNew();
            ParseOutcome outcome;
            try
            {
                outcome = readers[round % 2].Parse(bytes, round % 3 == 0 ? "tasks/a.mdx" : "tasks/a.md");
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}, round {round}, input {Convert.ToBase64String(bytes)}", exception);
            }

            slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
            (outcome.Document is null).ShouldNotBe(outcome.Problem is null, $"seed {seed}, round {round}");
            outcome.Problem?.Code.ShouldBeOneOf(ProblemCodes.NotUtf8, ProblemCodes.LfsPointer);
            foreach (var code in outcome.Document?.Warnings.Select(warning => warning.Code).Append("read") ?? [outcome.Problem!.Code])
            {
                codes[code] = codes.GetValueOrDefault(code) + 1;
            }

            Check(outcome, $"seed {seed}, round {round}, input {Convert.ToBase64String(bytes)}");
        }

        output.WriteLine($"seed {seed}, {rounds} inputs, slowest {slowest.TotalMilliseconds:f0} ms, {string.Join(", ", codes.Select(entry => $"{entry.Key}: {entry.Value}"))}");
        slowest.ShouldBeLessThan(TimeSpan.FromSeconds(30));
        codes.Keys.ShouldContain("read");
        codes.Keys.ShouldContain(ProblemCodes.FrontMatterInvalid);
    }

    private static void Check(ParseOutcome outcome, string name)
    {
        foreach (var chunk in outcome.Document?.Chunks ?? [])
        {
            chunk.Text.ShouldNotBeNullOrWhiteSpace(name);
            chunk.Hash.ShouldBe(ContentHash.Of(chunk.Text), name);
            chunk.StartLine.ShouldBeInRange(1, chunk.EndLine, name);
            chunk.Text.Contains('\0', StringComparison.Ordinal).ShouldBeFalse(name);
            Should.NotThrow(() => Strict.GetByteCount(chunk.Text), name);
        }

        if (outcome.Document is { } document)
        {
            document.Title.ShouldNotBeEmpty(name);
            document.Title.Contains('\n', StringComparison.Ordinal).ShouldBeFalse(name);
            System.Text.Json.JsonDocument.Parse(document.Metadata).Dispose();
        }
        else
        {
            outcome.Problem!.Message.ShouldNotBeNullOrEmpty(name);
        }
    }

    /// <summary>Soups of tokens, honest documents with damage, and raw bytes.</summary>
    private static byte[] Input(Random random)
    {
        switch (random.Next(8))
        {
            case 0:
                var noise = new byte[random.Next(200)];
                random.NextBytes(noise);
                return noise;
            case 1 or 2:
                var honest = Encoding.UTF8.GetBytes("---\nid: x\ntitle: y\nlabels: [a, b]\n---\n" + string.Join(
                    "\n\n", new RandomMarkdown(random).Blocks(random.Next(1, 12))));
                for (var damage = random.Next(6); damage > 0; damage--)
                {
                    honest[random.Next(honest.Length)] = (byte)"\n-*[]|`>#:&{'\"<~ \0"[random.Next(random.Next(20) == 0 ? 18 : 17)];
                }

                return honest;
            default:
                var soup = new StringBuilder(random.Next(3) == 0 ? "---\n" : "");
                for (var tokens = random.Next(1, 120); tokens > 0; tokens--)
                {
                    soup.Insert(soup.Length, Tokens[random.Next(Tokens.Length)], random.Next(12) == 0 ? random.Next(1, 60) : 1);
                }

                return Encoding.UTF8.GetBytes(soup.ToString());
        }
    }
}
