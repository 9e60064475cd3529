namespace EmbSync.Core.Tests.Storage;

/// <summary>A folder of its own for one test.</summary>
internal sealed class StoreFolder : IDisposable
{
    public StoreFolder() => Directory.CreateDirectory(Root);

    public string Root { get; } = Path.Combine(Path.GetTempPath(), "embsync-" + Path.GetRandomFileName());

    public string Database => Path.Combine(Root, "index.db");

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
