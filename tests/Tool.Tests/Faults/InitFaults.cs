using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Faults;

/// <summary>Where <c>init</c> can't write, it says why and what to do, and leaves nothing half done.</summary>
public sealed class InitFaults
{
    [Theory]
    [InlineData("a file in place of the cache folder")]
    [InlineData("a folder in place of the schema")]
    [InlineData("a read-only folder")]
    [InlineData("a read-only cache folder")]
    public async Task A_folder_that_cannot_be_written_is_named_with_what_to_do(string how)
    {
        using var repository = TempRepository.Create();
        repository.Write("docs/a.md", "# A\n\nText.\n");
        Break(repository, how);

        ToolRun run;
        try
        {
            run = await ToolProcess.RunBoundAsync(repository.Path, "init", new Dictionary<string, string>());
        }
        finally
        {
            repository.Mode(".", "755");
            if (Directory.Exists(repository.Full(".embsync")))
            {
                repository.Mode(".embsync", "755");
            }
        }

        run.ExitCode.ShouldBe(2, run.ToString());
        run.Error.ShouldContain("embsync.yaml can't be written", customMessage: run.ToString());
        run.Error.ShouldContain("embsync init --print");
        run.ToString().ShouldNotContain("unexpected");
        run.ToString().ShouldNotContain("   at ");
        File.Exists(repository.Full("embsync.yaml")).ShouldBeFalse("the configuration comes last");
        Directory.GetFiles(repository.Path, "*.draft", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    private static void Break(TempRepository repository, string how)
    {
        switch (how)
        {
            case "a file in place of the cache folder":
                repository.Write(".embsync", "a file");
                break;
            case "a folder in place of the schema":
                Directory.CreateDirectory(repository.Full(".embsync/embsync.schema.json"));
                break;
            case "a read-only folder":
                repository.Mode(".", "555");
                break;
            default:
                Directory.CreateDirectory(repository.Full(".embsync"));
                repository.Mode(".embsync", "555");
                break;
        }
    }
}
