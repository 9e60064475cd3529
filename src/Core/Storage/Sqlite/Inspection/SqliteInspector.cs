#pragma warning disable RS0030 // the SQLite store
using System.Globalization;
using System.Numerics.Tensors;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage.Inspection;
using Microsoft.Data.Sqlite;

namespace EmbSync.Core.Storage.Sqlite.Inspection;

/// <summary>Looks at a store's file and changes nothing.</summary>
/// <param name="place">For people.</param>
internal sealed class SqliteInspector(StoreConfig config, string place)
{
    private const int Corrupt = 11;

    private readonly SqliteFile file = new(config.Path, SqliteLimits.Default);

    /// <exception cref="StoreException">It can't be opened or read.</exception>
    public StoreFacts Look(CancellationToken cancellationToken) => file.Errors.Io(() =>
    {
        var absent = new StoreFacts(place, null, 0, SqliteSchema.Steps.Count, null, [], 0, 0, [], null, [], null);
        try
        {
            using var connection = file.OpenToRead();
            return connection is null ? absent : Read(connection, absent, cancellationToken);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == Corrupt)
        {
            return absent with { Version = absent.Known, File = new(config.Path, e.Message, OthersMay()), Generations = [] };
        }
    });

    private StoreFacts Read(SqliteConnection connection, StoreFacts absent, CancellationToken cancellationToken)
    {
        var damage = connection.Rows("PRAGMA integrity_check(3)", row => row.GetString(0), cancellationToken) is ["ok"] ? null
            : string.Join("; ", connection.Rows("PRAGMA integrity_check(3)", row => row.GetString(0), cancellationToken));
        var version = SqliteSchema.Version(connection);
        var facts = absent with { Version = version, File = new(config.Path, damage, OthersMay()) };
        if (damage is not null || version == 0 || version > facts.Known)
        {
            return facts;
        }

        var generations = connection.Rows(SqliteSql.GenerationsAt(version), SqliteRows.Generation, cancellationToken)
            .ConvertAll(stored => Generation(connection, stored, cancellationToken));
        var active = generations.Find(one => one.Value is { State: GenerationState.Active, Space: Model.Generation.DefaultSpace });
        var runs = connection.Rows(
            "SELECT id, command, started_at FROM run WHERE status = 'running' ORDER BY id", row =>
            (row.GetInt64(0), row.GetString(1), row.Time(2)), cancellationToken);
        return facts with
        {
            Project = connection.Rows(SqliteSql.Head, row => row.GetString(0), cancellationToken).FirstOrDefault(),
            Generations = generations,
            Chunks = connection.Scalar<long>("SELECT count(*) FROM chunk"),
            SpareVectors = active is { HasTable: true }
                ? connection.Scalar<long>($"SELECT count(*) FROM {active.Table} WHERE hash NOT IN (SELECT hash FROM chunk)") : 0,
            Sources = connection.Rows("SELECT source, count(*) FROM item GROUP BY source ORDER BY source",
                row => (row.GetString(0), row.GetInt64(1)), cancellationToken),
            OpenRuns = runs,
            LockHolder = runs.Count > 0 && IsLocked()
                ? connection.Rows(SqliteSql.Holder, row => row.TextOf(0), cancellationToken).FirstOrDefault() ?? "another process" : null,
            HasView = active is null ? null : generations.Where(one => one.Value.State == GenerationState.Active).GroupBy(
                one => one.Value.Space)
                .All(space => IsShown(connection, new SqliteView(connection, space.Key).Name, space.First().Table, cancellationToken)),
        };
    }

    private static GenerationFacts Generation(SqliteConnection connection, StoredGeneration stored, CancellationToken cancellationToken)
    {
        var facts = new GenerationFacts(stored.Value, stored.Table, true, 0, 0, 0, 0, 0);
        if (connection.Scalar<long>("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $name",
            ("$name", stored.Table)) == 0)
        {
            return facts with { HasTable = false };
        }

        long wrongSize = 0, zero = 0, notFinite = 0;
        var dimension = stored.Value.Signature.Dimension;
        var numbers = new float[dimension];
        using var command = connection.Command($"SELECT embedding FROM {stored.Table}");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bytes = reader.GetFieldValue<byte[]>(0);
            if (bytes.Length != VectorCodec.Size(stored.Vectors, dimension))
            {
                wrongSize++;
                continue;
            }

            VectorCodec.Decode(stored.Vectors, bytes, numbers);
            zero += numbers.AsSpan().ContainsAnyExcept(0f) ? 0 : 1;
            notFinite += TensorPrimitives.IsFiniteAll<float>(numbers) ? 0 : 1;
        }

        return facts with
        {
            Vectors = connection.Scalar<long>($"SELECT count(*) FROM {stored.Table}"),
            Missing = connection.Scalar<long>($"SELECT count(*) FROM chunk WHERE hash NOT IN (SELECT hash FROM {stored.Table})"),
            WrongSize = wrongSize,
            Zero = zero,
            NotFinite = notFinite,
        };
    }

    /// <summary>The view's query names the table.</summary>
    private static bool IsShown(SqliteConnection connection, string view, string table, CancellationToken cancellationToken) =>
        connection.Rows("SELECT sql FROM sqlite_master WHERE type = 'view' AND name = $view", row => row.GetString(0), cancellationToken,
            ("$view", view))
            .Exists(sql => sql.Split([' ', ')', '\n'], StringSplitOptions.RemoveEmptyEntries).Contains(table));

    /// <summary>Asked only where a receipt says that a run is under way: asking touches the lock for a moment.</summary>
    private bool IsLocked()
    {
        try
        {
            using var held = new FileStream(config.Path + ".lock", FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private string? OthersMay()
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        var mode = File.GetUnixFileMode(config.Path);
        return (mode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)) == 0 ? null
            : "0" + Convert.ToString((int)mode, 8).PadLeft(3, '0').ToString(CultureInfo.InvariantCulture);
    }
}
