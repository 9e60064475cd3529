using System.Text.Json.Serialization;
using EmbSync.Core.Configuration;

namespace EmbSync.Core.Planning;

/// <summary>What a command asks of one run; flags that are absent stay at their defaults.</summary>
public sealed record SyncRequest
{
    // One for all: two requests that ask for the same are equal.
    private static readonly IReadOnlySet<(string, string, string)> NoneBefore = new HashSet<(string, string, string)>();

    /// <summary>As recorded in the receipt: <c>sync</c>, <c>index</c>.</summary>
    public string Command { get; init; } = "sync";

    /// <summary>Only what changed since the merge base with this ref is looked at.</summary>
    public string? Since { get; init; }

    /// <summary>Read the tree of this commit, not the work tree.</summary>
    public string? At { get; init; }

    /// <summary>Names of sources; empty for all.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>Only these items, by ids or whatever else <see cref="ItemName"/> takes; empty for all.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];

    /// <summary>Blocked before a pull request, and not its to mend: source, path or id, and code.</summary>
    [JsonIgnore]
    public IReadOnlySet<(string Source, string Place, string Code)> BlockedBefore { get; init; } = NoneBefore;

    /// <summary>Folder in which they were typed, absolute; null for the configuration's own.</summary>
    [JsonIgnore]
    public string? Folder { get; init; }

    /// <summary>Ignore source versions: read everything, buy only what is missing.</summary>
    public bool All { get; init; }

    /// <summary>Buy again what is there already.</summary>
    public bool Reindex { get; init; }

    /// <summary>At most so many items that need vectors.</summary>
    public int? Limit { get; init; }

    /// <summary>At most so many requests; what is left is done by the next run.</summary>
    public int? MaxBatches { get; init; }

    /// <summary>Overrules the configured bound on deletions.</summary>
    public DeleteLimit? MaxDelete { get; init; }

    /// <summary>Nobody asked for this run (a hook, a build): it embeds only what <c>embeddings.autoIndex</c> lets it.</summary>
    public bool Automatic { get; init; }

    /// <summary>Nothing is deleted: a run over chosen items only.</summary>
    public bool KeepOrphans { get; init; }

    /// <summary>Every row that differs is in one plan, however many there are: a plan that is saved for review.</summary>
    [JsonIgnore]
    public bool Whole { get; init; }

    /// <summary>
    /// What the parts of this run before left, of what differed when it began: all that this part may take. Whatever else differs by now, a
    /// row that was taken
    /// among it, is for the next run. Null in a run's first part.
    /// </summary>
    [JsonIgnore]
    public RowSets? Rest { get; init; }

    /// <summary>What this run has taken already; it may grow. Null for nothing.</summary>
    [JsonIgnore]
    public RowSets? Taken { get; init; }

    /// <summary>Only deletions are applied (<c>repair</c>): a change of model doesn't stop it.</summary>
    [JsonIgnore]
    public bool DeletionsOnly { get; init; }

    /// <summary>True when not every item is looked at, so nothing can be said about the rest.</summary>
    [JsonIgnore]
    public bool IsPartial => Since is not null || Ids.Count > 0 || Limit is not null;

    /// <summary>Whether this part of the run may do something about the item.</summary>
    internal bool Takes(Model.ItemKey key) => Rest?.Has(key) != false && Taken?.Has(key) != true;
}
