using System.Text;

namespace EmbSync.Core.Tests.Configuration;

/// <summary>Configurations with a few things done to them.</summary>
internal static class FuzzedConfig
{
    private const string Yaml = """
        version: 1
        project: x
        store: { backend: sqlite, path: a.db, branch: main }
        embeddings:
          provider: openai
          apiKey: env:K
          model: text-embedding-3-small
          dimension: 384
          batch: { size: env:X, sleepMs: 0 }
          prices: { m: 0.02 }
          prefixes: { document: 'd: ', query: "q: " }
        limits:
          maxCost: 1.00
          maxDelete: 20%
        sources:
          - name: tasks
            type: markdown
            include: ["tasks/**/*.md", b/*.md]
            exclude: []
            embed: [title]
            chunk: { maxTokens: 512 }
          - name: docs
        """;

    private const string Json = """
        { "version": 1, "project": "x", "store": { "backend": "sqlite", "keepText": true },
          "embeddings": { "provider": "openai", "apiKey": "env:K", "dimension": 384, "batch": { "size": "env:X" }, "prices": { "m": 0.02 } },
          "limits": { "maxCost": 1.0, "maxDelete": "20%" },
          "sources": [{ "name": "tasks", "include": ["tasks/**/*.md"], "chunk": { "maxTokens": 512 } }, { "name": "docs" }] }
        """;

    private static readonly string[] Pieces =
    [
        "&a ", "*a", "!!str ", "!x ", "---\n", "...\n", "%YAML 1.1\n", "? ", ": ", "- ", "[", "]", "{", "}", ",", "'", "\"", "\\", "\t",
            "\n", "\r\n", " ", "  ", "#", "|\n", ">-\n",
        "~", "null", "true", "-1", "1e9", "99999999999999999999", "0x1F", ".inf", "env:", "env:NO", "env:X", "env:K", "\0", "\u0085",
            "\u2028", "\ufeff", "\ud83d\ude00", "\u202e", "é", "<<: ",
        "sources:\n", "store:\n", "limits: ", "name: ", "version: 2\n", "20%", "\\ud800", "\\x00", "@", "`", "=", "\u001b[31m", "a/../b",
            "/**", "//", "/*",
    ];

    public static string Next(Random random, bool isJson)
    {
        var text = new StringBuilder(isJson ? Json : Yaml);
        for (var edits = random.Next(1, 6); edits > 0 && text.Length > 0; edits--)
        {
            var at = random.Next(text.Length);
            var length = Math.Min(random.Next(1, 12), text.Length - at);
            switch (random.Next(6))
            {
                case 0:
                    text.Remove(at, length);
                    break;
                case 1:
                    text.Insert(random.Next(text.Length), text.ToString(at, length));
                    break;
                case 2:
                    text[at] = (char)random.Next(1, 0x250);
                    break;
                case 3:
                    text.Length = at;
                    break;
                default:
                    text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
            }
        }

        return text.ToString();
    }
}
