using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Configuration.Parsing;
using EmbSync.Core.Embedding;

namespace EmbSync.Core.Configuration;

/// <summary>Reads <c>embeddings</c>.</summary>
internal static class EmbeddingsReader
{
    public const string KeyVariable = "OPENAI_API_KEY";
    public const string AddressVariable = "OPENAI_BASE_URL";
    public const string LexicalModel = "lexical-v1";
    public const int LexicalDimension = 1024;
    private const string OpenAiModel = "text-embedding-3-small";

    public static EmbeddingsConfig Read(ConfigValues values)
    {
        var provider = values.Get(ConfigSchema.Provider);
        var isLexical = provider == ConfigSchema.Lexical;
        var spaces = ReadSpaces(values, isLexical);
        var model = spaces.Count > 0 ? spaces[0].Model : values.TryGet(ConfigSchema.Model, out var named) ? named : isLexical ? LexicalModel : OpenAiModel;
        var (address, isFromEnvironment) = ReadAddress(values, isLexical);
        var hosts = values.Get(ConfigSchema.AllowHosts);
        if (isFromEnvironment && values.Find(ConfigSchema.AllowHosts) is null)
        {
            values.Note(ConfigSchema.AllowHosts, "host of embeddings.baseUrl");
        }

        var key = ReadKey(values, isLexical, out var variable);
        return new(
            values.Get(ConfigSchema.AutoIndexGate),
            provider,
            address,
            key,
            model,
            spaces.Count > 0 ? spaces[0].Dimension : ReadDimension(values, isLexical, model),
            (int)values.Get(ConfigSchema.BatchSize),
            (int)values.Get(ConfigSchema.SleepMs),
            (int)values.Get(ConfigSchema.Concurrency),
            values.Get(ConfigSchema.Prices),
            // Who sets the environment holds the key: an address from there may have it.
            isFromEnvironment ? [.. hosts, address!.Host] : hosts,
            values.Get(ConfigSchema.AllowInsecureHttp),
            new(values.Get(ConfigSchema.DocumentPrefix), values.Get(ConfigSchema.QueryPrefix)))
        {
            ApiKeyVariable = variable,
            MissingKey = isLexical || key is not null || variable is null ? null
                : values.Find(ConfigSchema.ApiKey) is not null ? $"embeddings.apiKey is taken from {variable}, which is not set here"
                : EndpointRules.WantsKey(address) ? $"{variable} is not set here"
                : null,
            Spaces = spaces,
            Pace = new(
                values.TryGet(ConfigSchema.RequestsPerMinute, out var requests) ? requests : null,
                values.TryGet(ConfigSchema.TokensPerMinute, out var tokens) ? tokens : null,
                (int)values.Get(ConfigSchema.RetrySeconds),
                (int)values.Get(ConfigSchema.MaxRetries),
                (int)values.Get(ConfigSchema.TimeoutSeconds)),
        };
    }

    private static List<SpaceConfig> ReadSpaces(ConfigValues values, bool isLexical)
    {
        if (!values.TryGet(ConfigSchema.Spaces, out var written))
        {
            return [];
        }

        // A flag means one space, which the command names; it stands for that space's own.
        foreach (var beside in new Setting[] { ConfigSchema.Model, ConfigSchema.Dimension }.Where(setting => values.Find(setting) is { Node: not ScalarNode { Form: ScalarForm.Flag } }))
        {
            values.Report(beside, $"{beside.Path} stands beside embeddings.spaces, which names models and dimensions: keep one of the two");
        }

        var (flagSpace, flagModel, flagDimension) = (values.Flags.Space, values.Flags.Model, values.Flags.Dimension);
        if (written.Count > 0 && (flagModel is not null || flagDimension is not null) && !written.Any(space => space.Name == flagSpace))
        {
            values.Report(ConfigSchema.Spaces, $"there are several spaces ({string.Join(", ", written.Select(space => space.Name))}): say which one with --space");
        }

        return [.. written.Select(space => space.Name == flagSpace ? space with { Model = flagModel ?? space.Model, Dimension = flagDimension ?? space.Dimension } : space).Select(space =>
        {
            var model = space.Model ?? (isLexical ? LexicalModel : OpenAiModel);
            var own = isLexical ? LexicalDimension : ModelCatalog.Find(model)?.NativeDimension;
            if (space.Dimension is null && own is null)
            {
                values.Report(ConfigSchema.Spaces, $"embeddings.spaces.{space.Name}.dimension is needed for {Quoting.Quote(model)}, a model that embsync doesn't know: "
                    + $"write the length of its vectors (known are {ModelCatalog.Names})");
            }

            return new SpaceConfig(space.Name, model, (int)(space.Dimension ?? own ?? LexicalDimension));
        })];
    }

