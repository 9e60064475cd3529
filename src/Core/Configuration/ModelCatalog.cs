namespace EmbSync.Core.Configuration;

/// <param name="NativeDimension">Length of its vectors when nothing shorter is asked for; also the longest.</param>
/// <param name="SupportsShorter">It takes a <c>dimensions</c> parameter.</param>
/// <param name="MaxInputTokens">Tokens an input at most.</param>
/// <param name="PricePerMillion">USD per million tokens.</param>
public sealed record KnownModel(string Name, int NativeDimension, bool SupportsShorter, int MaxInputTokens, decimal PricePerMillion);

/// <summary>
/// Hosted models whose figures are public. Source: OpenAI's model and pricing pages (platform documentation) as of January 2025,
/// standard (not batch) prices. <c>embeddings.prices</c> overrides them; models that are not here have no price until one is set.
/// </summary>
public static class ModelCatalog
{
    public const string PricesAsOf = "2025-01";

    public static readonly IReadOnlyList<KnownModel> All =
    [
        new("text-embedding-3-small", 1536, true, 8191, 0.02m),
        new("text-embedding-3-large", 3072, true, 8191, 0.13m),
        new("text-embedding-ada-002", 1536, false, 8191, 0.10m),
    ];

    /// <summary>For messages.</summary>
    public static string Names => string.Join(", ", All.Select(model => model.Name));

    public static KnownModel? Find(string model) => All.FirstOrDefault(known => known.Name == model);
}
