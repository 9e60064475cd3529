namespace EmbSync.Core.Model;

/// <summary>
/// What makes vectors comparable: two vectors may meet in a search only when their signatures are equal.
/// </summary>
/// <param name="Provider"><c>lexical</c> or <c>openai</c>.</param>
/// <param name="Model">As the provider names it.</param>
/// <param name="Dimension">Length of every vector.</param>
/// <param name="RoleRules">How a document and a query become input (prefixes, version of the definition); empty where they don't
/// differ.</param>
public sealed record EmbeddingSignature(string Provider, string Model, int Dimension, string RoleRules)
{
    /// <summary>SHA-256 in hex over all four.</summary>
    public string Fingerprint => ContentHash.Of(string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{Provider}\n{Model}\n{Dimension}\n{RoleRules}")).ToString();
}

public enum GenerationState
{
    Building,
    Active,
    Retired,
}

/// <summary>One build of a space. Its vectors live in a table of their own, so generations can't mix.</summary>
/// <param name="Id">Unique in the store, from 1; names the table <c>vec_ID</c>.</param>
public sealed record Generation(
    int Id,
    string Space,
    EmbeddingSignature Signature,
    GenerationState State,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ActivatedAt)
{
    /// <summary>Since when it is no longer searched; null while it is, or before it ever was.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>
    /// Somebody chose it against the configuration (<c>reembed --model</c>, <c>--rollback</c>): a sync keeps it until the configuration
    /// agrees or
    /// <c>reembed --unpin</c>.
    /// </summary>
    public bool IsPinned { get; init; }

    /// <summary>The space of a configuration that names no spaces.</summary>
    public const string DefaultSpace = "default";
}
