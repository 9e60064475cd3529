using System.Runtime.CompilerServices;
using EmbSync.Core.Model;
using EmbSync.Core.Reporting;

namespace EmbSync.Core.Tests.Reporting;

/// <summary>The schemas in the repository are those of the types that are printed.</summary>
public sealed class ReportSchemas
{
    public static TheoryData<string> Names => [.. ReportSchema.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_report_has_its_file(string name)
    {
        var file = Path.Combine(Folder(), $"{name}.schema.json");

        ReportSchema.Of(name).ShouldBe(File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "",
            $"To accept: embsync config schema {name} > schema/reports/{name}.schema.json");
    }

    [Fact]
    public void No_file_is_of_a_report_that_is_gone() =>
        Directory.GetFiles(Folder()).Select(file => Path.GetFileName(file).Replace(".schema.json", "", StringComparison.Ordinal)).ShouldBe(
            ReportSchema.Names, ignoreOrder: true);

    [Fact]
    public void An_unknown_report_names_the_known_ones() =>
        Should.Throw<UsageException>(() => ReportSchema.Of("weather")).Message.ShouldContain("'status', 'sync'");

    private static string Folder([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../../schema/reports"));
}
