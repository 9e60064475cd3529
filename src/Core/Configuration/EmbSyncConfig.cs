using EmbSync.Core.Configuration.LocalModels;

namespace EmbSync.Core.Configuration;

/// <summary>Everything a run is told, after flags, environment, file and defaults were put together. Values are checked.</summary>
/// <param name="File">Configuration file, absolute; null when there is none.</param>
/// <param name="Root">Folder that globs and relative paths start from, absolute: the file's, else the repository's root, else the current
/// one.</param>
/// <param name="Project">Owner name of the store.</param>
public sealed record EmbSyncConfig(
    string? File,
    string Root,
    string Project,
    StoreConfig Store,
    EmbeddingsConfig Embeddings,
    LimitsConfig Limits,
    IReadOnlyList<SourceConfig> Sources)
{
    /// <summary>
    /// Where values came from, by the setting's path (<c>embeddings.model</c>, <c>sources[0].include</c>): file and line, variable or
    /// flag. A setting that is not here has its default.
    /// </summary>
    public IReadOnlyDictionary<string, string> Origins { get; init; } = new Dictionary<string, string>();

    /// <summary>Codes that are known and count no more, by pattern of the item's path.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Accept { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>
    /// The store is a file of this folder, and nobody said whose: the folder is what tells the project, whatever it or its origin is called
    /// by now.
    /// </summary>
    public bool OwnsItsStore => !Origins.ContainsKey("project") && Store.Backend == StoreBackend.Sqlite
        && Store.Path.StartsWith(Path.TrimEndingDirectorySeparator(Root) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}

public enum StoreBackend
{
    Sqlite,
    Postgres,
    Memory,
}

public enum VectorType
{
    HalfVec,
    Vector,
}

/// <param name="Path">SQLite file, absolute.</param>
/// <param name="Url">PostgreSQL as <c>postgresql://</c> or keyword string; a secret. Null where the backend needs none.</param>
/// <param name="Schema">PostgreSQL schema.</param>
/// <param name="Branch">Only runs at commits on this branch change items; null for no such limit.</param>
/// <param name="KeepText">Store each chunk's text (snippets need it).</param>
public sealed record StoreConfig(
    StoreBackend Backend, string Path, Secret? Url, string Schema, string? Branch, VectorType Vectors, bool KeepText)
{
    /// <summary>Folder, from the root, where paid vectors wait for a database; not used for stores that are local files.</summary>
    public string Spool { get; init; } = ".embsync/spool";

    public IndexConfig Index { get; init; } = IndexConfig.Default;
}

/// <summary>How an HNSW index is built and searched.</summary>
/// <param name="M">pgvector's default; more of it or of <paramref name="EfConstruction"/> costs build time and gains little recall below a
/// million vectors.</param>
/// <param name="EfSearch">Candidates of a search at least.</param>
/// <param name="BuildMemory">Bytes of <c>maintenance_work_mem</c>; null for what the vectors need.</param>
/// <param name="MinRows">Below it an exact scan takes a millisecond or two, as long as the index would, and is exact.</param>
public sealed record IndexConfig(int M, int EfConstruction, int EfSearch, long? BuildMemory, int MinRows)
{
    public static readonly IndexConfig Default = new(16, 64, 100, null, 1_000);
}

public enum AutoIndex
{
    Off,
    OnCreate,
    OnUpdate,
}

/// <param name="Provider"><c>local</c>, <c>lexical</c> or <c>openai</c>.</param>
/// <param name="BaseUrl">Endpoint of an OpenAI-compatible API; null for the provider's own.</param>
/// <param name="ApiKey">Null for endpoints without a key, and when <see cref="ApiKeyVariable"/> is not set.</param>
/// <param name="BatchSize">Inputs a request at most.</param>
/// <param name="SleepMs">Pause after each request, in milliseconds.</param>
/// <param name="Concurrency">Requests at the same time; texts, where the provider is local.</param>
/// <param name="Prices">USD per million tokens by model, over the built-in table.</param>
/// <param name="AllowHosts">Hosts that may get the key beside OpenAI's and local ones; holds the host of a base URL from the
/// environment.</param>
/// <param name="AllowInsecureHttp">Plain HTTP to a host that is not local.</param>
/// <param name="Prefixes">Texts put before documents and queries, for models that want them.</param>
public sealed record EmbeddingsConfig(
    AutoIndex AutoIndex,
    string Provider,
    Uri? BaseUrl,
    Secret? ApiKey,
    string Model,
    int Dimension,
    int BatchSize,
    int SleepMs,
    int Concurrency,
    IReadOnlyDictionary<string, decimal> Prices,
    IReadOnlyList<string> AllowHosts,
    bool AllowInsecureHttp,
    RolePrefixes Prefixes)
{
    /// <summary>
    /// Variable that holds the key, set or not, so that who misses the key can say what to set; null where none is looked for.
    /// </summary>
    public string? ApiKeyVariable { get; init; }

    /// <summary>
    /// A key is meant, by <c>embeddings.apiKey</c> or because the endpoint is one that wants it, and its variable is not set: what people
    /// should know before
    /// they rely on it; null where there is nothing to say.
    /// </summary>
    public string? MissingKey { get; init; }

    public PaceConfig Pace { get; init; } = PaceConfig.Default;

    /// <summary>
    /// A model of provider local that was given by path; null for the one that the tool carries, and for other providers.
    /// </summary>
    public LocalModel? Local { get; init; }

    public RequestConfig Request { get; init; } = RequestConfig.Learned;

    /// <summary>Settings that are sent and stand in the file as <c>env:NAME</c>: they go only where the key may go.</summary>
    public IReadOnlyList<string> SentVariables { get; init; } = [];

    /// <summary>
    /// Named uses of models, in the order of the file; empty for the one space <c>default</c> of <see cref="Model"/> and <see
    /// cref="Dimension"/>.
    /// </summary>
    public IReadOnlyList<SpaceConfig> Spaces { get; init; } = [];

    /// <summary>One for each space, with its model and dimension in place of the first one's.</summary>
    public IReadOnlyList<(string Space, EmbeddingsConfig Config)> BySpace => Spaces.Count == 0
        ? [(Core.Model.Generation.DefaultSpace, this)]
        : [.. Spaces.Select(space => (space.Name, this with { Model = space.Model, Dimension = space.Dimension, Local = space.Local }))];
}

/// <param name="Name">Lower-case letters, digits and <c>_</c>: part of its view's name.</param>
public sealed record SpaceConfig(string Name, string Model, int Dimension)
{
    /// <inheritdoc cref="EmbeddingsConfig.Local"/>
    public LocalModel? Local { get; init; }
}

/// <summary>How fast and how patiently a provider is asked.</summary>
/// <param name="RequestsPerMinute">From 1; null for no limit but what the provider's answers name.</param>
/// <param name="TokensPerMinute">From 1; null for no limit but what the provider's answers name.</param>
/// <param name="RetrySeconds">For one request with all its tries and the pauses between.</param>
/// <param name="MaxRetries">Tries after the first.</param>
/// <param name="TimeoutSeconds">For one try, to the last byte of its answer.</param>
public sealed record PaceConfig(long? RequestsPerMinute, long? TokensPerMinute, int RetrySeconds, int MaxRetries, int TimeoutSeconds)
{
    public const int DefaultQueryMs = 2500;

    public static readonly PaceConfig Default = new(null, null, 120, 100, 60);

    /// <summary>Milliseconds that a search waits for the vector of its text, with all tries.</summary>
    public int QueryMs { get; init; } = DefaultQueryMs;
}

public sealed record RolePrefixes(string Document, string Query)
{
    public static readonly RolePrefixes None = new("", "");
}

/// <summary>A bound on deletions: a share of the source's stored items or a number, whichever allows more when both are set.</summary>
/// <param name="Share">0 to 1; null when only the count limits.</param>
public sealed record DeleteLimit(double? Share, int? Count)
{
    /// <summary>The larger of 20 % and 10 items.</summary>
    public static readonly DeleteLimit Default = new(0.20, 10);

    public int Allowed(int storedItems) => Math.Max(Share is { } share ? (int)Math.Floor(share * storedItems) : 0, Count ?? 0);
}

/// <param name="MaxCost">USD a run; null for no limit.</param>
/// <param name="MaxTokens">Tokens a run; null for no limit.</param>
/// <param name="MaxFileBytes">Larger files are set aside before reading.</param>
/// <param name="OnModelChange">Up to so many items a sync builds the new generation by itself; above, it stops and says the cost.</param>
public sealed record LimitsConfig(decimal? MaxCost, long? MaxTokens, DeleteLimit MaxDelete, long MaxFileBytes, int OnModelChange);

/// <summary>One configured source; the derived records are the kinds.</summary>
/// <param name="Chunk">How its texts are cut.</param>
public abstract record SourceConfig(string Name, int Priority, ChunkConfig Chunk);

/// <param name="Include">Globs from the root.</param>
/// <param name="IdKey">Front matter key of the id; null: the path is the id. A file without the key has its path as id.</param>
/// <param name="Embed">Front matter keys that are part of the embedded text, in this order; <c>title</c> stands for the item's
/// title.</param>
/// <param name="Metadata">Front matter keys that are stored with the item.</param>
/// <param name="ItemType">Type of items whose front matter has no <c>type</c>.</param>
/// <param name="TitleOnEveryChunk">Repeat title and embedded keys on each chunk, not only on the first.</param>
public sealed record MarkdownSourceConfig(
    string Name,
    int Priority,
    IReadOnlyList<string> Include,
    IReadOnlyList<string> Exclude,
    string? IdKey,
    IReadOnlyList<string> Embed,
    IReadOnlyList<string> Metadata,
    string ItemType,
    ChunkConfig Chunk,
    bool TitleOnEveryChunk) : SourceConfig(Name, Priority, Chunk);

/// <param name="MaxTokens">A part above this is split.</param>
/// <param name="MinTokens">A heading border counts only when both sides keep at least so many.</param>
public sealed record ChunkConfig(int MaxTokens, int MinTokens)
{
    public static readonly ChunkConfig Default = new(512, 32);
}
