using EmbSync.Core.Configuration;
using EmbSync.Core.Storage.Memory;
using EmbSync.Core.Storage.Postgres;
using EmbSync.Core.Storage.Sqlite;

namespace EmbSync.Core.Storage;

public static class StoreFactory
{
    /// <summary>Opens nothing yet: a store connects when it is first read or written.</summary>
    /// <exception cref="Model.UsageException">The configuration names a place that can't be understood.</exception>
    public static IStore Open(StoreConfig config, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config.Backend switch
        {
            StoreBackend.Memory => new MemoryStore(config.Vectors, config.KeepText, clock),
            StoreBackend.Postgres => new PostgresStore(config, clock),
            StoreBackend.Sqlite => new SqliteStore(config, clock),
            _ => throw new ArgumentOutOfRangeException(nameof(config), config.Backend, "Not a backend."),
        };
    }
}
