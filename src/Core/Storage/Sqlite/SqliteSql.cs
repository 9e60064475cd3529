namespace EmbSync.Core.Storage.Sqlite;

/// <summary>Every statement of the SQLite store but its schema. <c>vec_{n}</c> stands for a generation's own table.</summary>
internal static class SqliteSql
{
    public const string Head = "SELECT project, revision FROM meta";

    public const string Sources = """SELECT name, "commit", pipeline FROM source""";

    public const string Generations =
        "SELECT id, space, provider, model, dimension, role_rules, state, created_at, activated_at, vectors, retired_at, pinned FROM generation ORDER BY id";

    /// <summary>Of a store that may be older than this tool: only who writes migrates.</summary>
    public static string GenerationsAt(int version) => version >= 2 ? Generations
        : "SELECT id, space, provider, model, dimension, role_rules, state, created_at, activated_at, vectors, NULL, 0 FROM generation ORDER BY id";

    /// <summary>Page by page, so that no lock is held while the caller works with the rows.</summary>
    public const string ItemsAfter = """
        SELECT id, path, version, pipeline, content_digest, record_digest, title, type, chunks FROM item
        WHERE source = $source AND id > $after ORDER BY id LIMIT $page
        """;

    public const string Remarks = "SELECT id, remarks FROM item WHERE source = $source AND remarks IS NOT NULL";

    public const string SourceNames = "SELECT DISTINCT source FROM item ORDER BY source";

    public const string WithChunks = "SELECT id FROM item WHERE source = $source AND chunks > 0";

    public const string ChunkHashes = """
        SELECT i.chunks, c.hash FROM item i LEFT JOIN chunk c ON c.source = i.source AND c.item = i.id
        WHERE i.source = $source AND i.id = $id ORDER BY c.seq
        """;

    public const string CoverageWithout = """
        SELECT source, type, count(*), sum(chunks = 0), sum(chunks), 0 FROM item GROUP BY 1, 2 ORDER BY 1, 2
        """;

    public const string MetadataKeys = """
        SELECT k.key, count(*) FROM item i, json_each(i.metadata) k GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $limit
        """;

    public const string MetadataValues = """
        SELECT CASE v.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(v.value AS TEXT) END, count(DISTINCT i.rowid)
        FROM item i, json_each(i.metadata) k, json_each(i.metadata, k.fullkey) v
        WHERE k.key = $key AND k.type <> 'object' AND v.type NOT IN ('null', 'object', 'array') GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $limit
        """;

    public const string Runs = """
        SELECT id, command, status, items_total, items_processed, tokens, cost, error, "commit", started_at, completed_at, details FROM run
        ORDER BY id DESC LIMIT $limit
        """;

    public const string Hit = """
        SELECT i.source, i.id, c.seq, c.hash, i.title, i.path, c.heading, c.start_line, c.end_line, c.text, i.metadata
        FROM chunk c JOIN item i ON i.source = c.source AND i.id = c.item WHERE c.rowid = $row
        """;

    public const string Own = "INSERT INTO meta (id, project, revision) VALUES (1, $project, 0) ON CONFLICT DO NOTHING";

    public const string TakeEpoch = """
        UPDATE writer SET epoch = epoch + 1, holder = $holder WHERE space = '*' AND role = 'writer' RETURNING epoch
        """;

    public const string Holder = "SELECT holder FROM writer WHERE space = '*' AND role = 'writer'";

    public const string Epoch = "SELECT epoch FROM writer WHERE space = '*' AND role = 'writer'";

    public const string Grow = "UPDATE meta SET revision = revision + 1";

    public const string Retire =
        "UPDATE generation SET state = 'retired', retired_at = $at, pinned = 0 WHERE space = $space AND state = $state";

    public const string Rebuild = "UPDATE generation SET state = 'building', retired_at = NULL WHERE id = $id";

    public const string Activate =
        "UPDATE generation SET state = 'active', activated_at = $at, retired_at = NULL, pinned = $pinned WHERE id = $id";

    public const string Pin = "UPDATE generation SET pinned = $pinned WHERE id = $id";

