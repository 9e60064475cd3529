using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Sync;

/// <param name="Moved">Its content is written under another id by the same plan, see <see cref="Moves"/>: it loses nothing and doesn't count.</param>
public sealed record PlannedDeletion(ItemKey Key, string? Path, string Title, bool Moved)
{
    /// <summary>The file is still there and was read, under another id: nothing is lost with the row.</summary>
    public bool HasSuccessor { get; init; }
}

/// <summary>
/// Deletion needs a source that was read whole, or git showing the path gone within the scope, and stays within a bound that is
/// measured against the whole source.
/// </summary>
public static class DeletionGuard
{
    /// <summary>Why a plan must not begin; null when its deletions are within bounds.</summary>
    /// <param name="explicitLimit">What <c>--max-delete</c> says; it also overrules the refusal of a source that became empty.</param>
    public static string? Violation(
        SourceSurvey survey, IReadOnlyCollection<PlannedDeletion> deletions, DeleteLimit configured, DeleteLimit? explicitLimit)
    {
        ArgumentNullException.ThrowIfNull(survey);
        ArgumentNullException.ThrowIfNull(deletions);
        ArgumentNullException.ThrowIfNull(configured);
        var lost = deletions.Count(deletion => !deletion.Moved && !deletion.HasSuccessor);
        if (lost == 0)
        {
            return null;
        }

        var stored = survey.StoredTotal;
        var allowed = (explicitLimit ?? configured).Allowed(stored);
        if (lost > allowed)
        {
            return $"source '{survey.Source}': {lost} of {stored} stored items are gone from the source, more than the {allowed} that may be "
                + $"deleted without asking. Nothing was deleted. If that is right, run again with --max-delete {lost}";
        }

        var emptied = survey.UnchangedItems + survey.Unread + survey.Read.Count == 0 && survey.Problems.Count == 0 && survey.Complete;
        return emptied && explicitLimit is null
            ? $"source '{survey.Source}' had {stored} {(stored == 1 ? "item" : "items")} and is now {(survey.Configured ? "empty" : "no longer configured")}. Nothing was deleted. "
                + $"If that is right, run again with --max-delete {lost}"
            : null;
    }

    /// <summary>What may be deleted, before the bound is applied. What has moved may always go.</summary>
    public static IReadOnlyList<PlannedDeletion> Deletions(SourceSurvey survey, IReadOnlyList<StoredItem> gone, IReadOnlySet<ItemKey> moved)
    {
        ArgumentNullException.ThrowIfNull(survey);
        ArgumentNullException.ThrowIfNull(gone);
        ArgumentNullException.ThrowIfNull(moved);
        var read = survey.Read.Select(item => item.Entry.Locator).ToHashSet(StringComparer.Ordinal);
        var all = gone.Select(item => new PlannedDeletion(new(survey.Source, item.Id), item.Path, item.Title, moved.Contains(new(survey.Source, item.Id)))
        {
            HasSuccessor = item.Path is { } path && read.Contains(path),
        });
        return [.. survey.HasUnknownBlocked() ? all.Where(deletion => deletion.Moved || deletion.HasSuccessor) : all];
    }
}
