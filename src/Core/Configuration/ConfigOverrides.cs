using System.Globalization;
using EmbSync.Core.Configuration.Definition;

namespace EmbSync.Core.Configuration;

/// <summary>Flags that stand for settings; null where the flag wasn't given. They win over environment and file.</summary>
/// <param name="MaxDelete">As <c>limits.maxDelete</c>: <c>20%</c>, <c>50</c>.</param>
/// <param name="MaxCost">USD a run.</param>
/// <param name="Space">Whose model and dimension these are, where the configuration has several; null where it has one.</param>
/// <param name="Storeless">No store will be asked (<c>--against</c>): what the configured one needs, such as its address, may be
/// missing.</param>
public sealed record ConfigOverrides(
    int? BatchSize = null,
    int? SleepMs = null,
    int? Concurrency = null,
    decimal? MaxCost = null,
    long? MaxTokens = null,
    string? MaxDelete = null,
    string? Model = null,
    int? Dimension = null,
    string? Space = null,
    bool Storeless = false)
{
    public static readonly ConfigOverrides None = new();

    /// <summary>What was given for a setting, with the flag's name.</summary>
    internal (string Flag, string Text)? Find(Setting setting)
    {
        (string Flag, IFormattable? Number, string? Text) given = setting.Path switch
        {
            "embeddings.batch.size" => ("--batch-size", BatchSize, null),
            "embeddings.batch.sleepMs" => ("--sleep-ms", SleepMs, null),
            "embeddings.concurrency" => ("--concurrency", Concurrency, null),
            "embeddings.model" => ("--model", null, Model),
            "embeddings.dimension" => ("--dimension", Dimension, null),
            "limits.maxCost" => ("--max-cost", MaxCost, null),
            "limits.maxTokens" => ("--max-tokens", MaxTokens, null),
            "store.backend" => ("--against", null, Storeless ? "memory" : null),
            "limits.maxDelete" => ("--max-delete", null, MaxDelete),
            _ => default,
        };
        return (given.Text ?? given.Number?.ToString(null, CultureInfo.InvariantCulture)) is { } text ? (given.Flag, text) : null;
    }
}
