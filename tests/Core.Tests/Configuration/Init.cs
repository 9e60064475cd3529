using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Init;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Configuration;

/// <summary>The first configuration that <c>init</c> writes.</summary>
public sealed class Init
{
    [Fact]
    public void Folders_with_markdown_become_sources_with_their_keys()
    {
        using var folder = new ConfigFolder();
        var files = new List<string> { "README.md", "src/program.cs", "tools/one.md" };
        for (var i = 0; i < 12; i++)
        {
            files.Add($"tasks/{i / 5}/task-{i}.md");
            folder.Write(files[^1], $"---\nid: T-{i}\ntitle: Task {i}\nstatus: open\nlabels: [a, b]\n{(i % 2 == 0 ? "priority: 1\n" : "")}{(i == 3 ? "rare: 1\n" : "")}---\nText\n");
        }

        for (var i = 0; i < 5; i++)
        {
            files.Add($"docs/page-{i}.md");
            folder.Write(files[^1], i < 3 ? $"---\nid: same\ndescription: About {i}\n---\n# Page\n" : "# Page\n");
        }

        var findings = InitScanner.Scan(folder.Root, files);
        findings.Markdown.ShouldBe(19);
        findings.Sources.Select(source => (source.Name, source.Files)).ShouldBe([("tasks", 12), ("docs", 5), ("other", 2)]);
        findings.Sources[0].IdKey.ShouldBe("id");
        findings.Sources[0].Embed.ShouldBe(["title"]);
        findings.Sources[0].Metadata.ShouldBe(["labels", "status", "priority"]);
        findings.Sources[1].IdKey.ShouldBeNull("its values are not unique, and not all files have it");
        findings.Sources[1].Embed.ShouldBe(["title", "description"]);
        findings.Sources[2].Exclude.ShouldBe(["tasks/**", "docs/**"]);
        Approval.Verify(ConfigWriter.Generate(findings, "acme/tasks"));
    }

    [Fact]
    public void Without_markdown_everything_that_comes_is_a_source()
    {
        using var folder = new ConfigFolder();
        var findings = InitScanner.Scan(folder.Root, ["a.cs"]);
        findings.Sources.ShouldHaveSingleItem().Include.ShouldBe(["**/*.md"]);
        Loads(folder, findings).Sources.ShouldHaveSingleItem().Name.ShouldBe("docs");
    }

    [Fact]
    public void Every_generated_file_loads_and_loses_no_folder()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        string[] folders = ["tasks", "docs", ".github", "a b", "we\"ird", "x*y", "{a,b}", "日本", "-dash", "...", "Docs", "doc's",
            "line\nbreak", "node", ".docs", "[id]"];
        string[] keys = ["id", "title", "status", "summary", "a b", "ключ", "\"quoted\"", "type", "x.y", "true", "12"];
        for (var round = 0; round < 150; round++)
        {
            using var folder = new ConfigFolder();
            var files = new List<string>();
            for (var i = random.Next(30); i > 0; i--)
            {
                var path = (random.Next(4) == 0 ? "" : folders[random.Next(folders.Length)] + "/") + $"f{i}.md";
                files.Add(path);
                folder.Write(path, $"---\n{string.Join('\n', keys.Where(_ => random.Next(2) == 0).Select(key => $"{key}: v{i}"))}\n---\n");
            }

            var findings = InitScanner.Scan(folder.Root, files);
            var config = Loads(folder, findings);
            findings.Sources.Sum(source => source.Files).ShouldBe(findings.Markdown, $"seed {seed}, round {round}");
            config.Sources.Cast<MarkdownSourceConfig>()
                .Select(source => (source.Name, source.IdKey, string.Join('|', source.Include), string.Join('|', source.Exclude),
                string.Join('|', source.Embed), string.Join('|', source.Metadata)))
                .ShouldBe(findings.Sources.Select(source =>
                    (source.Name, source.IdKey, string.Join('|', source.Include), string.Join('|', source.Exclude),
                    string.Join('|', source.Embed), string.Join('|', source.Metadata))), $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void Front_matter_that_cannot_be_read_only_shows_no_habits()
    {
        using var folder = new ConfigFolder();
        folder.Write("docs/bomb.md", "---\na: &a [x]\nb: *a\n---\n");
        folder.Write("docs/deep.md", "---\n" + new string('[', 50_000) + "\n---\n");
        folder.Write("docs/open.md", "---\nid: 1\n");
        folder.Write("secret.txt", "---\nid: canary\n---\n");
        File.CreateSymbolicLink(Path.Combine(folder.Root, "docs/link.md"), Path.Combine(folder.Root, "secret.txt"));
        var source = InitScanner.Scan(folder.Root, ["docs/bomb.md", "docs/deep.md", "docs/open.md", "docs/link.md", "docs/absent.md"])
            .Sources.ShouldHaveSingleItem();
        (source.Files, source.IdKey).ShouldBe((5, null));
        source.Metadata.ShouldBeEmpty();
    }

    [Fact]
    public void A_large_folder_is_sampled_and_says_so()
    {
        using var folder = new ConfigFolder();
        var files = Enumerable.Range(0, 450).Select(i => $"docs/{i}.md").ToList();
        var findings = InitScanner.Scan(folder.Root, files);
        (findings.Sources[0].Files, findings.Sources[0].Read).ShouldBe((450, 200));
        ConfigWriter.Generate(findings, "acme/tasks").ShouldContain("# 450 files, front matter keys seen in a sample of 200\n");
    }

    private static EmbSyncConfig Loads(ConfigFolder folder, InitFindings findings)
    {
        folder.Write("embsync.yaml", ConfigWriter.Generate(findings, "acme/tasks"));
        var config = folder.Load();
        // What is written out as a default must be one.
        using var bare = new ConfigFolder();
        var defaults = bare.Load();
        (config.Embeddings.Model, config.Embeddings.Dimension, config.Embeddings.AutoIndex, config.Limits.MaxDelete, config.Store.Backend)
            .ShouldBe(
            (defaults.Embeddings.Model, defaults.Embeddings.Dimension, defaults.Embeddings.AutoIndex, defaults.Limits.MaxDelete,
            defaults.Store.Backend));
        return config;
    }
}
