using EmbSync.Core.Configuration;
using EmbSync.Core.Providers.Local;

namespace EmbSync.Core.Tests.Embedding.Local;

internal static class LocalSettings
{
    /// <summary>The model that the tool carries, two texts at a time.</summary>
    public static readonly EmbeddingsConfig Bundled = new(
        AutoIndex.OnCreate, "local", null, null, BundledModel.Name, BundledModel.Dimension, 32, 0, 2, new Dictionary<string, decimal>(),
        [], false, RolePrefixes.None);
}
