using System.Collections.Concurrent;
using System.IO.Compression;
using System.Reflection;
using System.Xml.Linq;

namespace EmbSync.Packages;

/// <summary>A package as it would be published, read from <c>artifacts/packages</c>.</summary>
internal sealed class Package
{
    public const string Tool = "EmbSync.Tool";
    public const string Portable = "EmbSync.Tool.any";
    public const string MsBuild = "EmbSync.MSBuild";

    /// <summary>Runtimes that have a package of their own.</summary>
    public static readonly string[] Runtimes = ["linux-arm64", "linux-musl-x64", "linux-x64", "osx-arm64", "osx-x64", "win-x64"];

    /// <summary>Runtimes whose natives lie in the portable packages.</summary>
    public static readonly string[] PortableRuntimes = [.. Runtimes.Append("linux-musl-arm64").Append("win-arm64").Order(
        StringComparer.Ordinal)];

    public static readonly string[] Ids = [MsBuild, Tool, Portable, .. Runtimes.Select(runtime => $"{Tool}.{runtime}")];

    public static readonly string RepoRoot = Metadata("RepoRoot");
    public static readonly string Version = Metadata("Version");

    /// <summary>Read once for all tests, which change nothing.</summary>
    private static readonly ConcurrentDictionary<string, Package> Loaded = [];

    private Package(string file)
    {
        Size = new FileInfo(file).Length;
        using var archive = ZipFile.OpenRead(file);
        Files = archive.Entries.ToDictionary(entry => entry.FullName, Read);
        Nuspec = XDocument.Load(new MemoryStream(Files.Single(entry => entry.Key.EndsWith(".nuspec", StringComparison.Ordinal)).Value))
            .Root!;
        Nuspec = Nuspec.Element(Nuspec.Name.Namespace + "metadata")!;
    }

    public static string Folder => Path.Combine(RepoRoot, "artifacts/packages");

    /// <summary>Bytes of the file that is downloaded.</summary>
    public long Size { get; }

    /// <summary>Path in the package to content.</summary>
    public IReadOnlyDictionary<string, byte[]> Files { get; }

    /// <summary>The element <c>metadata</c> of the package's description.</summary>
    public XElement Nuspec { get; }

    public static Package Load(string id) => Loaded.GetOrAdd(id, _ => new(Path.Combine(Folder, $"{id}.{Version}.nupkg")));

    public XElement? Element(string name) => Nuspec.Element(Nuspec.Name.Namespace + name);

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static string Metadata(string key) =>
        typeof(Package).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
