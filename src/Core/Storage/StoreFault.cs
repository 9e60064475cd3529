namespace EmbSync.Core.Storage;

/// <summary>What can be wrong with a store that its sources don't show.</summary>
public enum StoreFaultKind
{
    /// <summary>Zero, not finite, of another length, or far from unit length: no search finds them, or finds them wrongly.</summary>
    BadVectors,

    /// <summary>No chunk refers to them, and they are older than the grace time.</summary>
    SpareVectors,

    /// <summary>Retired for longer than the grace time.</summary>
    RetiredGeneration,

    /// <summary>The queue of a build that is over.</summary>
    LeftoverWork,

    /// <summary>A generation's table is gone.</summary>
    MissingTable,

    /// <summary>The public view is gone, or shows other generations than there are.</summary>
    View,

    /// <summary>Left by a build that failed.</summary>
    InvalidIndex,

    /// <summary>The table is large enough to need one.</summary>
    MissingIndex,
}

/// <param name="Subject">For people: a table, an index, a view.</param>
/// <param name="Generation">0 where it is about none.</param>
/// <param name="Count">Of what it is about.</param>
/// <param name="Bytes">About so many come free; 0 where none do.</param>
public sealed record StoreFault(StoreFaultKind Kind, string Subject, int Generation, long Count, long Bytes = 0)
{
    /// <summary>Of its kind there are so many in that place, good ones included; null where that says nothing.</summary>
    public long? Held { get; init; }

    /// <summary>
    /// How far a length may be from 1. Providers answer unit vectors; half precision changes each number by at most 2^-11 of it, so the
    /// length
    /// by no more.
    /// </summary>
    public const double LengthTolerance = 0.01;
}
