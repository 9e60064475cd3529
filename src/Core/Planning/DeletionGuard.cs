using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Planning;

/// <param name="Moved">Its content is written under another id by the same plan, see <see cref="Moves"/>: it loses nothing and doesn't
/// count.</param>
public sealed record PlannedDeletion(ItemKey Key, string? Path, string Title, bool Moved)
{
    /// <summary>The file is still there and was read, under another id: nothing is lost with the row.</summary>
    public bool HasSuccessor { get; init; }
}

/// <summary>What a run would take away from one place, and how people are told of it.</summary>
/// <param name="Place">For people: <c>source 'docs'</c>.</param>
/// <param name="Lost">Of those that are held.</param>
/// <param name="Held">By the place as a whole: what the bound is measured against.</param>
/// <param name="Fate">What became of the lost ones, after their number: <c>of 30 stored items are gone from the source</c>.</param>
/// <param name="Emptied">What to say when nothing is left, however few it were; null when something is, or when that needs no
/// asking.</param>
/// <param name="Done">What nothing was: <c>deleted</c>.</param>
/// <param name="Advice">Sentences before the way to do it all the same; empty for none.</param>
public sealed record Loss(string Place, int Lost, int Held, string Fate, string? Emptied, string Done, string Advice = "");

/// <summary>
/// The one bound on what a run takes away, of stored items or of people's own tables: so much of what is held and no more, and never all of
/// it, unless somebody
/// says so. Deletion of items also needs a source that was read whole, or git showing the path gone within the scope.
/// </summary>
public static class DeletionGuard
{
    /// <summary>Why a run must not begin; null when the loss is within the bound.</summary>
    /// <param name="explicitLimit">What <c>--max-delete</c> says; it also overrules the refusal to take all.</param>
    public static string? Violation(Loss loss, DeleteLimit configured, DeleteLimit? explicitLimit)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(configured);
        if (loss.Lost == 0)
        {
            return null;
        }

        var allowed = (explicitLimit ?? configured).Allowed(loss.Held);
        var why = loss.Lost > allowed ? Text.Of(
            $"{loss.Place}: {loss.Lost:N0} {loss.Fate}, more than the {allowed:N0} that may be {loss.Done} without asking")
            : explicitLimit is null ? loss.Emptied : null;
        return why is null ? null
            : FormattableString.Invariant($"{why}. Nothing was {loss.Done}. {(loss.Advice.Length > 0 ? loss.Advice + " " : "")}If that is right, run again with --max-delete {loss.Lost}");
    }

    /// <summary>The same for the items of a source.</summary>
    public static string? Violation(
        SourceSurvey survey, IReadOnlyCollection<PlannedDeletion> deletions, DeleteLimit configured, DeleteLimit? explicitLimit)
    {
        ArgumentNullException.ThrowIfNull(survey);
        ArgumentNullException.ThrowIfNull(deletions);
        var stored = survey.StoredTotal;
        var emptied = survey.UnchangedItems + survey.Unread + survey.Read.Count == 0 && survey.Problems.Count == 0 && survey.Complete;
        return Violation(
            new(
                $"source '{survey.Source}'", deletions.Count(deletion => !deletion.Moved && !deletion.HasSuccessor), stored, Text.Of(
                $"of {stored:N0} stored items are gone from the source"),
                emptied ? $"source '{survey.Source}' had {Text.Count(stored, "item")} and is now {(survey.Configured ? "empty" : "no longer configured")}" : null, "deleted"),
            configured, explicitLimit);
    }

    /// <summary>What may be deleted, before the bound is applied. What has moved may always go.</summary>
    public static IReadOnlyList<PlannedDeletion> Deletions(SourceSurvey survey, IReadOnlyList<StoredItem> gone, IReadOnlySet<ItemKey> moved)
    {
        ArgumentNullException.ThrowIfNull(survey);
        ArgumentNullException.ThrowIfNull(gone);
        ArgumentNullException.ThrowIfNull(moved);
        var read = survey.Read.Select(item => item.Entry.Locator).ToHashSet(StringComparer.Ordinal);
        var all = gone.Select(item => new PlannedDeletion(
            new(survey.Source, item.Id), item.Path, item.Title, moved.Contains(new(survey.Source, item.Id)))
        {
            HasSuccessor = item.Path is { } path && read.Contains(path),
        });
        return [.. survey.HasUnknownBlocked() ? all.Where(deletion => deletion.Moved || deletion.HasSuccessor) : all];
    }
}
