using System.Diagnostics;
using EmbSync.Tool.Tests.Walkthrough;

namespace EmbSync.Tool.Tests.Hooks;

/// <summary>What git writes to <c>pre-push</c> is waited for no longer than the rest.</summary>
public sealed class InputTests
{
    /// <summary>Open for reading and writing, a named pipe never ends.</summary>
    private const string Endless = "mkfifo \"$HOME/in\" && exec \"$@\" <> \"$HOME/in\"";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(Endless)]
    [InlineData("exec \"$@\" <&-")]
    public async Task An_input_that_never_ends_is_left_after_the_time_limit(string script)
    {
        using var world = new HookWorld();
        using var process = EmbSyncProcess.Shell(world.Path, world.Environment, script, "hook", "run", "pre-push", "--timeout", "2");

        var run = await process.EndAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Error.ShouldContain(script == Endless ? "stopped after 2 s (--timeout)" : "");
    }

    [Fact]
    public async Task A_blocking_run_ends_with_the_code_of_the_time_limit()
    {
        using var world = new HookWorld();
        using var process = EmbSyncProcess.Shell(
            world.Path, world.Environment, Endless, "hook", "run", "pre-push", "--timeout", "2", "--block");

        (await process.EndAsync()).ExitCode.ShouldBe(5);
    }

    [Fact]
    public async Task A_signal_ends_the_waiting_at_once()
    {
        using var world = new HookWorld();
        using var process = EmbSyncProcess.Shell(world.Path, world.Environment, Endless, "hook", "run", "pre-push", "--timeout", "600");
        // Long enough to get to the reading mostly; a signal before it ends the process as well.
        await Task.Delay(TimeSpan.FromSeconds(3));
        var begun = Stopwatch.GetTimestamp();

        process.Signal(15);
        var run = await process.EndAsync();

        run.ExitCode.ShouldBeOneOf(130, 143);
        Stopwatch.GetElapsedTime(begun).ShouldBeLessThan(Soon);
    }

    [Fact]
    public async Task A_terminal_is_not_waited_for()
    {
        using var world = new HookWorld();

        var run = await world.RunHookAsync(TimeProvider.System, TextReader.Null, isTerminal: true, "pre-push", "--block");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("standard input is a terminal");
    }
}
