#pragma warning disable RS0030 // the SQLite store
using System.Numerics.Tensors;
using EmbSync.Core.Model;
using Microsoft.Data.Sqlite;

namespace EmbSync.Core.Storage.Sqlite;

/// <summary>Finds and mends what can be wrong with the store's own tables and views.</summary>
internal sealed class SqliteFaults(SqliteConnection connection, CancellationToken cancellationToken)
{
    private const string IsLeft = "generation NOT IN (SELECT id FROM generation WHERE state = 'building')";

    public IReadOnlyList<StoreFault> Find(DateTimeOffset before)
    {
        var faults = new List<StoreFault>();
        var generations = Generations();
        foreach (var generation in generations)
        {
            var exists = Exists(generation);
            if (IsOver(generation, before))
            {
                faults.Add(new(StoreFaultKind.RetiredGeneration, generation.ToString(), generation.Value.Id, 1,
                    exists ? Rows(generation) * SizeOf(generation) : 0));
            }
            else if (!exists)
            {
                faults.Add(new(StoreFaultKind.MissingTable, generation.ToString(), generation.Value.Id, 1));
            }
            else
            {
                faults.AddRange(OfTable(generation, before));
            }
        }

        foreach (var space in generations.GroupBy(generation => generation.Value.Space))
        {
            var view = new SqliteView(connection, space.Key);
            if (!view.Shows([.. space]))
            {
                faults.Add(new(StoreFaultKind.View, view.Name, space.First().Value.Id, 1));
            }
        }

        var left = connection.Scalar<long>($"SELECT count(*) FROM work WHERE {IsLeft}");
        return [.. faults.Concat(left > 0 ? [new(StoreFaultKind.LeftoverWork, "work", 0, left)] : []).OrderBy(fault => fault.Kind)];
    }

    /// <summary>Within the writer's transaction.</summary>
    public long Mend(StoreFault fault, DateTimeOffset before)
    {
        if (fault.Kind == StoreFaultKind.LeftoverWork)
        {
            return connection.Run($"DELETE FROM work WHERE {IsLeft}");
        }

        var all = Generations();
        if (all.Find(one => one.Value.Id == fault.Generation) is not { } generation)
        {
            return 0;
        }

        var ofSpace = all.FindAll(one => one.Value.Space == generation.Value.Space);
        var view = new SqliteView(connection, generation.Value.Space);
        switch (fault.Kind)
        {
            case StoreFaultKind.BadVectors:
                return Bad(generation).Sum(
                    hash => connection.Run($"DELETE FROM {generation.Table} WHERE hash = $hash", ("$hash", hash.ToBytes())));
            case StoreFaultKind.SpareVectors:
                return connection.Run($"DELETE FROM {generation.Table} WHERE {IsSpare}", ("$before", SqliteRows.Text(before)));
            case StoreFaultKind.MissingTable:
                connection.Run(SqliteSchema.VectorTable(generation.Value.Id));
                view.Publish(ofSpace);
                return 1;
            case StoreFaultKind.View:
                view.Publish(ofSpace);
                return 1;
            case StoreFaultKind.RetiredGeneration when IsOver(generation, before):
                view.Publish(ofSpace.FindAll(one => one != generation));
                connection.Run($"DROP TABLE IF EXISTS {generation.Table}");
                connection.Run("DELETE FROM work WHERE generation = $id", ("$id", generation.Value.Id));
                return connection.Run("DELETE FROM generation WHERE id = $id", ("$id", generation.Value.Id));
            default:
                return 0;
        }
    }

    private const string IsSpare = "created_at < $before AND hash NOT IN (SELECT hash FROM chunk)";

    private IEnumerable<StoreFault> OfTable(StoredGeneration generation, DateTimeOffset before)
    {
        if (Bad(generation) is { Count: > 0 } bad)
        {
            yield return new(StoreFaultKind.BadVectors, generation.ToString(), generation.Value.Id, bad.Count);
        }

        var spare = connection.Scalar<long>(
            $"SELECT count(*) FROM {generation.Table} WHERE {IsSpare}", ("$before", SqliteRows.Text(before)));
        if (spare > 0)
        {
            yield return new(StoreFaultKind.SpareVectors, generation.ToString(), generation.Value.Id, spare, spare * SizeOf(generation))
            {
                Held = connection.Scalar<long>($"SELECT count(*) FROM {generation.Table}"),
            };
        }
    }

    private List<ContentHash> Bad(StoredGeneration generation)
    {
        var numbers = new float[generation.Value.Signature.Dimension];
        return connection.Rows($"SELECT hash, embedding FROM {generation.Table}", row =>
        {
            var bytes = row.Bytes(1);
            if (bytes.Length == SizeOf(generation))
            {
                VectorCodec.Decode(generation.Vectors, bytes, numbers);
                if (Math.Abs(TensorPrimitives.Norm<float>(numbers) - 1) <= StoreFault.LengthTolerance)
                {
                    return (ContentHash?)null;
                }
            }

            return row.Hash(0);
        }, cancellationToken).OfType<ContentHash>().ToList();
    }

    private static bool IsOver(StoredGeneration generation, DateTimeOffset before) =>
        generation.Value is { State: GenerationState.Retired, RetiredAt: { } retired } && retired < before;

    private static int SizeOf(StoredGeneration generation) => VectorCodec.Size(generation.Vectors, generation.Value.Signature.Dimension);

    private long Rows(StoredGeneration generation) => connection.Scalar<long>($"SELECT count(*) FROM {generation.Table}");

    private bool Exists(StoredGeneration generation) =>
        connection.Scalar<long>("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $name",
            ("$name", generation.Table)) == 1;

    private List<StoredGeneration> Generations() =>
        connection.Rows(SqliteSql.GenerationsAt(SqliteSchema.Version(connection)), SqliteRows.Generation, cancellationToken);
}
