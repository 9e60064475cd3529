using EmbSync.Core.Configuration.LocalModels;

namespace EmbSync.Core.Configuration.Definition;

/// <summary>
/// Every key there is: its type, default and description. Reading, checking, guessing, the JSON Schema, the list of variables and the
/// comments of a generated file all come from here, so they can't say different things.
/// </summary>
internal static class ConfigSchema
{
    public const string Sqlite = "sqlite";
    public const string Local = "local";
    public const string Lexical = "lexical";
    public const string OpenAi = "openai";
    public const string Markdown = "markdown";
    public const int MaxDimension = 16000;

    /// <summary>Kinds of sources.</summary>
    public static readonly IReadOnlyList<string> SourceTypes = [Markdown, RowSettings.Table, RowSettings.Query, RowSettings.Json];

    private static readonly ChoiceKind<StoreBackend> Backends = new(
        (Sqlite, StoreBackend.Sqlite), ("postgres", StoreBackend.Postgres), ("memory", StoreBackend.Memory));
    private static readonly string[] Files = [Markdown, RowSettings.Json];
    private static readonly ListKind<string> Globs = new(new GlobKind(), "a list of patterns", minItems: 1);
    private static readonly ListKind<string> Keys = new(new TextKind("a front matter key"), "a list of front matter keys");
    private static readonly ListKind<string> Stored = new(
        new TextKind("a key, column or member"), "a list of front matter keys, columns or JSON members");

    public static readonly Setting<string> JsonSchema = new("$schema", new TextKind(), "where editors find the schema of this file");
    public static readonly Setting<long> Version = new("version", new WholeKind(1, 1), "version of this file's format") { Default = 1 };
    public static readonly Setting<string> Project = new("project", new TextKind("a name of at most 200 characters", "^.{1,200}$"),
        "owner of the store: another project can't write to it") { Otherwise =
            "the origin's owner/name, else the folder's name", IsInEnvironment = true };

    public static readonly Section Store = new("store", "where vectors live");
    public static readonly Setting<StoreBackend> Backend = new("store.backend", Backends,
        "sqlite, postgres or memory") { Default = StoreBackend.Sqlite, Otherwise = "sqlite; postgres when a URL is set", IsInEnvironment =
            true };
    public static readonly Setting<string> StorePath = new("store.path", new TextKind("a path"),
        "SQLite file, from the folder of this file") { Default = ".embsync/index.db", IsInEnvironment = true };
    public static readonly Setting<string> Spool = new("store.spool", new TextKind("a path"),
        "folder where paid vectors wait until PostgreSQL has them, from the folder of this file") { Default =
            ".embsync/spool", IsInEnvironment = true };
    public static readonly Setting<Secret> Url = new("store.url", new ConnectionKind(),
        "PostgreSQL as postgresql:// or keyword string; with a password only as env:NAME") { IsInEnvironment = true };
    public static readonly Setting<string> SchemaName = new(
        "store.schema", new TextKind("a lower-case name of letters, digits and _", "^[a-z_][a-z0-9_]{0,62}$"),
        "PostgreSQL schema") { Default = "embsync", IsInEnvironment = true };
    public static readonly Setting<string> Branch = new(
        "store.branch", new TextKind("the name of a branch", @"^[^\s~^:?*\[\\-][^\s~^:?*\[\\]*$"),
        "only runs at commits on this branch change items; others fill the cache of vectors") { Otherwise =
        "no such limit", IsInEnvironment = true };
    public static readonly Setting<VectorType> Vectors = new(
        "store.vectors", new ChoiceKind<VectorType>(("halfvec", VectorType.HalfVec), ("vector", VectorType.Vector)),
        "column type in PostgreSQL: halfvec (half the size, up to 4000 dimensions) or vector (up to 2000)") { Default =
        VectorType.HalfVec, IsInEnvironment = true };
    public static readonly Setting<bool> KeepText = new("store.keepText", new BooleanKind(),
        "store each chunk's text too, which snippets need") { Default = true, IsInEnvironment = true };

