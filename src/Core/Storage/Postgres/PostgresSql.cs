using EmbSync.Core.Configuration;
using EmbSync.Core.Postgres;

namespace EmbSync.Core.Storage.Postgres;

/// <summary>
/// Every statement of the Postgres store but its schema, index and view. <c>{s}</c> is the store's schema, <c>{x}</c> the one that the
/// extension is in: both are named, so that nothing depends on anybody's search_path.
/// </summary>
internal sealed class PostgresSql(string schema)
{
    private readonly string s = SqlQuote.Name(schema);

    /// <summary>Longest name that PostgreSQL keeps whole.</summary>
    public const int MaxNameBytes = 63;

    /// <summary>The store's schema, quoted.</summary>
    public string Schema => s;

    public static string NameOf(VectorType vectors) => vectors == VectorType.HalfVec ? "halfvec" : "vector";

    public string Head => $"SELECT project, revision FROM {s}.meta";

    public string Sources => $"SELECT name, commit, pipeline FROM {s}.source";

    /// <summary>Reads a store of schema version 1 too, which lacks the last two: only who writes migrates.</summary>
    public string Generations => $"""
        SELECT id, space, provider, model, dimension, role_rules, state, created_at, activated_at, vectors,
            (to_jsonb(g) ->> 'retired_at')::timestamptz, coalesce((to_jsonb(g) ->> 'pinned')::boolean, false)
        FROM {s}.generation g ORDER BY id
        """;

    public string Items => $"""
        SELECT id, path, version, pipeline, content_digest, record_digest, title, type, chunks FROM {s}.item
        WHERE source = @source ORDER BY id
        """;

    public string Remarks => $"SELECT id, remarks FROM {s}.item WHERE source = @source AND remarks IS NOT NULL";

    public string SourceNames => $"SELECT DISTINCT source FROM {s}.item ORDER BY source";

    public string WithChunks => $"SELECT id FROM {s}.item WHERE source = @source AND chunks > 0";

    public string ChunkHashes => $"""
        SELECT i.id, c.hash FROM {s}.item i LEFT JOIN {s}.chunk c ON c.source = i.source AND c.item = i.id
        WHERE i.source = @source AND i.id = ANY (@ids) ORDER BY i.id, c.seq
        """;

    public string CoverageWithout => $"""
        SELECT source, type, count(*)::int, count(*) FILTER (WHERE chunks = 0)::int, sum(chunks)::int, 0 FROM {s}.item
        GROUP BY source, type ORDER BY source, type
        """;

    public string MetadataKeys => $"""
        SELECT k, count(*)::int FROM {s}.item, jsonb_object_keys(metadata) k GROUP BY 1 ORDER BY 2 DESC, k COLLATE "C" LIMIT @limit
        """;

    public string MetadataValues => $"""
        SELECT v #>> ARRAY[]::text[], count(DISTINCT (source, id))::int
        FROM {s}.item, jsonb_array_elements(CASE jsonb_typeof(metadata -> @key) WHEN 'array' THEN metadata -> @key ELSE jsonb_build_array(metadata -> @key) END) v
        WHERE metadata ? @key AND jsonb_typeof(v) IN ('string', 'number', 'boolean') GROUP BY 1 ORDER BY 2 DESC, (v #>> ARRAY[]::text[]) COLLATE "C" LIMIT @limit
        """;

    public string Runs => $"""
        SELECT id, command, status, items_total, items_processed, tokens, cost, error, commit, started_at, completed_at, details FROM {s}.run
        ORDER BY id DESC LIMIT @limit
        """;

    public string Own => $"INSERT INTO {s}.meta (id, project, revision) VALUES (1, @project, 0) ON CONFLICT (id) DO NOTHING";

    public string TakeEpoch => $"UPDATE {s}.writer SET epoch = epoch + 1 WHERE space = '*' AND role = 'writer' RETURNING epoch";

    /// <summary>Holds off the next writer until the transaction ends.</summary>
    public string Epoch => $"SELECT epoch FROM {s}.writer WHERE space = '*' AND role = 'writer' FOR SHARE";

    public string Grow => $"UPDATE {s}.meta SET revision = revision + 1";

    public string Retire =>
        $"UPDATE {s}.generation SET state = 'retired', retired_at = @at, pinned = false WHERE space = @space AND state = @state";

