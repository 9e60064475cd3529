namespace EmbSync.Core.Storage.Sqlite;

/// <summary>Statements of a build: what a generation lacks, and its queue of leases.</summary>
internal sealed class SqliteBuildSql(int generation)
{
    private readonly string vectors = FormattableString.Invariant($"vec_{generation}");

    public static string Backlog(int? generation, int? priced) => FormattableString.Invariant($"""
        SELECT count(*), coalesce(sum(m), 0), coalesce(sum(CASE WHEN m THEN tokens END), 0), coalesce(sum(m AND bytes IS NULL), 0)
        FROM (
            SELECT {(generation is null ? "1" : "n.hash IS NULL")} AS m, c.bytes, coalesce({(priced is null ? "NULL" : "p.tokens")}, (c.bytes + 3) / 4, 0) AS tokens
            FROM (SELECT hash, max(length(CAST(text AS BLOB))) AS bytes FROM chunk GROUP BY hash) c
            {(generation is { } id ? $"LEFT JOIN vec_{id} n ON n.hash = c.hash" : "")}
            {(priced is { } other ? $"LEFT JOIN vec_{other} p ON p.hash = c.hash" : "")})
        """);

    /// <summary>The stored chunk that comes next to a hash; the first one where none does.</summary>
    public static string Sample(int generation) => FormattableString.Invariant($"""
        SELECT v.hash, v.tokens, v.embedding, c.text, c.source, c.item FROM vec_{generation} v
        JOIN chunk c ON c.rowid = (SELECT k.rowid FROM chunk k WHERE k.hash = v.hash ORDER BY k.text IS NULL, k.source, k.item LIMIT 1)
        WHERE v.hash = coalesce(
            (SELECT hash FROM chunk WHERE hash >= $from AND hash IN (SELECT hash FROM vec_{generation}) ORDER BY hash LIMIT 1),
            (SELECT hash FROM chunk WHERE hash IN (SELECT hash FROM vec_{generation}) ORDER BY hash LIMIT 1))
        """);

    public string Enqueue => $"""
        INSERT INTO work (generation, hash)
        SELECT DISTINCT $generation, c.hash FROM chunk c WHERE c.hash NOT IN (SELECT hash FROM {vectors}) ON CONFLICT DO NOTHING
        """;

    public string Prune => $"""
        DELETE FROM work WHERE generation = $generation AND (hash IN (SELECT hash FROM {vectors}) OR (text IS NULL AND hash NOT IN (SELECT hash FROM chunk)))
        """;

    public string Offer => $"""
        INSERT INTO work (generation, hash, text, source, item, place)
        SELECT $generation, $hash, $text, $source, $item, 1 + (SELECT coalesce(max(place), 0) FROM work WHERE generation = $generation)
        WHERE $hash NOT IN (SELECT hash FROM {vectors}) ON CONFLICT DO NOTHING
        """;

    public const string Withdraw = "DELETE FROM work WHERE generation = $generation AND text IS NOT NULL AND lease_until < $now";

    public const string Queue = """
        SELECT coalesce(sum(lease_until < $now), 0), coalesce(sum(lease_until >= $now), 0), EXISTS (SELECT 1 FROM writer WHERE role = 'queue' AND space = 'offered ' || $generation)
        FROM work WHERE generation = $generation
        """;

    public const string Waiting = "SELECT count(*) FROM work WHERE generation = $generation";

    /// <summary>A lease that ends later than any lease can was made before the clock was set back.</summary>
    public const string Free = """
        SELECT w.hash, w.token + 1, coalesce(w.text, c.text), coalesce(w.source, c.source), coalesce(w.item, c.item) FROM work w LEFT JOIN chunk c ON w.text IS NULL AND c.rowid = (
            SELECT k.rowid FROM chunk k WHERE k.hash = w.hash ORDER BY k.text IS NULL, k.source, k.item LIMIT 1)
        WHERE w.generation = $generation AND (w.lease_until < $now OR w.lease_until > $latest)
            AND (w.text IS NOT NULL OR c.source IS NOT NULL) ORDER BY w.lease_until, w.place LIMIT $limit
        """;

    public const string Lease = """
        UPDATE work SET worker = $worker, lease_until = $until, token = $token, attempts = attempts + 1 WHERE generation = $generation AND hash = $hash
        """;

    public const string Complete = "DELETE FROM work WHERE generation = $generation AND hash = $hash";

    public const string Reset = "UPDATE work SET lease_until = '', worker = NULL WHERE generation = $generation; DELETE FROM writer WHERE role = 'queue' AND space = 'offered ' || $generation";

    public const string Whole =
        "INSERT INTO writer (space, role, epoch) VALUES ('offered ' || $generation, 'queue', 1) ON CONFLICT DO NOTHING";

    public const string Release =
        "UPDATE work SET lease_until = '', worker = NULL WHERE generation = $generation AND hash = $hash AND token = $token";
}