    public static readonly Section Index = new("store.index", "the HNSW index in PostgreSQL; changes hold for indexes built from then on");
    public static readonly Setting<long> IndexM = new("store.index.m", new WholeKind(2, 100),
        "neighbours of each vector in a layer") { Default = IndexConfig.Default.M, IsInEnvironment = true };
    public static readonly Setting<long> IndexEfConstruction = new("store.index.efConstruction", new WholeKind(4, 1000),
        "candidates while building, at least twice m: more find more and build slower") { Default =
            IndexConfig.Default.EfConstruction, IsInEnvironment = true };
    public static readonly Setting<long> IndexEfSearch = new("store.index.efSearch", new WholeKind(1, 1000),
        "candidates of a search at least: more find more and search slower") { Default = IndexConfig.Default.EfSearch, IsInEnvironment =
            true };
    public static readonly Setting<long> IndexMemory = new("store.index.memory", new ByteSizeKind(),
        "maintenance_work_mem of a build, such as 2GB") { Otherwise = "what the vectors need, 64MB to 1GB", IsInEnvironment = true };
    public static readonly Setting<long> IndexMinRows = new("store.index.minRows", new WholeKind(1, 1_000_000_000),
        "smaller tables have no index: comparing all is as fast, and exact") { Default = IndexConfig.Default.MinRows, IsInEnvironment =
            true };

    public static readonly Section VectorStorage = new("vectorStorage", "another name of store, for its backend only");
    public static readonly Setting<StoreBackend> BackendAlias = new(
        "vectorStorage.backend", Backends, "another name of store.backend") { AliasOf = "store.backend" };

