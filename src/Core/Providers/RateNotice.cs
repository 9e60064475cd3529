namespace EmbSync.Core.Providers;

/// <summary>What an answer says of the account's pace. Each part is null where nothing readable is said.</summary>
/// <param name="RequestsAMinute">From 1.</param>
/// <param name="TokensAMinute">From 1.</param>
/// <param name="RequestsLeft">From 0.</param>
/// <param name="TokensLeft">From 0.</param>
/// <param name="RequestsReset">Until the account may send as many again as ever.</param>
/// <param name="TokensReset">The same for tokens.</param>
internal sealed record RateNotice(
    long? RequestsAMinute, long? TokensAMinute, long? RequestsLeft, long? TokensLeft, TimeSpan? RequestsReset, TimeSpan? TokensReset)
{
    /// <summary>Under this name among the additional properties of an answer.</summary>
    public const string Property = "embsync.rate";
}
