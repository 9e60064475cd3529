#pragma warning disable RS0030 // the SQLite store
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using Microsoft.Data.Sqlite;

namespace EmbSync.Core.Storage.Sqlite;

/// <summary>The tables, as steps that are applied forward and never changed once released.</summary>
internal static class SqliteSchema
{
    /// <summary>Marks the file as embsync's: "embs".</summary>
    public const int ApplicationId = 0x656D6273;

    /// <summary>Version that has <c>item.remarks</c>: only who writes migrates, and an older store is read as it is.</summary>
    public const int WithRemarks = 4;

    /// <summary>Step n makes version n + 1 out of version n.</summary>
    public static readonly IReadOnlyList<string> Steps =
    [
        """
        CREATE TABLE meta (
            id INTEGER PRIMARY KEY CHECK (id = 1), project TEXT NOT NULL, revision INTEGER NOT NULL);

        CREATE TABLE source (
            name TEXT PRIMARY KEY, "commit" TEXT, pipeline TEXT NOT NULL);

        CREATE TABLE item (
            source TEXT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, title TEXT NOT NULL, path TEXT, version TEXT NOT NULL,
            pipeline TEXT NOT NULL, metadata TEXT NOT NULL, priority INTEGER NOT NULL, updated_at TEXT NOT NULL,
            content_digest BLOB NOT NULL, record_digest BLOB NOT NULL, chunks INTEGER NOT NULL,
            PRIMARY KEY (source, id));

        CREATE TABLE chunk (
            source TEXT NOT NULL, item TEXT NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL, heading TEXT NOT NULL,
            start_line INTEGER NOT NULL, end_line INTEGER NOT NULL, text TEXT,
            PRIMARY KEY (source, item, seq),
            FOREIGN KEY (source, item) REFERENCES item (source, id) ON DELETE CASCADE);
        CREATE INDEX chunk_hash ON chunk (hash);

        CREATE TABLE generation (
            id INTEGER PRIMARY KEY AUTOINCREMENT, space TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, dimension INTEGER NOT NULL,
            role_rules TEXT NOT NULL, fingerprint TEXT NOT NULL, vectors TEXT NOT NULL, state TEXT NOT NULL,
            created_at TEXT NOT NULL, activated_at TEXT, UNIQUE (space, fingerprint));
        CREATE UNIQUE INDEX generation_active ON generation (space) WHERE state = 'active';
        CREATE UNIQUE INDEX generation_building ON generation (space) WHERE state = 'building';

        CREATE TABLE writer (
            space TEXT NOT NULL, role TEXT NOT NULL, epoch INTEGER NOT NULL, holder TEXT, PRIMARY KEY (space, role));
        INSERT INTO writer (space, role, epoch) VALUES ('*', 'writer', 0);

        CREATE TABLE work (
            generation INTEGER NOT NULL, hash BLOB NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, token INTEGER NOT NULL DEFAULT 0, worker TEXT,
            lease_until TEXT NOT NULL DEFAULT '', PRIMARY KEY (generation, hash));
        CREATE INDEX work_lease ON work (generation, lease_until);

        CREATE TABLE run (
            id INTEGER PRIMARY KEY AUTOINCREMENT, command TEXT NOT NULL, status TEXT NOT NULL, items_total INTEGER NOT NULL,
            items_processed INTEGER NOT NULL, tokens INTEGER NOT NULL, cost TEXT, error TEXT, "commit" TEXT, started_at TEXT NOT NULL,
            completed_at TEXT, details TEXT NOT NULL);
        """,
        """
        ALTER TABLE generation ADD COLUMN retired_at TEXT;
        ALTER TABLE generation ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
        UPDATE generation SET retired_at = strftime('%Y-%m-%dT%H:%M:%S', 'now') || '.0000000+00:00' WHERE state = 'retired';
        """,
        """
        ALTER TABLE work ADD COLUMN text TEXT;
        ALTER TABLE work ADD COLUMN source TEXT;
        ALTER TABLE work ADD COLUMN item TEXT;
        ALTER TABLE work ADD COLUMN place INTEGER;
        DROP INDEX work_lease;
        CREATE INDEX work_lease ON work (generation, lease_until, place);
        """,
        """
        ALTER TABLE item ADD COLUMN remarks TEXT;
        CREATE INDEX item_remarks ON item (source) WHERE remarks IS NOT NULL;
        """,
    ];

    /// <summary>Small columns first: reading them doesn't touch the pages of a long vector.</summary>
    public static string VectorTable(int generation) => FormattableString.Invariant($"""
        CREATE TABLE IF NOT EXISTS vec_{generation} (
            hash BLOB PRIMARY KEY, tokens INTEGER NOT NULL, created_at TEXT NOT NULL, embedding BLOB NOT NULL)
        """);

    /// <summary>Version of the schema in the file; 0 when there is none yet.</summary>
    /// <exception cref="StoreRefusedException">The file is another program's database.</exception>
    public static int Version(SqliteConnection connection)
    {
        var tables = connection.Scalar<long>("SELECT count(*) FROM sqlite_master");
        if (connection.Scalar<long>("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'") == 1)
        {
            return (int)connection.Scalar<long>("SELECT coalesce(max(version), 0) FROM schema_version");
        }

        return tables == 0 ? 0 : throw new StoreRefusedException(
            $"{connection.DataSource} is another program's SQLite database: nothing was read or written. Set store.path to a file of "
                + "embsync's own.");
    }

    /// <summary>Applies the steps that are missing, all or none of them.</summary>
    public static void Migrate(SqliteConnection connection, IReadOnlyList<string> steps, TimeProvider clock)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var version = Version(connection);
        if (version == 0)
        {
            connection.Run(FormattableString.Invariant($"""
                PRAGMA application_id = {ApplicationId};
                CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL)
                """));
        }

        for (var next = version + 1; next <= steps.Count; next++)
        {
            connection.Run(steps[next - 1]);
            connection.Run("INSERT INTO schema_version VALUES ($version, $at)", ("$version", next), ("$at", SqliteRows.Text(clock.Now())));
        }

        transaction.Commit();
    }

    public static string NameOf(VectorType vectors) => vectors == VectorType.HalfVec ? "halfvec" : "vector";
}
