using System.Text.Json;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests;

/// <summary>What one clone paid, another imports.</summary>
public sealed class CacheCommandTests
{
    [Fact]
    public async Task A_new_clone_buys_nothing_that_another_paid_for()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        var environment = Paid(provider);
        using var one = TaskRepository.Create();
        using var two = TaskRepository.Create();
        await ToolRun.Of(one.Path, "sync", environment);
        var requests = provider.Requests;

        Approval.Verify((await ToolRun.Of(one.Path, "cache export vectors.bin", environment)).ToString(), "Export");
        File.Copy(one.Full("vectors.bin"), two.Full("vectors.bin"));
        Approval.Verify((await ToolRun.Of(two.Path, "cache import vectors.bin", environment)).ToString(), "Import");
        var sync = await ToolRun.Of(two.Path, "sync --json", environment);

        sync.ExitCode.ShouldBe(0, sync.ToString());
        JsonDocument.Parse(sync.Out).RootElement.GetProperty("requests").GetInt32().ShouldBe(0);
        provider.Requests.ShouldBe(requests);
        (await ToolRun.Of(two.Path, "status --check", environment)).ExitCode.ShouldBe(0);
        (await ToolRun.Of(two.Path, "search retry --json", environment)).ExitCode.ShouldBe(0);
        (await ToolRun.Of(two.Path, "cache import vectors.bin --json", environment)).Out.ShouldContain("\"added\": 0");
        await ToolRun.Of(two.Path, "cache export again.bin", environment);
        File.ReadAllBytes(two.Full("again.bin")).ShouldBe(
            File.ReadAllBytes(one.Full("vectors.bin")), "the same vectors give the same bytes");
    }

    [Fact]
    public async Task The_first_job_has_no_file_yet()
    {
        using var repository = TaskRepository.Create(1);

        Approval.Verify((await ToolRun.Of(repository.Path, "cache import vectors.bin --if-exists")).ToString(), "Absent");
        (await ToolRun.Of(repository.Path, "cache import vectors.bin")).ExitCode.ShouldBe(2);
        (await ToolRun.Of(repository.Path, "cache export vectors.bin")).ExitCode.ShouldBe(0);
        Directory.Exists(repository.Full(".embsync")).ShouldBeFalse();
        (await ToolRun.Of(repository.Path, "cache import vectors.bin")).ExitCode.ShouldBe(0);
        (await ToolRun.Of(repository.Path, "sync")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Vectors_of_another_model_are_refused()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var repository = TaskRepository.Create(1);
        await ToolRun.Of(repository.Path, "sync", Paid(provider));
        await ToolRun.Of(repository.Path, "cache export vectors.bin", Paid(provider));

        var other = new Dictionary<string, string>(Paid(provider)) { ["EMBSYNC_EMBEDDINGS_DIMENSION"] = "32" };
        var run = await ToolRun.Of(repository.Path, "cache import vectors.bin", other);

        run.ExitCode.ShouldBe(2);
        Approval.Verify(run.Error, "Other_model");
    }

    [Fact]
    public async Task A_damaged_file_imports_nothing()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var one = TaskRepository.Create();
        using var two = TaskRepository.Create();
        await ToolRun.Of(one.Path, "sync", Paid(provider));
        await ToolRun.Of(one.Path, "cache export vectors.bin", Paid(provider));
        var bytes = File.ReadAllBytes(one.Full("vectors.bin"));
        var damaged = bytes.ToArray();
        damaged[^20] ^= 1;
        var size = (bytes.Length - 300) / 6;

        foreach (var broken in new[] { damaged, bytes[..^1], bytes[..^size], bytes[..10], [] })
        {
            File.WriteAllBytes(two.Full("vectors.bin"), broken);
            (await ToolRun.Of(two.Path, "cache import vectors.bin", Paid(provider))).ExitCode.ShouldBe(2);
            Directory.Exists(two.Full(".embsync")).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_file_of_something_else_is_not_overwritten()
    {
        using var repository = TaskRepository.Create(1);
        var before = File.ReadAllText(repository.Full("docs/guide.md"));

        (await ToolRun.Of(repository.Path, "cache export docs/guide.md")).ExitCode.ShouldBe(2);
        (await ToolRun.Of(repository.Path, "cache export docs")).ExitCode.ShouldBe(2);
        (await ToolRun.Of(repository.Path, "cache export no/folder/here")).ExitCode.ShouldBe(2);

        File.ReadAllText(repository.Full("docs/guide.md")).ShouldBe(before);
    }

    [Fact]
    public async Task A_file_of_vectors_that_the_store_has_none_of_is_not_overwritten()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var one = TaskRepository.Create();
        using var two = TaskRepository.Create(1);
        await ToolRun.Of(one.Path, "sync", Paid(provider));
        await ToolRun.Of(one.Path, "cache export vectors.bin", Paid(provider));
        var paid = File.ReadAllBytes(one.Full("vectors.bin"));
        File.Copy(one.Full("vectors.bin"), two.Full("vectors.bin"));

        var run = await ToolRun.Of(two.Path, "cache export vectors.bin", Paid(provider));

        run.ExitCode.ShouldBe(5, run.ToString());
        run.Error.ShouldContain("cache import");
        File.ReadAllBytes(two.Full("vectors.bin")).ShouldBe(paid);
        Directory.GetFiles(two.Path, "*.draft").ShouldBeEmpty();
        await ToolRun.Of(two.Path, "cache import vectors.bin", Paid(provider));
        (await ToolRun.Of(two.Path, "cache export vectors.bin", Paid(provider))).ExitCode.ShouldBe(0);
        File.ReadAllBytes(two.Full("vectors.bin")).ShouldBe(paid);
    }

    private static Dictionary<string, string> Paid(FakeEmbeddingServer provider) => new()
    {
        ["OPENAI_BASE_URL"] = provider.BaseUrl.ToString(),
        ["EMBSYNC_EMBEDDINGS_PROVIDER"] = "openai",
        ["EMBSYNC_EMBEDDINGS_MODEL"] = "text-embedding-3-small",
        ["EMBSYNC_EMBEDDINGS_DIMENSION"] = "16",
    };
}
