namespace EmbSync.Core.Storage.Postgres;

/// <summary>Statements of a build: what a generation lacks, and its queue of leases. <c>{s}</c> is the store's schema, quoted.</summary>
internal sealed class PostgresBuildSql(string s, int generation)
{
    private readonly string vectors = FormattableString.Invariant($"{s}.vec_{generation}");

    /// <summary>The length of a text is known without reading it.</summary>
    public static string Backlog(string s, int? generation, int? priced) => FormattableString.Invariant($"""
        SELECT count(*)::int, (count(*) FILTER (WHERE m))::int, coalesce(sum(tokens) FILTER (WHERE m), 0)::bigint, (count(*) FILTER (WHERE m AND bytes IS NULL))::int
        FROM (
            SELECT {(generation is null ? "true" : "n.hash IS NULL")} AS m, c.bytes, coalesce({(priced is null ? "NULL" : "p.tokens")}, (c.bytes + 3) / 4, 0) AS tokens
            FROM (SELECT hash, max(octet_length(text)) AS bytes FROM {s}.chunk GROUP BY hash) c
            {(generation is { } id ? $"LEFT JOIN {s}.vec_{id} n ON n.hash = c.hash" : "")}
            {(priced is { } other ? $"LEFT JOIN {s}.vec_{other} p ON p.hash = c.hash" : "")}) all_chunks
        """);

    /// <summary>The stored chunk that comes next to a hash; the first one where none does.</summary>
    public static string Sample(string s, int generation) => FormattableString.Invariant($"""
        SELECT v.hash, v.tokens, v.embedding::real[], one.text, one.source, one.item FROM (
            (SELECT hash FROM {s}.chunk WHERE hash >= @from AND hash IN (SELECT hash FROM {s}.vec_{generation}) ORDER BY hash LIMIT 1)
            UNION ALL (SELECT hash FROM {s}.chunk WHERE hash IN (SELECT hash FROM {s}.vec_{generation}) ORDER BY hash LIMIT 1) LIMIT 1) near
        JOIN {s}.vec_{generation} v ON v.hash = near.hash
        JOIN LATERAL (SELECT c.text, c.source, c.item FROM {s}.chunk c WHERE c.hash = v.hash ORDER BY c.text IS NULL, c.source, c.item LIMIT 1) one ON true
        """);

    public string Enqueue => $"""
        INSERT INTO {s}.work (generation, hash)
        SELECT DISTINCT @generation, c.hash FROM {s}.chunk c WHERE NOT EXISTS (SELECT FROM {vectors} v WHERE v.hash = c.hash)
        ON CONFLICT (generation, hash) DO NOTHING
        """;

    public string Prune => $"""
        DELETE FROM {s}.work w WHERE w.generation = @generation
            AND (EXISTS (SELECT FROM {vectors} v WHERE v.hash = w.hash) OR (w.text IS NULL AND NOT EXISTS (SELECT FROM {s}.chunk c WHERE c.hash = w.hash)))
        """;

    public string Offer => $"""
        INSERT INTO {s}.work (generation, hash, text, source, item, place)
        SELECT @generation, n.hash, n.text, n.source, n.item, n.place + (SELECT coalesce(max(place), 0) FROM {s}.work WHERE generation = @generation)
        FROM unnest(@hashes, @texts, @sources, @items) WITH ORDINALITY AS n (hash, text, source, item, place)
        WHERE NOT EXISTS (SELECT FROM {vectors} v WHERE v.hash = n.hash) ON CONFLICT (generation, hash) DO NOTHING
        """;

    /// <summary>
    /// After an offer, as a statement of its own: what another process brought while the offer was made is seen now, and its text would be
    /// bought again.
    /// </summary>
    public string Known => $"DELETE FROM {s}.work w WHERE w.generation = @generation AND w.text IS NOT NULL AND EXISTS (SELECT FROM {vectors} v WHERE v.hash = w.hash)";

    public string Withdraw => $"DELETE FROM {s}.work WHERE generation = @generation AND text IS NOT NULL AND lease_until < now()";

    public static string Queue(string s) => $"""
        SELECT (count(*) FILTER (WHERE lease_until < now()))::int, (count(*) FILTER (WHERE lease_until >= now()))::int, EXISTS (SELECT FROM {s}.writer WHERE role = 'queue' AND space = 'offered ' || @generation)
        FROM {s}.work WHERE generation = @generation
        """;

    public string Waiting => $"SELECT count(*)::int FROM {s}.work WHERE generation = @generation";

    /// <summary>SKIP LOCKED: claimers don't wait for each other. The server's clock rules, so that those of machines may differ.</summary>
    public string Claim => $"""
        WITH free AS (
            SELECT hash FROM {s}.work WHERE generation = @generation AND lease_until < now() ORDER BY lease_until, place LIMIT @limit FOR UPDATE SKIP LOCKED),
        leased AS (
            UPDATE {s}.work w SET worker = @worker, lease_until = now() + @seconds * interval '1 second', token = w.token + 1, attempts = w.attempts + 1
            FROM free WHERE w.generation = @generation AND w.hash = free.hash RETURNING w.hash, w.token, w.text, w.source, w.item, w.place)
        SELECT leased.hash, leased.token, coalesce(leased.text, one.text), coalesce(leased.source, one.source), coalesce(leased.item, one.item) FROM leased
        LEFT JOIN LATERAL (SELECT c.text, c.source, c.item FROM {s}.chunk c WHERE c.hash = leased.hash ORDER BY c.text IS NULL, c.source, c.item LIMIT 1) one ON leased.text IS NULL
        WHERE leased.text IS NOT NULL OR one.source IS NOT NULL ORDER BY leased.place
        """;

    public string Complete => $"DELETE FROM {s}.work WHERE generation = @generation AND hash = ANY (@hashes)";

    public string Reset => $"UPDATE {s}.work SET lease_until = '-infinity', worker = NULL WHERE generation = @generation AND lease_until > '-infinity'; DELETE FROM {s}.writer WHERE role = 'queue' AND space = 'offered ' || @generation";

    /// <summary>Beside the epochs, as it is about who writes too.</summary>
    public string Whole => $"INSERT INTO {s}.writer (space, role, epoch) VALUES ('offered ' || @generation, 'queue', 1) ON CONFLICT (space, role) DO NOTHING";

    /// <summary>Only who has the lease as it is now.</summary>
    public string Release => $"""
        UPDATE {s}.work w SET lease_until = '-infinity', worker = NULL FROM unnest(@hashes, @tokens) AS mine (hash, token)
        WHERE w.generation = @generation AND w.hash = mine.hash AND w.token = mine.token
        """;

    /// <summary>Holds off a switch until the transaction ends.</summary>
    public string IsOpen => $"SELECT state <> 'retired' FROM {s}.generation WHERE id = @generation FOR SHARE";
}
