namespace EmbSync.Tool.Tests;

/// <summary>
/// A key that the configuration names and that the environment doesn't have is said where people prepare a run, and needed nowhere before
/// it.
/// </summary>
public sealed class UnsetKeyTests
{
    private const string OpenAi = "embeddings: { provider: openai, model: text-embedding-3-small, dimension: 32";

    [Theory]
    [InlineData("status", "embeddings.apiKey is taken from MY_KEY, which is not set here: a sync that has to buy needs it")]
    [InlineData("sync --dry-run", "embeddings.apiKey is taken from MY_KEY, which is not set here: a sync that has to buy needs it")]
    [InlineData("index T-1 --dry-run", "embeddings.apiKey is taken from MY_KEY, which is not set here: a sync that has to buy needs it")]
    [InlineData("config validate", "embeddings.apiKey is taken from MY_KEY, which is not set here: 'embsync sync' needs it")]
    public async Task It_is_said(string command, string said)
    {
        using var repository = TaskRepository.Create(1);
        repository.Write("embsync.yaml", $"{TaskRepository.Config}\n{OpenAi}, apiKey: env:MY_KEY }}\n");

        var run = await ToolRun.Of(repository.Path, command);

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Error.ShouldContain(said);
        (await ToolRun.Of(repository.Path, command + " -q")).Error.ShouldBeEmpty();
        (await ToolRun.Of(repository.Path, command, new Dictionary<string, string> { ["MY_KEY"] = "sk-something" })).Error.ShouldNotContain(
            "MY_KEY");
    }

    [Fact]
    public async Task The_configuration_shows_where_it_should_come_from()
    {
        using var repository = TaskRepository.Create(1);
        repository.Write("embsync.yaml", $"{TaskRepository.Config}\n{OpenAi}, apiKey: env:MY_KEY }}\n");

        (await ToolRun.Of(repository.Path, "config show")).Out.ShouldContain("# apiKey:");
        (await ToolRun.Of(repository.Path, "config show")).Out.ShouldContain("# env:MY_KEY, which is not set");
        (await ToolRun.Of(repository.Path, "config show --json")).Out.ShouldContain(
            "\"embeddings.apiKey\": \"env:MY_KEY, which is not set\"");
    }

    [Theory]
    [InlineData("", "OPENAI_API_KEY is not set here")]
    [InlineData(", baseUrl: \"https://acme.openai.azure.com/openai/v1\"", "OPENAI_API_KEY is not set here")]
    [InlineData(", baseUrl: \"http://localhost:11434/v1\"", null)]
    public async Task A_server_that_wants_none_is_not_missed(string address, string? said)
    {
        using var repository = TaskRepository.Create(1);
        repository.Write("embsync.yaml", $"{TaskRepository.Config}\n{OpenAi}{address} }}\n");

        var error = (await ToolRun.Of(repository.Path, "status")).Error;

        if (said is null)
        {
            error.ShouldNotContain("is not set");
        }
        else
        {
            error.ShouldContain(said);
        }
    }

    [Fact]
    public async Task Nothing_is_said_where_nothing_is_to_be_bought()
    {
        using var repository = TaskRepository.Create(1);
        await ToolRun.Of(repository.Path, "sync");

        (await ToolRun.Of(repository.Path, "status")).Error.ShouldBeEmpty();
    }
}