    public string Rebuild => $"UPDATE {s}.generation SET state = 'building', retired_at = NULL WHERE id = @id";

    public string Activate =>
        $"UPDATE {s}.generation SET state = 'active', activated_at = @at, retired_at = NULL, pinned = @pinned WHERE id = @id";

    public string Pin => $"UPDATE {s}.generation SET pinned = @pinned WHERE id = @id";

    public string AddGeneration => $"""
        INSERT INTO {s}.generation (space, provider, model, dimension, role_rules, fingerprint, vectors, state, created_at)
        VALUES (@space, @provider, @model, @dimension, @rules, @fingerprint, @vectors, 'building', @at)
        """;

    public string PutItems => $"""
        INSERT INTO {s}.item AS i (source, id, type, title, path, version, pipeline, metadata, priority, updated_at, content_digest, record_digest, chunks, remarks)
        SELECT source, id, type, title, path, version, pipeline, metadata::jsonb, priority, coalesce(updated_at, @now), content_digest, record_digest, chunks, remarks
        FROM unnest(@source, @id, @type, @title, @path, @version, @pipeline, @metadata, @priority, @updated, @content, @record, @chunks, @remarks)
            AS n (source, id, type, title, path, version, pipeline, metadata, priority, updated_at, content_digest, record_digest, chunks, remarks)
        ON CONFLICT (source, id) DO UPDATE SET type = excluded.type, title = excluded.title, path = excluded.path, version = excluded.version,
            pipeline = excluded.pipeline, metadata = excluded.metadata, priority = excluded.priority, updated_at = excluded.updated_at,
            content_digest = excluded.content_digest, record_digest = excluded.record_digest, chunks = excluded.chunks,
            remarks = excluded.remarks
        WHERE (i.version, i.pipeline, i.content_digest, i.record_digest, i.chunks, i.remarks)
            IS DISTINCT FROM (excluded.version, excluded.pipeline, excluded.content_digest, excluded.record_digest, excluded.chunks, excluded.remarks)
        """;

    public string PutChunks => $"""
        INSERT INTO {s}.chunk AS c (source, item, seq, hash, heading, start_line, end_line, text)
        SELECT * FROM unnest(@source, @item, @seq, @hash, @heading, @start, @end, @text)
        ON CONFLICT (source, item, seq) DO UPDATE SET hash = excluded.hash, heading = excluded.heading, start_line = excluded.start_line,
            end_line = excluded.end_line, text = excluded.text
        WHERE (c.hash, c.heading, c.start_line, c.end_line, c.text)
            IS DISTINCT FROM (excluded.hash, excluded.heading, excluded.start_line, excluded.end_line, excluded.text)
        """;

    public string CutChunks => $"""
        DELETE FROM {s}.chunk c USING unnest(@source, @id, @chunks) AS n (source, id, chunks)
        WHERE c.source = n.source AND c.item = n.id AND c.seq >= n.chunks
        """;

    public string DeleteItems => $"""
        DELETE FROM {s}.item i USING unnest(@source, @id) AS n (source, id) WHERE i.source = n.source AND i.id = n.id
        """;

    public string PutSource => $"""
        INSERT INTO {s}.source AS o (name, commit, pipeline) VALUES (@name, @commit, @pipeline)
        ON CONFLICT (name) DO UPDATE SET commit = excluded.commit, pipeline = excluded.pipeline
        WHERE (o.commit, o.pipeline) IS DISTINCT FROM (excluded.commit, excluded.pipeline)
        """;

    public string AddRun => $"""
        INSERT INTO {s}.run (command, status, items_total, items_processed, tokens, cost, error, commit, started_at, completed_at, details)
        VALUES (@command, @status, @total, @processed, @tokens, @cost::numeric, @error, @commit, @started, @completed::timestamptz, @details::json)
        RETURNING id
        """;

    public string PutRun => $"""
        UPDATE {s}.run SET command = @command, status = @status, items_total = @total, items_processed = @processed, tokens = @tokens,
            cost = @cost::numeric, error = @error, commit = @commit, started_at = @started, completed_at = @completed::timestamptz, details = @details::json
        WHERE id = @id
        """;

