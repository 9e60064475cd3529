using System.Text;

namespace EmbSync.Core.Tests.Documents;

/// <summary>Documents as people write them, from a seed: headings of several levels, paragraphs, lists, fences, tables.</summary>
internal sealed class RandomMarkdown(Random random)
{
    private static readonly string[] Syllables =
        ["ta", "ri", "mon", "sel", "ve", "ko", "den", "pla", "shu", "gra", "ni", "bor", "el", "qua", "fi", "zan", "tor", "mi", "lup",
            "ches"];

    /// <summary>Blocks in order; joined by empty lines they are the document.</summary>
    public List<string> Blocks(int count)
    {
        var blocks = new List<string> { "# " + Sentence(4) };
        while (blocks.Count < count)
        {
            blocks.Add(random.Next(20) switch
            {
                0 => "## " + Sentence(4),
                1 or 2 => "### " + Sentence(4),
                3 => "```cs\n" + string.Join('\n', Enumerable.Range(0, random.Next(1, 20))
                .Select(_ => new string(' ', random.Next(8)) + Words(random.Next(1, 8)))) + "\n```",
                4 or 5 => string.Join('\n', Enumerable.Range(0, random.Next(2, 9)).Select(
                i => (i % 4 == 3 ? "  - " : "- ") + Words(random.Next(2, 25)))),
                6 => "| a | b |\n|---|---|\n" + string.Join(
                '\n', Enumerable.Range(0, random.Next(1, 12)).Select(_ => $"| {Words(2)} | {Words(5)} |")),
                _ => Paragraph(),
            });
        }

        return blocks;
    }

    public string Paragraph() => string.Join(' ', Enumerable.Range(0, random.Next(1, 8)).Select(_ => Sentence(random.Next(5, 20))));

    public string Sentence(int words)
    {
        var text = Words(words);
        return char.ToUpperInvariant(text[0]) + text[1..] + ".";
    }

    public string Words(int count)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            text.Append(i == 0 ? "" : " ");
            for (var syllable = random.Next(1, 4); syllable > 0; syllable--)
            {
                text.Append(Syllables[random.Next(Syllables.Length)]);
            }
        }

        return text.ToString();
    }

    /// <summary>One block that is a paragraph changed, put in, or taken out.</summary>
    public List<string> EditOneParagraph(IReadOnlyList<string> blocks)
    {
        var result = blocks.ToList();
        var paragraphs = Enumerable.Range(0, blocks.Count).Where(i => char.IsAsciiLetter(blocks[i][0])).ToList();
        var at = paragraphs[random.Next(paragraphs.Count)];
        switch (random.Next(4))
        {
            case 0:
                result.Insert(at, Paragraph());
                break;
            case 1 when paragraphs.Count > 1:
                result.RemoveAt(at);
                break;
            default:
                var words = result[at].Split(' ');
                words[random.Next(words.Length)] = Words(random.Next(1, 3));
                result[at] = string.Join(' ', words);
                break;
        }

        return result;
    }
}
