using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Configuration.LocalModels;
using EmbSync.Core.Configuration.Parsing;
using EmbSync.Core.Model;
using EmbSync.Core.Providers.Local;

namespace EmbSync.Core.Configuration;

/// <summary>
/// What is to be known of a model before anything is asked of it: the length of its vectors, and its files where it was given by path.
/// </summary>
/// <param name="root">Folder that its path starts from, absolute.</param>
internal sealed class ModelReader(ConfigValues values, string provider, string root)
{
    private const string OpenAiModel = "text-embedding-3-small";

    private readonly Pooling? _pooling = values.TryGet(ConfigSchema.LocalPooling, out var pooling) ? pooling : null;
    private readonly int? _window = values.TryGet(ConfigSchema.LocalWindow, out var window) ? (int)window : null;
    private bool _isGivenByPath;

    /// <summary>The provider's model where none is named.</summary>
    public string Usual => provider switch
    {
        ConfigSchema.Local => BundledModel.Name,
        ConfigSchema.Lexical => EmbeddingsReader.LexicalModel,
        _ => OpenAiModel,
    };

    /// <param name="space">That it is for; null for the one that has no name.</param>
    public (int Dimension, LocalModel? Local) Read(string model, WrittenSpace? space = null)
    {
        long? written = space is not null ? space.Dimension : values.TryGet(ConfigSchema.Dimension, out var dimension) ? dimension : null;
        if (provider == ConfigSchema.Local && model != BundledModel.Name)
        {
            return ReadFiles(model, written, space);
        }

        var own = provider switch
        {
            ConfigSchema.Local => BundledModel.Dimension,
            ConfigSchema.Lexical => EmbeddingsReader.LexicalDimension,
            _ => ModelCatalog.Find(model)?.NativeDimension,
        };
        if (written is null && own is null && values.AreGood(ConfigSchema.Dimension))
        {
            values.Report(space is null ? ConfigSchema.Model : ConfigSchema.Spaces,
                $"{Subject(space)}.dimension is needed for {Quoting.Quote(model)}, a model that embsync doesn't know: "
                + $"write the length of its vectors (known are {ModelCatalog.Names})");
        }

        return ((int)(written ?? own ?? EmbeddingsReader.LexicalDimension), null);
    }

    /// <summary>Reports settings of a model by path where there is none: they would do nothing.</summary>
    public void RequireUsed()
    {
        foreach (var setting in _isGivenByPath ? [] : new Setting[] { ConfigSchema.LocalPooling, ConfigSchema.LocalWindow }.Where(
            setting => values.Find(setting) is not null))
        {
            values.Report(setting, $"{setting.Path} is for a model that provider local gets by path (embeddings.model), and there is none: take it away");
        }
    }

    private (int Dimension, LocalModel? Local) ReadFiles(string model, long? written, WrittenSpace? space)
    {
        _isGivenByPath = true;
        if (model == EmbeddingsReader.LexicalModel || ModelCatalog.Find(model) is not null)
        {
            var other = model == EmbeddingsReader.LexicalModel ? ConfigSchema.Lexical : ConfigSchema.OpenAi;
            values.Report(space is null ? ConfigSchema.Model : ConfigSchema.Spaces,
                $"{Quoting.Quote(model)} is a model of provider {other}, not of local: "
                + $"write provider: {other}, or name {BundledModel.Name} or the path of a model");
            return (BundledModel.Dimension, null);
        }

        try
        {
            var local = LocalModelFolder.Read(Path.GetFullPath(model, root), _pooling, _window, (int?)written);
            return (local.Dimension, local);
        }
        catch (UsageException caught)
        {
            values.Report(space is null ? ConfigSchema.Model : ConfigSchema.Spaces, caught.Message);
            return ((int)(written ?? BundledModel.Dimension), null);
        }
    }

    private static string Subject(WrittenSpace? space) => space is null ? "embeddings" : $"embeddings.spaces.{space.Name}";
}
