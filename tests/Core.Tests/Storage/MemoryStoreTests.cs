using EmbSync.Core.Configuration;
using EmbSync.Core.Storage;
using static EmbSync.Core.Tests.Storage.Samples;

namespace EmbSync.Core.Tests.Storage;

public sealed class MemoryStoreTests : StoreBuildContract
{
    private protected override Task<IStore> OpenAsync(VectorType vectors, bool keepText) =>
        Task.FromResult(StoreFactory.Open(Config(StoreBackend.Memory, vectors: vectors, keepText: keepText), Clock));

    [Fact]
    public void It_outlives_no_process() => Store.IsVolatile.ShouldBeTrue();
}