    public static readonly Section Embeddings = new("embeddings", "what makes the vectors");
    public static readonly Setting<AutoIndex> AutoIndexGate = new("embeddings.autoIndex",
        new ChoiceKind<AutoIndex>(("off", AutoIndex.Off), ("onCreate", AutoIndex.OnCreate), ("onUpdate", AutoIndex.OnUpdate)),
        "what hooks and builds may embed by themselves: off, onCreate or onUpdate; commands always do what they say") { Default =
        AutoIndex.OnCreate, IsInEnvironment = true };
    public static readonly Setting<string> Provider = new(
        "embeddings.provider", new ChoiceKind<string>((Local, Local), (Lexical, Lexical), (OpenAi, OpenAi)),
        "local (inside the tool: offline, free, finds meaning), lexical (offline, free, finds shared words) or openai (any compatible endpoint, finds meaning, may cost money)") { Default = Lexical, IsInEnvironment = true };
    public static readonly Setting<Uri> BaseUrl = new("embeddings.baseUrl", new AddressKind(),
        "endpoint of an OpenAI-compatible API") { Otherwise = "OPENAI_BASE_URL where it is set, else OpenAI's own", IsInEnvironment =
            true };
    public static readonly Setting<Secret> ApiKey = new("embeddings.apiKey", new KeyKind(),
        "the key, as env:NAME only") { Otherwise = "OPENAI_API_KEY where it is set", IsInEnvironment = true };
    public static readonly Setting<string> Model = new("embeddings.model", new TextKind("the name of a model"),
        "model, as the provider names it; for local also the path of one of the BERT family, in ONNX") { Otherwise =
            "all-MiniLM-L6-v2 for local, lexical-v1, or text-embedding-3-small for openai", IsInEnvironment = true };
    public static readonly Setting<long> Dimension = new("embeddings.dimension", new WholeKind(1, MaxDimension),
        "length of every vector") { Otherwise =
            "1024 for lexical, the model's own for local and for models that are known", IsInEnvironment = true };
    public static readonly Setting<IReadOnlyList<WrittenSpace>> Spaces = new("embeddings.spaces", new SpacesKind(),
        "several models at once, by name, instead of model and dimension: large: { model: text-embedding-3-large, dimension: 3072 }") { Otherwise = "the one space 'default'" };
    public static readonly Section LocalModel = new("embeddings.local", "how a model of provider local that is given by path is used");
    public static readonly Setting<Pooling> LocalPooling = new(
        "embeddings.local.pooling", new ChoiceKind<Pooling>(("mean", Pooling.Mean), ("cls", Pooling.Cls)),
        "how the vectors of its tokens become one: mean or cls, as its card says") { Otherwise =
        "what its 1_Pooling/config.json says", IsInEnvironment = true };
    public static readonly Setting<long> LocalWindow = new("embeddings.local.window", new WholeKind(32, 32_768),
        "tokens it takes at once; longer texts are embedded in several windows") { Otherwise =
            "512, or what its files say where that is less", IsInEnvironment = true };
    public static readonly Section Request = new(
        "embeddings.request", "what a request to the endpoint looks like; what is left open is learned from the server");
    public static readonly Setting<bool> RequestDimensions = new(
        "embeddings.request.dimensions", new ChoiceKind<bool>(("send", true), ("omit", false)),
        "send: ask for embeddings.dimension; omit: don't ask, and check what comes") { Otherwise =
        "send, until the server refuses it", IsInEnvironment = true };
    public static readonly Setting<VectorEncoding> RequestEncoding = new("embeddings.request.encoding",
        new ChoiceKind<VectorEncoding>(("base64", VectorEncoding.Base64), ("float", VectorEncoding.Float)),
        "base64 (a third of the bytes) or float") { Otherwise = "base64, until the server refuses it", IsInEnvironment = true };
    public static readonly Setting<string> RequestModel = new("embeddings.request.model", new TextKind("any, or the name of a model"),
        "name that the server answers with, where it is not embeddings.model; any: whatever it says") { Otherwise =
            "embeddings.model", IsInEnvironment = true };
    public static readonly Setting<IReadOnlyList<ExtraField>> RequestExtra = new("embeddings.request.extra", new ExtraFieldsKind(),
        "further fields of a request, such as input_type: { document: passage, query: query }; a change of them makes other vectors") { Default = [] };
    public static readonly Setting<IReadOnlyList<ExtraHeader>> RequestHeaders = new("embeddings.request.headers", new ExtraHeadersKind(),
        "further headers of a request; what is secret only as env:NAME") { Default = [] };
    public static readonly Section Batch = new("embeddings.batch", "how inputs are put into requests");
    public static readonly Setting<long> BatchSize = new("embeddings.batch.size", new WholeKind(1, 2048),
        "inputs a request at most") { Default = 128, Otherwise = "128; 32 for local", IsInEnvironment = true };
    public static readonly Setting<long> SleepMs = new("embeddings.batch.sleepMs", new WholeKind(0, 3_600_000),
        "pause after each request, in milliseconds") { Default = 0, IsInEnvironment = true };
    public static readonly Setting<long> Concurrency = new("embeddings.concurrency", new WholeKind(1, 64),
        "requests at the same time; for local texts at the same time") { Default = 4, Otherwise =
            "4; the number of cores for local", IsInEnvironment = true };
    public static readonly Section Rate = new(
        "embeddings.rate", "how much a minute may have; limits that the provider's answers name hold too");
    public static readonly Setting<long> RequestsPerMinute = new("embeddings.rate.requestsPerMinute", new WholeKind(1, 1_000_000_000),
        "requests a minute at most") { Otherwise = "what the provider's answers name", IsInEnvironment = true };
    public static readonly Setting<long> TokensPerMinute = new("embeddings.rate.tokensPerMinute", new WholeKind(1, 1_000_000_000_000),
        "tokens a minute at most; a larger text goes alone") { Otherwise = "what the provider's answers name", IsInEnvironment = true };
    public static readonly Section Retry = new("embeddings.retry", "when a request that failed is given up");
    public static readonly Setting<long> RetrySeconds = new("embeddings.retry.seconds", new WholeKind(0, 86_400),
        "for a request with all its retries and the pauses between; a provider that asks to wait longer ends the run") { Default =
            PaceConfig.Default.RetrySeconds, IsInEnvironment = true };
    public static readonly Setting<long> MaxRetries = new("embeddings.retry.max", new WholeKind(0, 100),
        "retries of a request at most") { Default = PaceConfig.Default.MaxRetries, IsInEnvironment = true };
    public static readonly Setting<long> TimeoutSeconds = new("embeddings.timeoutSeconds", new WholeKind(1, 3600),
        "for one try, to the last byte of its answer") { Default = PaceConfig.Default.TimeoutSeconds, IsInEnvironment = true };
    public static readonly Setting<long> QueryTimeoutMs = new("embeddings.queryTimeoutMs", new WholeKind(100, 3_600_000),
        "how long a search waits for the vector of its text, with all tries; a server that loads its model first may need more") { Default = PaceConfig.DefaultQueryMs, IsInEnvironment = true };
    public static readonly Setting<IReadOnlyDictionary<string, decimal>> Prices = new("embeddings.prices",
        new TableKind<decimal>(new AmountKind(), "a map of model names and USD per million tokens"),
        "USD per million tokens by model, over the built-in prices") { Default = new Dictionary<string, decimal>() };
    public static readonly Setting<IReadOnlyList<string>> AllowHosts = new(
        "embeddings.allowHosts", new ListKind<string>(new HostKind(), "a list of hosts"),
        "hosts that may get the key, beside OpenAI's, this machine, and the host of a base URL that comes from the environment") { Default = [], IsInEnvironment = true };
    public static readonly Setting<bool> AllowInsecureHttp = new("embeddings.allowInsecureHttp", new BooleanKind(),
        "send texts and key over plain HTTP to a host that is not this machine") { Default = false, IsInEnvironment = true };
    public static readonly Section Prefixes = new("embeddings.prefixes", "texts put before what is embedded, for models that want them");
    public static readonly Setting<string> DocumentPrefix = new("embeddings.prefixes.document", new TextKind(isFree: true),
        "put before stored texts, such as 'search_document: '") { Default = "", IsInEnvironment = true };
    public static readonly Setting<string> QueryPrefix = new("embeddings.prefixes.query", new TextKind(isFree: true),
        "put before searches, such as 'search_query: '") { Default = "", IsInEnvironment = true };

