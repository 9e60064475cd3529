namespace EmbSync.Core.Planning;

/// <summary>How an item of the source stands against the store.</summary>
public enum ItemState
{
    /// <summary>Its text as it is now has its vectors in the generation.</summary>
    Current,

    /// <summary>Never stored, or its vectors are gone.</summary>
    Missing,

    /// <summary>Stored, and something other would be embedded now; see <see cref="StaleReasons"/>.</summary>
    Stale,

    /// <summary>Stored, and gone from the source.</summary>
    Orphaned,

    /// <summary>Its input can't be used; see the problem's code.</summary>
    Blocked,
}

[Flags]
public enum StaleReasons
{
    None = 0,
    Content = 1,
    Model = 2,
    Dimension = 4,
    Pipeline = 8,
}

/// <summary>What a sync does to an item that was read.</summary>
public enum ItemChange
{
    /// <summary>Nothing: row and vectors are as they should be.</summary>
    None,

    /// <summary>No row yet.</summary>
    New,

    /// <summary>Other text, or vectors missing in the generation.</summary>
    Changed,

    /// <summary>Same text, all vectors there; title, path, metadata or version are written.</summary>
    Metadata,
}

public static class StaleReasonNames
{
    /// <summary>Lower-case names in a fixed order, as in JSON.</summary>
    public static IReadOnlyList<string> Names(this StaleReasons reasons)
    {
        StaleReasons[] order = [StaleReasons.Content, StaleReasons.Model, StaleReasons.Dimension, StaleReasons.Pipeline];
        return [.. order.Where(reason => reasons.HasFlag(reason)).Select(reason => reason.ToString().ToLowerInvariant())];
    }
}
