namespace EmbSync.Core.Jobs.Doctor;

/// <summary>A kind of finding. Codes are stable: people filter and suppress by them. docs/doctor.md is made from this list.</summary>
/// <param name="Severity">As a rule; a finding says where it differs.</param>
/// <param name="Title">What is wrong.</param>
/// <param name="Why">Why it matters, in a few words.</param>
/// <param name="Cure">What its mend is, for the documentation.</param>
internal sealed record FindingKind(string Code, Severity Severity, string Title, string Why, string Cure)
{
    public static readonly FindingKind NotReached = new("EMB2001", Severity.Error, "The store can't be reached or read",
        "Nothing can be searched or written.", "As the message says: address, password, rights");
    public static readonly FindingKind Encoding = new("EMB2002", Severity.Warning, "The database is not encoded in UTF-8",
        "Not every text can be kept.", "A database with `ENCODING 'UTF8'`");
    public static readonly FindingKind ReadOnly = new(
        "EMB2003", Severity.Info, "The database is read-only", "It can be searched, not written to.", "Name the primary");

    public static readonly FindingKind NotInstalled = new("EMB2101", Severity.Error, "The server has no pgvector",
        "There is no type to keep vectors in.", "Install the package on the server, then `CREATE EXTENSION`");
    public static readonly FindingKind NoExtension = new("EMB2102", Severity.Error, "The database lacks the extension",
        "There is no type to keep vectors in.", "`CREATE EXTENSION` (`--fix` where the user may)");
    public static readonly FindingKind UpdateWaits = new("EMB2103", Severity.Warning,
        "The extension is older than what the server has installed", "Fixes and functions of the installed version are not in use.",
        "`ALTER EXTENSION vector UPDATE` (`--fix`)");
    public static readonly FindingKind OldExtension = new("EMB2104", Severity.Warning, "pgvector is old",
        "Before 0.5 there is no HNSW, before 0.7 no halfvec, before 0.8 filtered searches return too few rows.",
        "A later package on the server, then `ALTER EXTENSION vector UPDATE`");
    public static readonly FindingKind ParallelBuild = new("EMB2105", Severity.Info,
        "Parallel builds of HNSW indexes can go wrong (before 0.8.2)", "An index built with parallel workers is not to be relied on.",
        "`SET max_parallel_maintenance_workers = 0` before a build, as every mend here does; a later pgvector");

    public static readonly FindingKind NeverEmbedded = new(
        "EMB2201", Severity.Warning, "No row was ever embedded", "A search finds nothing.", "Embed the rows");
    public static readonly FindingKind PartlyEmbedded = new(
        "EMB2202", Severity.Warning, "Some rows have no vector", "A search never finds them.", "Embed the rows");
    public static readonly FindingKind NoColumn = new("EMB2203", Severity.Info, "A table of text has no embedding column",
        "Its text can't be searched by meaning.", "`ALTER TABLE ... ADD COLUMN`, if it is meant to be searched");
    public static readonly FindingKind MixedDimensions = new("EMB2204", Severity.Error, "Vectors of several dimensions in one column",
        "They are of different models: comparing them fails with an error.", "Embed again what is not of the model in use");
    public static readonly FindingKind OpenDimension = new("EMB2205", Severity.Warning, "The column declares no dimension",
        "A vector of another model goes in unseen, and no plain index can be built.",
        "`ALTER COLUMN ... TYPE vector(n)` (rewrites or checks the table under a lock)");
    public static readonly FindingKind ZeroVectors = new("EMB2206", Severity.Warning, "Zero vectors",
        "They have no direction: a search by cosine never finds them.", "Embed those rows again");
    public static readonly FindingKind NotFinite = new(
        "EMB2207", Severity.Error, "Vectors that are not finite", "Every distance to them is NaN.", "Embed those rows again");
    public static readonly FindingKind NotUnit = new("EMB2208", Severity.Info, "Vectors not of unit length",
        "By inner product long vectors win; by cosine it makes no difference.", "Search by cosine, or normalise with `l2_normalize`");
    public static readonly FindingKind NotSeen = new("EMB2209", Severity.Info, "Something could not be looked into",
        "What is not seen is not judged.", "`GRANT SELECT`, or run as its owner");

