using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Model;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary>What to embed with, and how to switch.</summary>
internal sealed class ReembedOptions(CommandLineApplication command)
{
    private readonly CommandOption _space = command.Value("--space <NAME>", "The space (default: default, else the first configured)");
    private readonly CommandOption _model = command.Value("--model <MODEL>", "Model, as the provider names it (default: the configured)");
    private readonly CommandOption _dimension = command.Value(
        "--dimension <N>", "Length of its vectors (default: the configured, or what a model that is known makes)");
    private readonly CommandOption _rollback = command.Flag("--rollback", "Back to the generation that was searched before");
    private readonly CommandOption _unpin = command.Flag("--unpin", "Let syncs follow the configuration again; nothing else is done");
    private readonly CommandOption _minRecall = command.Value(
        "--min-recall <SHARE>", "Least recall at 10 of the new index against exact search; 0 for no check (default 0.95)");
    private readonly CommandOption _dropFirst = command.Switch(
        "--drop-hnsw-first", "Where many vectors come into a table with an index, build it after them (default true)");
    private readonly CommandOption _concurrently = command.Switch("--concurrent-index", "CREATE INDEX CONCURRENTLY (default false)");
    private readonly CommandOption _wait = command.Wait("60s");

    public string? Space => _space.Value();

    public string? Model => _model.Value();

    /// <exception cref="UsageException">Another model without the length of its vectors.</exception>
    public int? Dimension => _dimension.Number(least: 1) ?? (Model is not { } model ? null
        : ModelCatalog.Find(model)?.NativeDimension ?? throw new UsageException($"--model '{model}' is not a model that embsync knows: say the length of its vectors with --dimension (known are {ModelCatalog.Names})"));

    public TimeSpan? Wait => _wait.Duration();

    /// <exception cref="UsageException">A table has no spaces and no generations.</exception>
    public void RequireNoSpace()
    {
        if (new[] { _space, _rollback, _unpin, _minRecall, _wait }.FirstOrDefault(option => option.HasValue()) is { } lost)
        {
            throw new UsageException($"--{lost.LongName} is for embsync's own store: it doesn't go with --table");
        }
    }

    /// <exception cref="UsageException">Flags that exclude each other.</exception>
    public ReembedRequest Request
    {
        get
        {
            var alone = _rollback.HasValue() ? "--rollback" : _unpin.HasValue() ? "--unpin" : null;
            if (alone is not null && (Model is not null || _dimension.HasValue() || (_rollback.HasValue() && _unpin.HasValue())))
            {
                throw new UsageException(
                    $"{alone} goes without --model, --dimension{(_unpin.HasValue() ? " and --rollback" : "")}: leave them away");
            }

            return new(
                Space ?? Generation.DefaultSpace,
                _rollback.HasValue(),
                _unpin.HasValue(),
                _minRecall.Share() ?? ReembedRequest.DefaultMinRecall,
                _dropFirst.IsOn(otherwise: true),
                _concurrently.IsOn(otherwise: false));
        }
    }
}

/// <summary>Pace and money of a reembed.</summary>
internal sealed class ReembedSpendOptions(CommandLineApplication command)
{
    private readonly CommandOption _batchSize = command.Value(
        "--batch-size <N>", "Inputs a request at most (default: the configured, 128)");
    private readonly CommandOption _sleepMs = command.Value("--sleep-ms <N>", "Pause between requests in milliseconds");
    private readonly CommandOption _concurrency = command.Value("--concurrency <N>", "Requests at the same time");
    private readonly CommandOption _maxCost = command.Value("--max-cost <USD>", "Refuse to begin, and stop, above this cost");
    private readonly CommandOption _maxTokens = command.Value("--max-tokens <N>", "Refuse to begin, and stop, above so many tokens");

    public ConfigOverrides Overrides => new()
    {
        BatchSize = _batchSize.Number(least: 1),
        SleepMs = _sleepMs.Number(least: 0),
        Concurrency = _concurrency.Number(least: 1),
        MaxCost = _maxCost.Money(),
        MaxTokens = _maxTokens.LargeNumber(),
    };
}
