using EmbSync.Core.Configuration;
using EmbSync.Core.Storage;
using EmbSync.Tests;
using static EmbSync.Core.Tests.Storage.Samples;

namespace EmbSync.Core.Tests.Storage;

public sealed class PostgresStoreTests(PostgresFixture server) : StoreBuildContract, IClassFixture<PostgresFixture>
{
    /// <summary>A schema of its own for each store: cheaper than a database.</summary>
    private protected override Task<IStore> OpenAsync(VectorType vectors, bool keepText) => Task.FromResult(StoreFactory.Open(
        Config(StoreBackend.Postgres, url: server.Url, vectors: vectors, keepText: keepText) with { Schema = "s " + Guid.NewGuid() },
        Clock));
}