    public static readonly FindingKind NoIndex = new("EMB2301", Severity.Warning, "No usable index for nearest neighbours",
        "Every search compares all rows.", "`CREATE INDEX CONCURRENTLY ... USING hnsw` (`--fix`)");
    public static readonly FindingKind InvalidIndex = new("EMB2302", Severity.Warning, "An INVALID index, left by a build that failed",
        "Searches don't use it, writes still pay for it.",
        "`DROP INDEX CONCURRENTLY`, then build it anew; `REINDEX INDEX CONCURRENTLY` of a part of a partitioned index (`--fix`)");
    public static readonly FindingKind BuildRuns = new("EMB2303", Severity.Info, "An index that is not valid, and may be in the making",
        "Until it is done searches compare all rows.", "Wait, then run `embsync doctor` again");
    public static readonly FindingKind UnusedOperator = new("EMB2304", Severity.Warning, "An index whose operator class no query uses",
        "Queries by another operator compare all rows; writes pay for the index all the same.",
        "An index of the operator that queries use (`--fix`); then drop the old one");
    public static readonly FindingKind NotUsed = new("EMB2305", Severity.Warning, "The planner doesn't use the index",
        "Searches compare all rows although there is an index.",
        "`ANALYZE`; look at `enable_indexscan`, `random_page_cost` and the size of the table");
    public static readonly FindingKind DuplicateIndex = new(
        "EMB2306", Severity.Warning, "Two indexes do the same", "Every write pays twice.", "`DROP INDEX CONCURRENTLY` of one of them");
    public static readonly FindingKind NoStatistics = new(
        "EMB2307", Severity.Info, "The table was never analysed", "The planner guesses its size.", "`ANALYZE` (`--fix`)");
    public static readonly FindingKind TooLong = new("EMB2308", Severity.Warning, "Vectors too long for an index",
        "HNSW takes 2,000 dimensions of vector and 4,000 of halfvec.",
        "Fewer dimensions, or an index over `binary_quantize` with a second sort");

    public static readonly FindingKind SchemaVersion = new("EMB2401", Severity.Error, "The store has a newer or older schema",
        "An older tool refuses a newer store.", "Upgrade embsync; an older schema is migrated by the next sync");
    public static readonly FindingKind OtherProject = new("EMB2402", Severity.Error, "The store belongs to another project",
        "A sync would be refused.", "`store.schema`, `store.path` or `project`; a SQLite file in the project's own folder needs none");
    public static readonly FindingKind NoActive = new(
        "EMB2403", Severity.Warning, "No generation is active", "A search finds nothing.", "`embsync sync`");
    public static readonly FindingKind HalfBuilt = new("EMB2404", Severity.Info, "A generation is half built",
        "Searches still go to the one before.", "`embsync reembed`, which goes on where it stopped");
    public static readonly FindingKind NoTable = new("EMB2405", Severity.Error, "A generation has lost its table",
        "Searches and syncs fail.", "Restore it, or `embsync repair` and sync anew");
    public static readonly FindingKind MissingVectors = new(
        "EMB2406", Severity.Warning, "Chunks without a vector", "A search never finds them.", "`embsync sync`");
    public static readonly FindingKind SpareVectors = new("EMB2407", Severity.Info, "Vectors that no chunk refers to",
        "They are kept: the same text is not bought again.", "None needed; `embsync repair` collects them after a grace time");
    public static readonly FindingKind OrphanSource = new("EMB2408", Severity.Warning, "Items of a source that is not configured",
        "They are still found, and no sync touches them.", "Put the source back, or `embsync repair --max-delete N`");
    public static readonly FindingKind Locked = new(
        "EMB2409", Severity.Info, "A run holds the writer's lock", "Another sync would leave with exit code 7.", "Wait for it to end");
    public static readonly FindingKind DeadRun = new("EMB2410", Severity.Info, "A run ended without closing its receipt",
        "It was killed; what it had committed is kept.", "`embsync sync`, which goes on");
    public static readonly FindingKind View = new("EMB2411", Severity.Warning, "The public view is missing or shows another generation",
        "People's own SQL fails or finds old vectors.", "`embsync repair`");
    public static readonly FindingKind OtherModel = new("EMB2412", Severity.Warning, "The active generation is not the configured model",
        "The next sync builds a new generation and buys its vectors.", "`embsync sync --dry-run` says what it costs");
    public static readonly FindingKind Damaged = new("EMB2413", Severity.Error, "The SQLite file is damaged",
        "Answers may be wrong, writes may fail.", "Restore it, or move it away and sync anew");
    public static readonly FindingKind Permissions = new(
        "EMB2414", Severity.Warning, "Others may read the store's file", "It holds the text of your documents.", "`chmod 600`");
    public static readonly FindingKind BadVectors = new("EMB2415", Severity.Error, "Stored vectors that can't be used",
        "Searches skip them or rank them wrongly.", "`embsync repair` deletes them, `embsync sync` buys them again");
    public static readonly FindingKind NoStore = new(
        "EMB2416", Severity.Info, "There is no store yet", "A search finds nothing.", "`embsync sync`");
    public static readonly FindingKind Pinned = new("EMB2417", Severity.Info, "The space is pinned to a model",
        "Syncs keep it, whatever the configuration says.", "`embsync reembed --unpin`");