    public const string AddGeneration = """
        INSERT INTO generation (space, provider, model, dimension, role_rules, fingerprint, vectors, state, created_at)
        VALUES ($space, $provider, $model, $dimension, $rules, $fingerprint, $vectors, 'building', $at) RETURNING id
        """;

    public const string PutItem = """
        INSERT INTO item AS i (source, id, type, title, path, version, pipeline, metadata, priority, updated_at, content_digest, record_digest, chunks, remarks)
        VALUES ($source, $id, $type, $title, $path, $version, $pipeline, $metadata, $priority, $updated, $content, $record, $chunks, $remarks)
        ON CONFLICT (source, id) DO UPDATE SET type = excluded.type, title = excluded.title, path = excluded.path, version = excluded.version,
            pipeline = excluded.pipeline, metadata = excluded.metadata, priority = excluded.priority, updated_at = excluded.updated_at,
            content_digest = excluded.content_digest, record_digest = excluded.record_digest, chunks = excluded.chunks,
            remarks = excluded.remarks
        WHERE (i.version, i.pipeline, i.content_digest, i.record_digest, i.chunks, i.remarks)
            IS NOT (excluded.version, excluded.pipeline, excluded.content_digest, excluded.record_digest, excluded.chunks, excluded.remarks)
        """;

    public const string PutChunk = """
        INSERT INTO chunk AS c (source, item, seq, hash, heading, start_line, end_line, text)
        VALUES ($source, $item, $seq, $hash, $heading, $start, $end, $text)
        ON CONFLICT (source, item, seq) DO UPDATE SET hash = excluded.hash, heading = excluded.heading, start_line = excluded.start_line,
            end_line = excluded.end_line, text = excluded.text
        WHERE (c.hash, c.heading, c.start_line, c.end_line, c.text)
            IS NOT (excluded.hash, excluded.heading, excluded.start_line, excluded.end_line, excluded.text)
        """;

    public const string CutChunks = "DELETE FROM chunk WHERE source = $source AND item = $item AND seq >= $count";

    public const string DeleteItem = "DELETE FROM item WHERE source = $source AND id = $id";

    public const string PutSource = """
        INSERT INTO source AS s (name, "commit", pipeline) VALUES ($name, $commit, $pipeline)
        ON CONFLICT (name) DO UPDATE SET "commit" = excluded."commit", pipeline = excluded.pipeline
        WHERE (s."commit", s.pipeline) IS NOT (excluded."commit", excluded.pipeline)
        """;

    public const string AddRun = """
        INSERT INTO run (command, status, items_total, items_processed, tokens, cost, error, "commit", started_at, completed_at, details)
        VALUES ($command, $status, $total, $processed, $tokens, $cost, $error, $commit, $started, $completed, $details) RETURNING id
        """;

    public const string PutRun = """
        UPDATE run SET command = $command, status = $status, items_total = $total, items_processed = $processed, tokens = $tokens, cost = $cost,
            error = $error, "commit" = $commit, started_at = $started, completed_at = $completed, details = $details
        WHERE id = $id
        """;

    /// <summary>Counts chunks that are there: an item that lost chunk rows is incomplete too.</summary>
    public static string Incomplete(int generation) => FormattableString.Invariant($"""
        SELECT i.id FROM item i WHERE i.source = $source AND i.chunks >
            (SELECT count(*) FROM chunk c JOIN vec_{generation} v ON v.hash = c.hash WHERE c.source = i.source AND c.item = i.id)
        """);

    public static string Coverage(int generation) => FormattableString.Invariant($"""
        SELECT source, type, count(*), sum(embedded >= chunks), sum(chunks), sum(min(embedded, chunks)) FROM (
            SELECT i.source, i.type, i.chunks,
                (SELECT count(*) FROM chunk c JOIN vec_{generation} v ON v.hash = c.hash WHERE c.source = i.source AND c.item = i.id) AS embedded
            FROM item i)
        GROUP BY 1, 2 ORDER BY 1, 2
        """);

    /// <param name="hashes">Names of parameters.</param>
    public static string Existing(int generation, string hashes) => FormattableString.Invariant(
        $"SELECT hash FROM vec_{generation} WHERE hash IN ({hashes})");

