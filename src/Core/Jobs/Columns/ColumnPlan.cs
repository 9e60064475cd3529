using EmbSync.Core.Buying;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Providers;
using EmbSync.Core.Storage.Columns;

namespace EmbSync.Core.Jobs.Columns;

/// <summary>What a reembed of a column would do: a value, computed without side effects.</summary>
/// <param name="Current">Null where nobody knows what made its vectors.</param>
/// <param name="CurrentType">As SQL writes it: <c>vector(1536)</c>.</param>
/// <param name="Rows">With text.</param>
/// <param name="Due">Of these: without a vector of the target for the text as it is.</param>
/// <param name="Empty">Rows without text: they have no vector afterwards.</param>
public sealed record ColumnPlan(
    string Table, string Column, EmbeddingSignature? Current, EmbeddingSignature Target, string CurrentType, string TargetType,
    ColumnMode Mode, long Rows, long Due, long Empty,
    PurchaseEstimate Purchase, PurchaseTerms Terms)
{
    /// <summary>Why it must not begin: more rows would lose their vector than the bound allows; null when it may.</summary>
    public string? Violation { get; init; }

    /// <summary>Provider, model, dimension and every hash match already.</summary>
    public bool IsNothing => Mode == ColumnMode.InPlace && Due == 0;

    public bool TypeChanges => CurrentType != TargetType;
}

/// <summary>What it did.</summary>
/// <param name="Updated">Rows written.</param>
public sealed record ColumnOutcome(
    SyncOutcome Bought, long Updated, TimeSpan EmbeddingTime, TimeSpan IndexTime, IReadOnlyList<string> Indexes, bool Switched)
{
    public static readonly ColumnOutcome Nothing = new(SyncOutcome.Nothing, 0, TimeSpan.Zero, TimeSpan.Zero, [], false);
}