    public static readonly Setting<IReadOnlyDictionary<string, IReadOnlyList<string>>> Accept = new("accept",
        new TableKind<IReadOnlyList<string>>(new ListKind<string>(new ProblemCodeKind(), "a list of codes such as EMB1105", minItems: 1),
            "a map of patterns and lists of codes"),
        "blocked items and warnings that are known and count no more, as codes by pattern of their path (of a row: source/id): legacy/**: [EMB1105]")
    { Default = new Dictionary<string, IReadOnlyList<string>>() };

    public static readonly Section Limits = new("limits", "where a run stops before it does harm");
    public static readonly Setting<decimal> MaxCost = new("limits.maxCost", new AmountKind(),
        "USD a run at most") { Otherwise = "no limit", IsInEnvironment = true };
    public static readonly Setting<long> MaxTokens = new("limits.maxTokens", new WholeKind(0, long.MaxValue),
        "tokens a run at most") { Otherwise = "no limit", IsInEnvironment = true };
    public static readonly Setting<DeleteLimit> MaxDelete = new("limits.maxDelete", new DeleteLimitKind(),
        "items of a source that a run may delete: 20%, 50, or '20% or 10' (the larger)") { Default = DeleteLimit.Default, IsInEnvironment =
            true };
    public static readonly Setting<long> MaxFileBytes = new("limits.maxFileBytes", new ByteSizeKind(),
        "larger files are set aside: 5MB, 512KB or bytes") { Default = 5 * 1024 * 1024, IsInEnvironment = true };
    public static readonly Setting<int> OnModelChange = new("limits.onModelChange", new ItemBoundKind(),
        "up to so many items a sync embeds again by itself after a change of model; never, always or a number") { Default =
            1000, IsInEnvironment = true };

    public static readonly SourceList Sources = new("sources", "where items come from")
    {
        Otherwise = "one source 'docs' of all **/*.md",
    };

