using EmbSync.Core.Model;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands.Hooks;

/// <summary>How a hook runs: said on installing it, passed on to each run.</summary>
internal sealed class HookRunOptions(CommandLineApplication command)
{
    private const int DefaultSeconds = 60;

    /// <summary>A day: who waits longer doesn't push any more.</summary>
    private const int MostSeconds = 86_400;

    private readonly CommandOption _timeout = command.Value(
        "--timeout <SECONDS>", $"Stop after so long and keep what was paid (default {DefaultSeconds})");
    private readonly CommandOption _maxCost = command.Value("--max-cost <USD>", "Refuse to begin, and stop, above this cost");
    private readonly CommandOption _block = command.Flag("--block", "A run that fails, or takes too long, stops the push");

    /// <exception cref="UsageException">Not from a second to a day.</exception>
    public TimeSpan Timeout => TimeSpan.FromSeconds((_timeout.Number(least: 1) ?? DefaultSeconds) is var seconds && seconds <= MostSeconds
        ? seconds
        : throw new UsageException(Text.Of($"--timeout '{_timeout.Value()}': use {MostSeconds} seconds, which is a day, at most")));

    /// <summary>USD; null for what the configuration says.</summary>
    public decimal? MaxCost => _maxCost.Money();

    public bool Block => _block.HasValue();
}
