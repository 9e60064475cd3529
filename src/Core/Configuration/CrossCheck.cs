using System.Globalization;
using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Configuration.Parsing;
using EmbSync.Core.Providers.Local;

namespace EmbSync.Core.Configuration;

/// <summary>What settings must be true of together: model and dimension, column type and dimension, endpoint and key.</summary>
internal static class CrossCheck
{
    private const int LexicalMin = 64;
    private const int LexicalMax = 4000;

    // pgvector: the most an HNSW index takes.
    private const int HalfVecMax = 4000;
    private const int VectorMax = 2000;

    public static void Run(EmbSyncConfig config, ConfigValues values)
    {
        if (values.AreGood(ConfigSchema.Provider, ConfigSchema.Model, ConfigSchema.Dimension))
        {
            foreach (var (space, embeddings) in config.Embeddings.BySpace)
            {
                CheckModel(embeddings, new(values, config.Embeddings, space));
                CheckChunks(config with { Embeddings = embeddings }, values);
            }
        }

        if (values.AreGood(ConfigSchema.Backend, ConfigSchema.Vectors, ConfigSchema.Dimension))
        {
            foreach (var (space, embeddings) in config.Embeddings.BySpace)
            {
                CheckColumn(config with { Embeddings = embeddings }, new(values, config.Embeddings, space));
            }
        }

        if (values.AreGood(ConfigSchema.Provider, ConfigSchema.BaseUrl, ConfigSchema.AllowHosts, ConfigSchema.AllowInsecureHttp))
        {
            CheckEndpoint(config.Embeddings, values);
        }
    }

    /// <summary>Where a space's model and dimension stand, and what they are called.</summary>
    private sealed record Place(ConfigValues Values, EmbeddingsConfig Embeddings, string Space)
    {
        public Setting Model => Embeddings.Spaces.Count > 0 ? ConfigSchema.Spaces : ConfigSchema.Model;

        public Setting Dimension => Embeddings.Spaces.Count > 0 ? ConfigSchema.Spaces : ConfigSchema.Dimension;

        public string DimensionName => Embeddings.Spaces.Count > 0 ? $"embeddings.spaces.{Space}.dimension" : "embeddings.dimension";
    }

    private static void CheckModel(EmbeddingsConfig embeddings, Place place)
    {
        var (model, dimension) = (Quoting.Quote(embeddings.Model), embeddings.Dimension);
        var isLexicalModel = embeddings.Model == EmbeddingsReader.LexicalModel;
        if (embeddings.Provider == ConfigSchema.Lexical)
        {
            if (!isLexicalModel)
            {
                place.Values.Report(place.Model, $"provider lexical has one model, {EmbeddingsReader.LexicalModel}, not {model}: "
                    + $"write provider: openai for others, or set {ConfigSchema.Model.Variable}={EmbeddingsReader.LexicalModel}");
            }
            else if (dimension is < LexicalMin or > LexicalMax)
            {
                place.Values.Report(place.Dimension, Line(
                    $"{place.DimensionName} {dimension} is outside what {model} makes: {LexicalMin} to {LexicalMax}"));
            }
        }
        else if (embeddings.Provider == ConfigSchema.Local)
        {
            if (embeddings.Local is null && dimension != BundledModel.Dimension)
            {
                place.Values.Report(place.Dimension, Line(
                    $"{place.DimensionName} {dimension}: {model} makes vectors of {BundledModel.Dimension} only"));
            }
        }
        else if (isLexicalModel)
        {
            place.Values.Report(place.Model,
                $"{model} is the model of provider lexical, not of {embeddings.Provider}: name another (known are {ModelCatalog.Names})");
        }
        else if (ModelCatalog.Find(embeddings.Model) is { } known)
        {
            if (dimension > known.NativeDimension)
            {
                place.Values.Report(place.Dimension, Line(
                    $"{place.DimensionName} {dimension} is more than {model} makes: {known.NativeDimension} at most"));
            }
            else if (dimension != known.NativeDimension && !known.SupportsShorter)
            {
                place.Values.Report(place.Dimension, Line(
                    $"{place.DimensionName} {dimension}: {model} makes vectors of {known.NativeDimension} only"));
            }
        }
    }

    private static void CheckColumn(EmbSyncConfig config, Place place)
    {
        var max = config.Store.Vectors == VectorType.HalfVec ? HalfVecMax : VectorMax;
        if (config.Store.Backend == StoreBackend.Postgres && config.Embeddings.Dimension > max)
        {
            var type = config.Store.Vectors == VectorType.HalfVec ? "halfvec" : "vector";
            var way = type == "vector" && config.Embeddings.Dimension <= HalfVecMax
                ? "write store.vectors: halfvec, or a smaller dimension" : "write a smaller dimension";
            place.Values.Report(place.Dimension, Line(
                $"{place.DimensionName} {config.Embeddings.Dimension}: an index over {type} goes to {max}: {way}"));
        }
    }

    private static void CheckEndpoint(EmbeddingsConfig embeddings, ConfigValues values)
    {
        if (embeddings is not { Provider: ConfigSchema.OpenAi, BaseUrl: { } address })
        {
            return;
        }

        var host = Quoting.Quote(address.Host);
        if (address.Scheme == Uri.UriSchemeHttp && !EndpointRules.IsLocal(address) && !embeddings.AllowInsecureHttp)
        {
            values.Report(ConfigSchema.BaseUrl, $"embeddings.baseUrl is plain HTTP to {host}, so texts and key could be read on the way: "
                + "use https, or write allowInsecureHttp: true where the network is yours");
        }

        // Also when the key isn't there yet: a file that is right here must be right where the key is.
        if ((embeddings.ApiKey is not null || values.Find(ConfigSchema.ApiKey) is not null) && !EndpointRules.MayHaveKey(
            address, embeddings.AllowHosts))
        {
            values.Report(ConfigSchema.BaseUrl,
                $"embeddings.baseUrl points to {host}, which may not have the key ({embeddings.ApiKeyVariable}): "
                + $"add the host to embeddings.allowHosts, or set {ConfigSchema.AllowHosts.Variable}, which wins over the file");
        }
        else if (embeddings.SentVariables.Count > 0 && !EndpointRules.MayHaveKey(address, embeddings.AllowHosts))
        {
            values.Report(ConfigSchema.BaseUrl, $"embeddings.baseUrl points to {host}, which may not have what the file takes from the environment ({string.Join(", ", embeddings.SentVariables)}): "
                + $"add the host to embeddings.allowHosts, or set {ConfigSchema.AllowHosts.Variable}, which wins over the file");
        }
    }

    private static void CheckChunks(EmbSyncConfig config, ConfigValues values)
    {
        if (ModelCatalog.Find(config.Embeddings.Model) is not { } known)
        {
            return;
        }

        foreach (var (source, chunk) in config.Sources.Select(source => (source, source.Chunk)).Where(
            one => one.Chunk.MaxTokens > known.MaxInputTokens))
        {
            values.Report(ConfigSchema.Sources, Line(
                $"source '{source.Name}' has chunk.maxTokens {chunk.MaxTokens}, and {Quoting.Quote(known.Name)} takes {known.MaxInputTokens}: lower it"));
        }
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
