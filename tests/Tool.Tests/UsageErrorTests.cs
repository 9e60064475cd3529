using EmbSync.Tests;

namespace EmbSync.Tool.Tests;

public sealed class UsageErrorTests
{
    [Theory]
    [InlineData("stat")]
    [InlineData("sync --sinc main")]
    [InlineData("sync --batch-size many")]
    [InlineData("sync --batch-size 0")]
    [InlineData("sync --max-cost 1,5")]
    [InlineData("sync --max-delete half")]
    [InlineData("sync --max-delete 101%")]
    [InlineData("sync --changed-only --all")]
    [InlineData("sync --source nowhere")]
    [InlineData("sync --since no-such-ref")]
    [InlineData("sync --since=-x")]
    [InlineData("sync --since")]
    [InlineData("sync extra")]
    [InlineData("runs 7")]
    [InlineData("runs seven")]
    [InlineData("sync --plan a.json --apply a.json")]
    [InlineData("sync --apply nowhere.json")]
    [InlineData("sync --apply plan.json --all")]
    [InlineData("sync --plan docs/guide.md")]
    [InlineData("index --reindex")]
    [InlineData("index --task T-99")]
    [InlineData("reembed --rollback --model text-embedding-3-small")]
    [InlineData("reembed --model some-model")]
    [InlineData("reembed --min-recall 2")]
    [InlineData("reembed --concurrent-index=maybe")]
    [InlineData("sync --wait soon")]
    [InlineData("search")]
    [InlineData("search ''")]
    [InlineData("search x --where status")]
    [InlineData("search x --mode text")]
    [InlineData("search x --threshold high")]
    [InlineData("status --format yaml")]
    [InlineData("status --json --format markdown")]
    [InlineData("status --config nowhere.yaml")]
    [InlineData("status --against no-such-ref")]
    public async Task Exit_with_2_and_say_what_to_do(string arguments)
    {
        using var repository = TaskRepository.Create(1);

        var run = await ToolRun.Of(repository.Path, arguments);

        run.ExitCode.ShouldBe(2, run.ToString());
        run.Out.ShouldBeEmpty();
        var name = string.Concat(arguments.Select(character => char.IsLetterOrDigit(character) ? character : '_'));
        Approval.Verify(run.Error, name);
    }
}
