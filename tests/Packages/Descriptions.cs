using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.RegularExpressions;

namespace EmbSync.Packages;

/// <summary>What each package says of itself, and that it says nothing of the machine that packed it.</summary>
public sealed partial class Descriptions
{
    public static TheoryData<string> Ids => [.. Package.Ids];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Name_version_licence_and_words(string id)
    {
        var package = Package.Load(id);

        package.Element("id")!.Value.ShouldBe(id);
        package.Element("version")!.Value.ShouldBe(Package.Version);
        var licence = package.Element("license").ShouldNotBeNull();
        (licence.Attribute("type")!.Value, licence.Value).ShouldBe(("expression", "MIT"));
        package.Element("authors")!.Value.ShouldNotBeNullOrWhiteSpace();
        package.Element("copyright")!.Value.ShouldNotBeNullOrWhiteSpace();
        package.Element("description")!.Value.Length.ShouldBeInRange(50, 500);
        package.Element("tags")!.Value.ShouldContain("embeddings");
        (package.Element("dependencies")?.Descendants().Where(element => element.Name.LocalName == "dependency") ?? []).ShouldBeEmpty(
            "it has all it needs in itself");
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_readme_that_can_be_read_away_from_the_repository(string id)
    {
        var package = Package.Load(id);

        var readme = Encoding.UTF8.GetString(package.Files[package.Element("readme").ShouldNotBeNull().Value]);
        readme.ShouldContain("# ");
        readme.ShouldContain(id == Package.MsBuild ? "dotnet add package EmbSync.MSBuild" : "dotnet tool install");
        Link().Matches(readme).Select(link => link.Groups[1].Value).ShouldAllBe(
            link => link.StartsWith("https://", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_small_icon(string id)
    {
        var package = Package.Load(id);

        var icon = package.Files[package.Element("icon").ShouldNotBeNull().Value];
        icon.AsSpan(0, 4).ToArray().ShouldBe([0x89, (byte)'P', (byte)'N', (byte)'G']);
        icon.Length.ShouldBeLessThan(10_000);
    }

    /// <summary>
    /// The address is absent where git's origin is none that others can open; <c>eng/release.sh</c> publishes nothing then.
    /// </summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void The_commit_and_an_address_without_anybody_s_token(string id)
    {
        var repository = Package.Load(id).Element("repository").ShouldNotBeNull();

        repository.Attribute("type")!.Value.ShouldBe("git");
        repository.Attribute("commit")!.Value.ShouldMatch("^[0-9a-f]{40}$");
        if (repository.Attribute("url") is { } address)
        {
            var url = new Uri(address.Value);
            (url.Scheme, url.UserInfo).ShouldBe(("https", ""));
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Our_assemblies_carry_their_symbols_and_no_path_of_a_machine(string id)
    {
        var package = Package.Load(id);
        var ours = package.Files.Where(
            file => Path.GetFileName(file.Key) is "embsync.dll" or "EmbSync.Core.dll" or "EmbSync.MsBuildTask.dll").ToArray();

        ours.Length.ShouldBe(id switch { Package.Tool => 0, Package.MsBuild => 3, _ => 2 });
        foreach (var (path, content) in ours)
        {
            using var assembly = new PEReader(new MemoryStream(content));
            var entries = assembly.ReadDebugDirectory();
            var embedded = entries.Single(entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
            using var symbols = assembly.ReadEmbeddedPortablePdbDebugDirectoryData(embedded);
            var reader = symbols.GetMetadataReader();
            var documents = reader.Documents.Select(handle => reader.GetString(reader.GetDocument(handle).Name)).ToArray();
            documents.ShouldNotBeEmpty(path);
            documents.ShouldAllBe(document => document.StartsWith("/_/", StringComparison.Ordinal));
            Encoding.Latin1.GetString(content).ShouldNotContain(Package.RepoRoot, Case.Sensitive, path);
        }
    }

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();
}
