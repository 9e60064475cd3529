using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Hooks;

/// <summary>What goes wrong in a hook is one message; only a hook that was told to block stops a push.</summary>
public sealed class FailureTests
{
    private const string NoSuchDatabase = "store: { backend: postgres, url: env:DATABASE_URL }";

    [Fact]
    public void A_store_that_fails_lets_the_push_through()
    {
        using var world = new HookWorld(more: NoSuchDatabase);
        world.Environment["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none";
        world.Install();

        var push = world.Git("push", "origin", "main");

        push.Error.Split('\n').Where(line => line.StartsWith("embsync:", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldEndWith(
            "Git goes on");
        IsPushed(world).ShouldBeTrue();
    }

    [Fact]
    public void A_blocking_hook_stops_the_push_with_the_reason()
    {
        using var world = new HookWorld(more: NoSuchDatabase);
        world.Environment["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none";
        world.Install("--block");

        var push = world.TryGit("push", "origin", "main");

        push.ExitCode.ShouldNotBe(0);
        push.Error.ShouldContain("embsync: pre-push: ");
        IsPushed(world).ShouldBeFalse();
    }

    [Fact]
    public void A_configuration_with_an_error_is_named_and_lets_the_push_through()
    {
        using var world = new HookWorld();
        world.Install();
        world.Write("embsync.yaml", "stroe: {}\n");

        world.Git("push", "origin", "main").Error.ShouldContain("embsync.yaml");

        IsPushed(world).ShouldBeTrue();
    }

    [Fact]
    public void A_blocking_run_ends_with_the_code_of_a_sync()
    {
        using var world = new HookWorld(more: "stroe: {}");
        var line = $"refs/heads/main {world.Commit()} refs/heads/main {new string('0', 40)}\n";

        world.RunHook(line, "pre-push", "--block", "origin", world.Remote).ExitCode.ShouldBe(2);
        world.RunHook(line, "pre-push", "origin", world.Remote).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_cost_above_the_bound_of_the_install_buys_nothing()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        using var world = Paid(provider);
        world.Install("--max-cost", "0.0000000001");

        world.Git("push", "origin", "main").Error.ShouldContain("--max-cost");

        provider.Requests.ShouldBe(0);
        IsPushed(world).ShouldBeTrue();
    }

    [Fact]
    public async Task A_provider_that_never_answers_is_left_after_the_time_limit()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        provider.Latency = TimeSpan.FromMinutes(10);
        using var world = Paid(provider);
        world.Install("--timeout", "2");

        var push = world.Git("push", "origin", "main");

        push.Error.ShouldContain("pre-push: stopped after 2 s (--timeout)");
        IsPushed(world).ShouldBeTrue();
    }

    [Fact]
    public async Task What_was_paid_before_the_time_limit_is_kept()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        var clock = new LimitClock(TimeSpan.FromSeconds(777));
        provider.Decide = request =>
        {
            if (!request.Inputs.Any(text => text.Contains("Hanging", StringComparison.Ordinal)))
            {
                return null;
            }

            clock.Pass();
            return Fault.Hang();
        };
        using var world = Paid(provider);
        world.Environment["EMBSYNC_EMBEDDINGS_BATCH_SIZE"] = "1";
        world.Environment["EMBSYNC_EMBEDDINGS_CONCURRENCY"] = "1";
        var head = world.Commit("docs/b.md", "# B\n\nHanging words.\n");

        var run = await world.RunHookAsync(clock, $"main {head} refs/heads/main {new string('0', 40)}\n", "pre-push", "--timeout", "777");

        run.ExitCode.ShouldBe(0);
        run.Error.ShouldContain("stopped after 777 s");

        (await world.StoredAsync()).Keys.ShouldBe(["docs/a.md"]);
        provider.Decide = _ => null;
        world.Tool("sync").ExitCode.ShouldBe(0);
        (await world.StoredAsync()).Keys.ShouldBe(["docs/a.md", "docs/b.md"]);
        provider.BoughtTwice.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_blocking_hook_stops_the_push_after_the_time_limit()
    {
        await using var provider = await FakeEmbeddingServer.StartAsync();
        provider.Latency = TimeSpan.FromMinutes(10);
        using var world = Paid(provider);
        world.Install("--timeout", "2", "--block");

        world.TryGit("push", "origin", "main").ExitCode.ShouldNotBe(0);

        IsPushed(world).ShouldBeFalse();
    }

    [Fact]
    public void Input_that_is_not_gits_is_refused()
    {
        using var world = new HookWorld();

        var run = world.RunHook("main\n", "pre-push", "--block");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("'main'");
    }

    [Fact]
    public void An_unknown_hook_is_a_usage_error()
    {
        using var world = new HookWorld();

        world.Tool("hook", "install", "pre-comit").ExitCode.ShouldBe(2);
        world.Tool("hook", "run", "update").ExitCode.ShouldBe(2);
    }

    [Theory]
    [InlineData("--timeout", "abc")]
    [InlineData("--timeout", "0")]
    [InlineData("--timeout", "86401")]
    [InlineData("--timeout", "99999999")]
    [InlineData("--max-cost", "much")]
    public async Task An_option_that_can_not_be_read_stops_only_a_blocking_hook(string option, string value)
    {
        using var world = new HookWorld();

        var run = await world.RunHookAsync(TimeProvider.System, "", "post-commit", option, value);

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Error.Trim().Split('\n').ShouldHaveSingleItem().ShouldStartWith($"embsync: post-commit: {option} '{value}'");
        run.Error.TrimEnd().ShouldEndWith("Git goes on");
        (await world.RunHookAsync(TimeProvider.System, "", "post-commit", option, value, "--block")).ExitCode.ShouldBe(2);
        (await world.StoredAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("0")]
    [InlineData("86401")]
    public void A_time_limit_that_no_run_would_take_is_not_installed(string seconds)
    {
        using var world = new HookWorld();

        world.Tool("hook", "install", "--timeout", seconds).ExitCode.ShouldBe(2);

        File.Exists(world.Hook()).ShouldBeFalse();
    }

    [Fact]
    public async Task What_nobody_foresaw_stops_only_a_blocking_hook()
    {
        using var world = new HookWorld();
        using var broken = new BrokenReader();

        var run = await world.RunHookAsync(TimeProvider.System, broken, isTerminal: false, "pre-push");

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Error.Trim().Split('\n').ShouldHaveSingleItem().ShouldStartWith(
            "embsync: pre-push: unexpected NotSupportedException: nobody thought of that. This is a defect");
        (await world.RunHookAsync(TimeProvider.System, broken, isTerminal: false, "pre-push", "--block")).ExitCode.ShouldBe(1);
    }

    private sealed class BrokenReader : StringReader
    {
        public BrokenReader()
            : base("")
        {
        }

        public override string ReadToEnd() => throw new NotSupportedException("nobody thought of that");
    }

    private static bool IsPushed(HookWorld world) =>
        world.Git("ls-remote", world.Remote).Out.Contains("refs/heads/main", StringComparison.Ordinal);

    private static HookWorld Paid(FakeEmbeddingServer provider)
    {
        var world = new HookWorld();
        world.Environment["EMBSYNC_EMBEDDINGS_PROVIDER"] = "openai";
        world.Environment["OPENAI_BASE_URL"] = provider.BaseUrl.ToString();
        world.Environment["OPENAI_API_KEY"] = "key";
        return world;
    }
}