    public static string Vectors(int generation, string hashes) => FormattableString.Invariant(
        $"SELECT hash, embedding FROM vec_{generation} WHERE hash IN ({hashes})");

    public const string AbandonRuns = "UPDATE run SET status = $abandoned, error = $error WHERE status = $running AND command NOT LIKE 'reembed%' AND command <> 'backfill'";

    public const string AbandonBuildRuns =
        "UPDATE run SET status = $abandoned, error = $error WHERE status = $running AND command IN ($command, 'backfill')";

    public static string VectorPage(int generation) => FormattableString.Invariant(
        $"SELECT hash, tokens, embedding FROM vec_{generation} WHERE hash > $after ORDER BY hash LIMIT $limit");

    /// <summary>
    /// A page of items, 500 or as many as have 1,000 chunks, at least one: a row for each chunk, and one for an item without any, so that
    /// the page
    /// says where it ends.
    /// </summary>
    public static string EmbeddedAfter(int generation) => FormattableString.Invariant($"""
        SELECT i.source, i.id, i.type, i.title, i.path, i.metadata, i.updated_at, i.chunks, c.seq, c.hash, c.heading, v.embedding
        FROM (
            SELECT *, sum(chunks) OVER (ORDER BY source, id ROWS UNBOUNDED PRECEDING) - chunks AS before FROM (
                SELECT * FROM item WHERE (source, id) > ($afterSource, $afterId) AND ($source IS NULL OR source = $source)
                    AND ($type IS NULL OR type = $type) ORDER BY source, id LIMIT 500)) i
        LEFT JOIN chunk c ON c.source = i.source AND c.item = i.id LEFT JOIN vec_{generation} v ON v.hash = c.hash
        WHERE i.before < 1000 ORDER BY i.source, i.id, c.seq
        """);

    public static string PutVector(int generation, bool replace) => FormattableString.Invariant($"""
        INSERT INTO vec_{generation} AS v (hash, tokens, created_at, embedding) VALUES ($hash, $tokens, $at, $embedding) ON CONFLICT (hash)
        """) + (replace
        ? " DO UPDATE SET tokens = excluded.tokens, created_at = excluded.created_at, embedding = excluded.embedding"
            + " WHERE (v.tokens, v.embedding) IS NOT (excluded.tokens, excluded.embedding)"
        : " DO NOTHING");

    /// <summary>
    /// Chunks in order of item and position. CROSS JOIN keeps the order of the loops: filters are decided before any vector is read.
    /// </summary>
    public static string Scan(int generation, bool bySource, bool byType, bool byMetadata) =>
        "SELECT c.rowid, i.rowid, v.embedding FROM item i"
        + FormattableString.Invariant(
            $" CROSS JOIN chunk c ON c.source = i.source AND c.item = i.id CROSS JOIN vec_{generation} v ON v.hash = c.hash")
        + " WHERE true" + (bySource ? " AND i.source = $source" : "") + (byType ? " AND i.type = $type" : "")
        + (byMetadata ? " AND embsync_matches(i.metadata)" : "") + " ORDER BY i.source, i.id, c.seq";

    /// <summary>The public face, as in PostgreSQL: the active generation of a space, whichever it is.</summary>
    /// <param name="name">Quoted.</param>
    /// <param name="space">A literal.</param>
    public static string View(string name, string space, IEnumerable<StoredGeneration> generations) => FormattableString.Invariant($"""
        CREATE VIEW {name} AS
        SELECT i.source, i.id AS task_id, c.seq AS chunk, g.space, g.model, g.dimension, v.hash AS content_hash, i.updated_at, i.title, i.path,
            i.metadata, v.embedding
        FROM ({string.Join(" UNION ALL ", generations.Select(one => FormattableString.Invariant(
            $"SELECT {one.Value.Id} AS gen, hash, embedding FROM {one.Table}")))}) v
        JOIN chunk c ON c.hash = v.hash JOIN item i ON i.source = c.source AND i.id = c.item JOIN generation g ON g.id = v.gen
        WHERE v.gen = (SELECT id FROM generation WHERE space = {space} AND state = 'active')
        """);
}
