using EmbSync.Core.Configuration;
using EmbSync.Core.Storage;
using static EmbSync.Core.Tests.Storage.Samples;

namespace EmbSync.Core.Tests.Storage;

public sealed class SqliteStoreTests : StoreBuildContract
{
    private readonly List<StoreFolder> folders = [];

    private protected override Task<IStore> OpenAsync(VectorType vectors, bool keepText)
    {
        var folder = new StoreFolder();
        folders.Add(folder);
        return Task.FromResult(StoreFactory.Open(
            Config(StoreBackend.Sqlite, folder.Database, vectors: vectors, keepText: keepText), Clock));
    }

    private protected override Task CloseAsync()
    {
        folders.ForEach(folder => folder.Dispose());
        return Task.CompletedTask;
    }
}