    /// <summary>Counts chunks that are there: an item that lost chunk rows is incomplete too.</summary>
    public string Incomplete(int generation) => FormattableString.Invariant($"""
        SELECT i.id FROM {s}.item i LEFT JOIN (
            SELECT c.item, count(v.hash) AS embedded FROM {s}.chunk c JOIN {s}.vec_{generation} v ON v.hash = c.hash WHERE c.source = @source GROUP BY c.item) e
            ON e.item = i.id
        WHERE i.source = @source AND i.chunks > coalesce(e.embedded, 0)
        """);

    public string Coverage(int generation) => FormattableString.Invariant($"""
        SELECT i.source, i.type, count(*)::int, count(*) FILTER (WHERE coalesce(e.embedded, 0) >= i.chunks)::int, sum(i.chunks)::int,
            sum(least(coalesce(e.embedded, 0), i.chunks))::int
        FROM {s}.item i LEFT JOIN (
            SELECT c.source, c.item, count(*) AS embedded FROM {s}.chunk c JOIN {s}.vec_{generation} v ON v.hash = c.hash GROUP BY c.source, c.item) e
            ON e.source = i.source AND e.item = i.id
        GROUP BY i.source, i.type ORDER BY i.source, i.type
        """);

    public string Existing(int generation) =>
        FormattableString.Invariant($"SELECT hash FROM {s}.vec_{generation} WHERE hash = ANY (@hashes)");

    public string Vectors(int generation) => FormattableString.Invariant(
        $"SELECT hash, embedding::real[] FROM {s}.vec_{generation} WHERE hash = ANY (@hashes)");

    /// <summary>
    /// OFFSET 0 keeps each vector's look-up apart: rows then stream in the order of two primary keys. Joined plainly, all vectors are
    /// sorted on disk before the first row
    /// comes (60,000 of 1,024 dimensions: 250 MB of it, and 1.7 times as long).
    /// </summary>
    public string Embedded(EmbeddedScope scope) => FormattableString.Invariant($"""
        SELECT i.source, i.id, i.type, i.title, i.path, i.metadata::text, i.updated_at, i.chunks, c.seq, c.hash, c.heading, v.embedding::real[]
        FROM {s}.item i JOIN {s}.chunk c ON c.source = i.source AND c.item = i.id
            JOIN LATERAL (SELECT embedding FROM {s}.vec_{scope.Generation} WHERE hash = c.hash OFFSET 0) v ON true
        WHERE (@source::text IS NULL OR i.source = @source) AND (@type::text IS NULL OR i.type = @type) ORDER BY i.source, i.id, c.seq
        """);

    public string AbandonRuns => $"UPDATE {s}.run SET status = @abandoned, error = @error WHERE status = @running AND command NOT LIKE 'reembed%' AND command <> 'backfill'";

    public string AbandonBuildRuns =>
        $"UPDATE {s}.run SET status = @abandoned, error = @error WHERE status = @running AND command IN (@command, 'backfill')";

    public string VectorPage(int generation) => FormattableString.Invariant(
        $"SELECT hash, tokens, embedding::real[] FROM {s}.vec_{generation} WHERE hash > @after ORDER BY hash LIMIT @limit");

    public string TakeOver(int generation, int like, string type) => FormattableString.Invariant($"""
        INSERT INTO {s}.vec_{generation} (hash, embedding, tokens, created_at) SELECT hash, embedding::{type}, tokens, created_at FROM {s}.vec_{like}
        ON CONFLICT (hash) DO NOTHING
        """);

    /// <summary>Where vectors wait that may be there already.</summary>
    public string Waiting(int generation) => FormattableString.Invariant($"""
        CREATE TEMPORARY TABLE waiting ON COMMIT DROP AS
        SELECT hash, embedding, tokens, created_at FROM {s}.vec_{generation} WITH NO DATA
        """);

    public string Merge(int generation, bool replace) => FormattableString.Invariant($"""
        INSERT INTO {s}.vec_{generation} AS v (hash, embedding, tokens, created_at)
        SELECT hash, embedding, tokens, created_at FROM pg_temp.waiting ON CONFLICT (hash)
        """)
        + (replace
            ? " DO UPDATE SET embedding = excluded.embedding, tokens = excluded.tokens, created_at = excluded.created_at"
                + " WHERE v.tokens <> excluded.tokens OR v.embedding::real[] IS DISTINCT FROM excluded.embedding::real[]"
            : " DO NOTHING");
}
