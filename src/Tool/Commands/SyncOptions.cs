using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary>Flags about pace and money, shared by the commands that may buy.</summary>
/// <param name="byBatches">The run can be bounded by its requests.</param>
/// <param name="wait">What <c>--wait</c> is by default, for people.</param>
internal sealed class SpendOptions(CommandLineApplication command, bool byBatches = true, string wait = "0s: leave with 7 at once")
{
    private readonly CommandOption _batchSize = command.Value("--batch-size <N>", "Inputs a request at most");
    private readonly CommandOption _sleepMs = command.Value("--sleep-ms <N>", "Pause between requests in milliseconds");
    private readonly CommandOption _concurrency = command.Value("--concurrency <N>", "Requests at the same time");
    private readonly CommandOption? _maxBatches = byBatches
        ? command.Value("--max-batches <N>", "Stop after so many requests; the rest is left for the next run") : null;
    private readonly CommandOption _maxCost = command.Value("--max-cost <USD>", "Refuse to begin, and stop, above this cost");
    private readonly CommandOption _maxTokens = command.Value("--max-tokens <N>", "Refuse to begin, and stop, above so many tokens");

    private readonly CommandOption _wait = command.Wait(wait);

    public TimeSpan Wait => _wait.Duration() ?? TimeSpan.Zero;

    public int? MaxBatches => _maxBatches?.Number(least: 1);

    public ConfigOverrides Overrides => new()
    {
        BatchSize = _batchSize.Number(least: 1),
        SleepMs = _sleepMs.Number(least: 0),
        Concurrency = _concurrency.Number(least: 1),
        MaxCost = _maxCost.Money(),
        MaxTokens = _maxTokens.LargeNumber(),
    };
}

/// <summary>Flags that choose what is looked at.</summary>
internal sealed class ScopeOptions(CommandLineApplication command)
{
    private readonly CommandOption _since = command.Value(
        "--since <REF>", "Look only at what changed since the merge base with REF, since the last complete sync, and in the work tree");
    private readonly CommandOption _at = command.Value("--at <REF>", "Read the tree of a commit, not the work tree");
    private readonly CommandOption _sources = command.Many("--source <NAME>", "Only this source (repeatable)");

    private readonly CommandOption _stdin = command.Value(
        "--stdin-source <NAME>", "Take the objects of this JSON source from standard input instead of its files");

    public string? StdinSource => _stdin.Value();

    public SyncRequest Request => new() { Since = _since.Value(), At = _at.Value(), Sources = _sources.All() };
}

internal static class DeleteLimits
{
    /// <summary><c>N</c> items or <c>P%</c> of the stored ones.</summary>
    public static DeleteLimit? Of(CommandOption option)
    {
        if (option.Value() is not { } text)
        {
            return null;
        }

        var share = text.EndsWith('%');
        return int.TryParse(share ? text[..^1] : text, System.Globalization.NumberStyles.None,
            System.Globalization.CultureInfo.InvariantCulture, out var number)
            && (!share || number <= 100)
            ? share ? new(number / 100.0, null) : new(null, number)
            : throw new UsageException($"--max-delete '{text}': use a number of items or a share such as 30%");
    }
}