    public static readonly Setting<string> SourceName = new(
        "sources[].name", new TextKind("a name of letters, digits, '.', '-' and '_'", "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"),
        "name of the source, unique; changing it makes new items") { IsRequired = true };
    public static readonly Setting<string> SourceType = new("sources[].type",
        new ChoiceKind<string>((Markdown, Markdown), (RowSettings.Table, RowSettings.Table), (RowSettings.Query, RowSettings.Query),
        (RowSettings.Json, RowSettings.Json)),
        "markdown files, a table or query of a PostgreSQL database, or exported json") { Default = Markdown };
    public static readonly Setting<long> Priority = new("sources[].priority", new WholeKind(-1000, 1000),
        "higher is embedded first") { Default = 0 };
    public static readonly Setting<IReadOnlyList<string>> Include = new("sources[].include", Globs,
        "patterns of the files, from the folder of this file") { SourceTypes = Files, Default = ["**/*.md", "**/*.mdx", "**/*.markdown"] };
    public static readonly Setting<IReadOnlyList<string>> Exclude = new(
        "sources[].exclude", new ListKind<string>(new GlobKind(), "a list of patterns"),
        "patterns of files that are left out") { SourceTypes = Files, Default = [] };
    public static readonly Setting<string> IdKey = new("sources[].id", new TextKind("a front matter key, or the path of a JSON member"),
        "front matter key of an item's id, or member of a JSON object; a Markdown file without it has its path as id") { SourceTypes =
            Files, Otherwise = "the path is the id; in JSON id" };
    public static readonly Setting<IReadOnlyList<string>> Embed = new("sources[].embed", Keys,
        "front matter keys that are part of the embedded text, in this order") { SourceTypes = [Markdown], Default = ["title"] };
    public static readonly Setting<IReadOnlyList<string>> Metadata = new("sources[].metadata", Stored,
        "front matter keys, columns or JSON members that are stored for filters; changes buy nothing") { SourceTypes = [Markdown,
            RowSettings.Table, RowSettings.Json], Default = [] };
    public static readonly Setting<string> ItemType = new("sources[].itemType", new TextKind("the name of a type"),
        "type of items that don't say their own") { Otherwise = "the source's name" };
    public static readonly Section Chunk = new("sources[].chunk", "how texts are cut");
    public static readonly Setting<long> ChunkMax = new("sources[].chunk.maxTokens", new WholeKind(16, 100_000),
        "a part above this is cut") { Default = ChunkConfig.Default.MaxTokens, Otherwise = "512; 8000 for a column's values" };
    public static readonly Setting<long> ChunkMin = new("sources[].chunk.minTokens", new WholeKind(0, 50_000),
        "a heading is a border only where both sides keep so many") { Default = ChunkConfig.Default.MinTokens };
    public static readonly Setting<bool> TitleOnEveryChunk = new("sources[].titleOnEveryChunk", new BooleanKind(),
        "put title and embedded keys on each chunk, not only on the first") { SourceTypes = [Markdown], Default = false };

    /// <summary>In the order of documentation.</summary>
    public static readonly IReadOnlyList<Setting> All =
    [
        JsonSchema, Version, Project,
        Store, Backend, StorePath, Spool, Url, SchemaName, Branch, Vectors, KeepText, Index, IndexM, IndexEfConstruction, IndexEfSearch,
        IndexMemory, IndexMinRows, VectorStorage, BackendAlias,
        Embeddings, AutoIndexGate, Provider, BaseUrl, ApiKey, Model, Dimension, Spaces, LocalModel, LocalPooling, LocalWindow,
        Request, RequestDimensions, RequestEncoding, RequestModel, RequestExtra, RequestHeaders, Batch, BatchSize, SleepMs, Concurrency,
        Rate, RequestsPerMinute, TokensPerMinute, Retry, RetrySeconds, MaxRetries, TimeoutSeconds, QueryTimeoutMs, Prices, AllowHosts,
        AllowInsecureHttp, Prefixes, DocumentPrefix, QueryPrefix,
        Accept, Limits, MaxCost, MaxTokens, MaxDelete, MaxFileBytes, OnModelChange,
        Sources, SourceName, SourceType, Priority, Include, Exclude, IdKey, Embed, Metadata, ItemType, Chunk, ChunkMax, ChunkMin,
        TitleOnEveryChunk,
        .. RowSettings.All,
    ];

    private static readonly ILookup<string, Setting> ByParent = All.ToLookup(setting => setting.Parent, StringComparer.Ordinal);

    /// <param name="parent">Path of a section, <see cref="SourceList.Each"/>, or empty for the top.</param>
    public static IEnumerable<Setting> Children(string parent) => ByParent[parent];
}