    private static (Uri? Address, bool IsFromEnvironment) ReadAddress(ConfigValues values, bool isLexical)
    {
        var setting = ConfigSchema.BaseUrl;
        if (values.Find(setting) is { Node: ScalarNode scalar })
        {
            // Nothing is sent anywhere without the provider: an unset variable is not missed.
            var isLeftAlone = isLexical && values.UnsetVariable(setting) is not null;
            var isFromEnvironment = scalar.Form == ScalarForm.Environment || EnvironmentReference.NameIn(scalar.Text) is not null;
            return !isLeftAlone && values.TryGet(setting, out var address) ? (address, isFromEnvironment) : (null, false);
        }

        if (isLexical || EnvironmentReference.Value(values.Environment, AddressVariable) is not { } text)
        {
            return (null, false);
        }

        values.Note(setting, AddressVariable);
        var reading = new ValueReading("the address", AddressVariable, values.Environment, values.Problems);
        return setting.Kind.TryRead(new ScalarNode(text, ScalarForm.Environment, 0, 0), reading, out var standard) ? (standard, true) : (null, false);
    }

    // A missing key is no error here: status, plans and dry runs need none. The provider says which variable to set.
    private static Secret? ReadKey(ConfigValues values, bool isLexical, out string? variable)
    {
        variable = null;
        if (values.Find(ConfigSchema.ApiKey) is { Node: ScalarNode scalar })
        {
            variable = scalar.Form == ScalarForm.Environment ? ConfigSchema.ApiKey.Variable : EnvironmentReference.NameIn(scalar.Text);
            if (values.UnsetVariable(ConfigSchema.ApiKey) is { } unset)
            {
                variable = unset;
                values.Note(ConfigSchema.ApiKey, $"{EnvironmentReference.Prefix}{unset}, which is not set");
                return null;
            }

            return values.TryGet(ConfigSchema.ApiKey, out var key) ? key : null;
        }

        if (isLexical)
        {
            return null;
        }

        variable = KeyVariable;
        if (EnvironmentReference.Value(values.Environment, KeyVariable) is not { } standard)
        {
            return null;
        }

        values.Note(ConfigSchema.ApiKey, KeyVariable);
        var reading = new ValueReading("the key", KeyVariable, values.Environment, values.Problems);
        return ConfigSchema.ApiKey.Kind.TryRead(new ScalarNode(standard, ScalarForm.Environment, 0, 0), reading, out var found) ? found : null;
    }

    private static int ReadDimension(ConfigValues values, bool isLexical, string model)
    {
        if (values.Find(ConfigSchema.Dimension) is not null)
        {
            return values.TryGet(ConfigSchema.Dimension, out var dimension) ? (int)dimension : LexicalDimension;
        }

        if (isLexical)
        {
            return LexicalDimension;
        }

        if (ModelCatalog.Find(model) is { } known)
        {
            return known.NativeDimension;
        }

        values.Report(ConfigSchema.Model, $"embeddings.dimension is needed for {Quoting.Quote(model)}, a model that embsync doesn't know: "
            + $"write the length of its vectors (known are {ModelCatalog.Names})");
        return LexicalDimension;
    }
}