    public static readonly FindingKind OutOfScope = new("EMB2418", Severity.Warning,
        "Stored rows that are gone from their source, or out of its scope", "Searches still find them.",
        "`embsync sync`, which deletes them within `limits.maxDelete`");
    public static readonly FindingKind Unpublished = new("EMB2419", Severity.Warning, "Published vectors are not those of the store",
        "Queries on your own table miss rows, or find old ones.", "`embsync publish`");
    public static readonly FindingKind RunFailed = new("EMB2420", Severity.Warning, "The last run failed, or set items aside",
        "What it didn't do is still to be done.", "As its message says: key, rate, database or text; `embsync runs ID` shows all of it");
    public static readonly FindingKind RunStopped = new("EMB2421", Severity.Warning, "The last run ended early",
        "What was done is kept; the rest is still to be done.", "`embsync sync --dry-run` says what is left and what it costs");
    public static readonly FindingKind SlowRuns = new("EMB2422", Severity.Warning, "Runs are slow, or send requests again",
        "Time, and sometimes money, is lost.",
        "`embeddings.rate`, `embeddings.concurrency`, `embeddings.batch.size`, or `embsync backfill` on several machines");
    public static readonly FindingKind SourceNotRead = new("EMB2423", Severity.Error,
        "A source of rows can't be read, or its target not be written", "It can't be kept in step.",
        "As the message says: address, name, rights, type");

    public static readonly FindingKind NoKey = new(
        "EMB2501", Severity.Error, "The provider's key is not set", "Nothing can be embedded.", "Set the variable");
    public static readonly FindingKind KeyRefused = new(
        "EMB2502", Severity.Error, "The provider refuses: key, quota or permission", "Nothing can be embedded.", "A valid key, or credit");
    public static readonly FindingKind ProviderSilent = new("EMB2503", Severity.Error, "The provider can't be reached",
        "Nothing can be embedded.", "Address, proxy, or start the local server");
    public static readonly FindingKind NoModel = new("EMB2504", Severity.Error, "The provider doesn't know the model",
        "Nothing can be embedded.", "`embeddings.model`, or `ollama pull`");
    public static readonly FindingKind OtherDimension = new("EMB2505", Severity.Error, "The model makes vectors of another dimension",
        "No answer would be accepted.", "`embeddings.dimension`");
    public static readonly FindingKind ProviderFails = new(
        "EMB2506", Severity.Warning, "The provider fails or is busy", "A sync retries, and may stop.", "As the message says");

    public static readonly FindingKind OtherForm = new("EMB2507", Severity.Error, "The provider wants another form of request",
        "No text can be embedded.", "`embeddings.request`, see endpoints.md");

    public static readonly FindingKind NoGit = new("EMB2601", Severity.Info, "No git repository here",
        "Every file is read to find what changed, and no ref can be named.", "`git init`, or run inside the clone");
    public static readonly FindingKind GitRefused = new("EMB2602", Severity.Warning, "The git repository can't be used",
        "Every file is read to find what changed, and no ref can be named.", "As the message says (`safe.directory`)");
    public static readonly FindingKind Shallow = new("EMB2603", Severity.Warning, "The clone is shallow",
        "`--since` fails where the merge base was not fetched.", "`fetch-depth: 0`, or `git fetch --unshallow`");
    public static readonly FindingKind BadConfig = new("EMB2604", Severity.Error, "The configuration can't be used",
        "No command runs; store and provider were not looked at.", "As the message says");
    public static readonly FindingKind NotIgnored = new("EMB2605", Severity.Warning, "The store's folder is not ignored by git",
        "An index may be committed by accident.", "A `.gitignore` in it");
    public static readonly FindingKind SpoolLeft = new("EMB2606", Severity.Info, "Vectors that were bought wait in the spool",
        "They were paid for and are not in the store yet.", "`embsync sync`");

    /// <summary>In order of their codes.</summary>
    public static IReadOnlyList<FindingKind> All { get; } =
    [
        NotReached, Encoding, ReadOnly,
        NotInstalled, NoExtension, UpdateWaits, OldExtension, ParallelBuild,
        NeverEmbedded, PartlyEmbedded, NoColumn, MixedDimensions, OpenDimension, ZeroVectors, NotFinite, NotUnit, NotSeen,
        NoIndex, InvalidIndex, BuildRuns, UnusedOperator, NotUsed, DuplicateIndex, NoStatistics, TooLong,
        SchemaVersion, OtherProject, NoActive, HalfBuilt, NoTable, MissingVectors, SpareVectors, OrphanSource, Locked, DeadRun, View,
        OtherModel,
        Damaged, Permissions, BadVectors, NoStore, Pinned, OutOfScope, Unpublished, RunFailed, RunStopped, SlowRuns, SourceNotRead,
        NoKey, KeyRefused, ProviderSilent, NoModel, OtherDimension, ProviderFails, OtherForm,
        NoGit, GitRefused, Shallow, BadConfig, NotIgnored, SpoolLeft,
    ];
}
