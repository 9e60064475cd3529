using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using EmbSync.Core.Model;

namespace EmbSync.Core.Planning;

/// <summary>
/// Items of some sources, by marks of their ids: eight bytes each, as they may be millions. Two ids share a mark once in billions of pairs;
/// one of them then waits
/// for the next run.
/// </summary>
public sealed class RowSets
{
    private readonly Dictionary<string, HashSet<ulong>> _sources = new(StringComparer.Ordinal);

    public int Count => _sources.Values.Sum(rows => rows.Count);

    public bool Has(ItemKey key) => _sources.TryGetValue(key.Source, out var rows) && rows.Contains(Mark(key.Id));

    public void Add(ItemKey key)
    {
        if (!_sources.TryGetValue(key.Source, out var rows))
        {
            _sources[key.Source] = rows = [];
        }

        rows.Add(Mark(key.Id));
    }

    private static ulong Mark(string id) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
}
