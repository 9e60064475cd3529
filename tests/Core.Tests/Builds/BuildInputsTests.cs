using System.Xml.Linq;
using EmbSync.Core.Jobs.Builds;
using EmbSync.Core.Tests.Configuration;

namespace EmbSync.Core.Tests.Builds;

/// <summary>What a build watches instead of asking.</summary>
public sealed class BuildInputsTests
{
    [Fact]
    public void Patterns_of_all_sources_of_files_and_the_store_s_file_are_watched()
    {
        var config = ConfigFolder.LoadYaml("""
            version: 1
            sources:
              - { name: tasks, include: ["tasks/**/*.md", "notes/*.md"], exclude: ["tasks/old/**"] }
              - { name: export, type: json, include: ["export/*.json"], id: number, text: [body] }
            """);
        var (root, items) = (config.Root, Items(BuildInputs.MsBuildItems(config, null, null)));

        BuildInputs.AreFiles(config).ShouldBeTrue();
        items.Where(item => item.Name.LocalName == "EmbSyncInput").Select(item => item.Attribute("Include")!.Value)
            .ShouldBe([$"{root}/tasks/**/*.md;{root}/notes/*.md", $"{root}/export/*.json"]);
        items[0].Attribute("Exclude")!.Value.ShouldBe(
            $"{root}/.git/**;{root}/.embsync/**", "what is excluded here is looked at once too often, not too seldom");
        items.Single(item => item.Name.LocalName == "EmbSyncStore").Attribute("Include")!.Value.ShouldBe(config.Store.Path);
    }

    [Fact]
    public void In_a_repository_git_s_index_and_what_it_ignores_are_watched_too()
    {
        var config = ConfigFolder.LoadYaml("version: 1\nsources: [{ name: tasks, include: [\"*.md\"] }]\n");

        Items(BuildInputs.MsBuildItems(config, "/r/.git/index", "/r/.git/info/exclude")).Select(item => item.Attribute("Include")!.Value)
            .ShouldBe([$"{config.Root}/*.md", $"{config.Root}/**/.gitignore", "/r/.git/inde?", "/r/.git/info/exclud?", config.Store.Path]);
    }

    [Fact]
    public void Names_that_mean_something_to_MSBuild_or_XML_are_escaped()
    {
        var config = ConfigFolder.LoadYaml("""
            version: 1
            sources: [{ name: odd, include: ["a;b & $(c) @x%41 <d>/*.md"] }]
            """);

        Items(BuildInputs.MsBuildItems(config, null, null))[0].Attribute("Include")!.Value.ShouldEndWith(
            "/a%3Bb & %24%28c%29 %40x%2541 <d>/*.md");
    }

    [Fact]
    public void Rows_change_without_any_file()
    {
        var config = ConfigFolder.LoadYaml("""
            version: 1
            store: { backend: postgres, url: env:DATABASE_URL }
            sources: [{ name: rows, type: table, table: message, text: [body] }]
            """, ("DATABASE_URL", "postgresql://127.0.0.1/none"));

        BuildInputs.AreFiles(config).ShouldBeFalse();
        BuildInputs.AreFiles(config with { Sources = [] }).ShouldBeFalse("somebody else may write a store on a server");
        Items(BuildInputs.MsBuildItems(config, null, null)).ShouldBeEmpty();
    }

    private static List<XElement> Items(string project) => [.. XDocument.Parse(project).Root!.Elements("ItemGroup").Elements()];
}
