using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Configuration.Parsing;

namespace EmbSync.Core.Configuration;

/// <summary>Reads <c>embeddings</c>.</summary>
internal static class EmbeddingsReader
{
    public const string KeyVariable = "OPENAI_API_KEY";
    public const string AddressVariable = "OPENAI_BASE_URL";
    public const string LexicalModel = "lexical-v1";
    public const int LexicalDimension = 1024;

    // Enough for all cores, and little to lose when a run is interrupted: a text takes a core 3 to 60 ms.
    private const int LocalBatch = 32;

    /// <param name="root">Folder that a model's path starts from, absolute.</param>
    public static EmbeddingsConfig Read(ConfigValues values, string root)
    {
        var provider = values.Get(ConfigSchema.Provider);
        var isOffline = provider != ConfigSchema.OpenAi;
        var models = new ModelReader(values, provider, root);
        var spaces = ReadSpaces(values, models);
        var model = spaces.Count > 0 ? spaces[0].Model : values.TryGet(ConfigSchema.Model, out var named) ? named : models.Usual;
        var (dimension, local) = spaces.Count > 0 ? (spaces[0].Dimension, spaces[0].Local) : models.Read(model);
        models.RequireUsed();
        var (address, isFromEnvironment) = ReadAddress(values, isOffline);
        var hosts = values.Get(ConfigSchema.AllowHosts);
        if (isFromEnvironment && values.Find(ConfigSchema.AllowHosts) is null)
        {
            values.Note(ConfigSchema.AllowHosts, "host of embeddings.baseUrl");
        }

        var key = ReadKey(values, isOffline, out var variable);
        return new(
            values.Get(ConfigSchema.AutoIndexGate),
            provider,
            address,
            key,
            model,
            dimension,
            provider == ConfigSchema.Local && values.Find(ConfigSchema.BatchSize) is null ? LocalBatch : (int)values.Get(
            ConfigSchema.BatchSize),
            (int)values.Get(ConfigSchema.SleepMs),
            provider == ConfigSchema.Local && values.Find(ConfigSchema.Concurrency) is null ? Environment.ProcessorCount : (int)values.Get(
            ConfigSchema.Concurrency),
            values.Get(ConfigSchema.Prices),
            // Who sets the environment holds the key: an address from there may have it.
            isFromEnvironment ? [.. hosts, address!.Host] : hosts,
            values.Get(ConfigSchema.AllowInsecureHttp),
            new(values.Get(ConfigSchema.DocumentPrefix), values.Get(ConfigSchema.QueryPrefix)))
        {
            ApiKeyVariable = variable,
            MissingKey = isOffline || key is not null || variable is null ? null
                : values.Find(ConfigSchema.ApiKey) is not null ? $"embeddings.apiKey is taken from {variable}, which is not set here"
                : EndpointRules.WantsKey(address) ? $"{variable} is not set here"
                : null,
            Spaces = spaces,
            Local = local,
            Pace = new(
                values.TryGet(ConfigSchema.RequestsPerMinute, out var requests) ? requests : null,
                values.TryGet(ConfigSchema.TokensPerMinute, out var tokens) ? tokens : null,
                (int)values.Get(ConfigSchema.RetrySeconds),
                (int)values.Get(ConfigSchema.MaxRetries),
                (int)values.Get(ConfigSchema.TimeoutSeconds))
            {
                QueryMs = (int)values.Get(ConfigSchema.QueryTimeoutMs),
            },
            Request = new(
                values.TryGet(ConfigSchema.RequestDimensions, out var namesDimension) ? namesDimension : null,
                values.TryGet(ConfigSchema.RequestEncoding, out var encoding) ? encoding : null,
                values.TryGet(ConfigSchema.RequestModel, out var answered) ? answered : null,
                values.Get(ConfigSchema.RequestExtra),
                values.Get(ConfigSchema.RequestHeaders)),
            SentVariables = [.. Sent.Select(setting => values.Find(setting)?.Node).SelectMany(VariablesIn).Distinct()],
        };
    }

    // A change of the file could make any variable one of them.
    private static readonly Setting[] Sent =
        [ConfigSchema.Model, ConfigSchema.Spaces, ConfigSchema.DocumentPrefix, ConfigSchema.QueryPrefix, ConfigSchema.RequestExtra,
            ConfigSchema.RequestHeaders];

    private static IEnumerable<string> VariablesIn(ConfigNode? node) => node switch
    {
        MapNode map => map.Entries.SelectMany(entry => VariablesIn(entry.Value)),
        ListNode list => list.Items.SelectMany(VariablesIn),
        ScalarNode { Form: not ScalarForm.Environment } scalar when EnvironmentReference.NameIn(scalar.Text) is { } name
        && EnvironmentReference.IsName(name) => [name],
        _ => [],
    };

    private static List<SpaceConfig> ReadSpaces(ConfigValues values, ModelReader models)
    {
        if (!values.TryGet(ConfigSchema.Spaces, out var written))
        {
            return [];
        }

        // A flag means one space, which the command names; it stands for that space's own.
        foreach (var beside in new Setting[] { ConfigSchema.Model, ConfigSchema.Dimension }.Where(
            setting => values.Find(setting) is { Node: not ScalarNode { Form: ScalarForm.Flag } }))
        {
            values.Report(beside, $"{beside.Path} stands beside embeddings.spaces, which names models and dimensions: keep one of the two");
        }

        var (flagSpace, flagModel, flagDimension) = (values.Flags.Space, values.Flags.Model, values.Flags.Dimension);
        if (written.Count > 0 && (flagModel is not null || flagDimension is not null) && !written.Any(space => space.Name == flagSpace))
        {
            values.Report(ConfigSchema.Spaces,
                $"there are several spaces ({string.Join(", ", written.Select(space => space.Name))}): say which one with --space");
        }

        return [.. written.Select(space => space.Name == flagSpace ? space with
            { Model = flagModel ?? space.Model, Dimension = flagDimension ?? space.Dimension } : space).Select(space =>
        {
            var model = space.Model ?? models.Usual;
            var (dimension, local) = models.Read(model, space);
            return new SpaceConfig(space.Name, model, dimension) { Local = local };
        })];
    }

    private static (Uri? Address, bool IsFromEnvironment) ReadAddress(ConfigValues values, bool isOffline)
    {
        var setting = ConfigSchema.BaseUrl;
        if (values.Find(setting) is { Node: ScalarNode scalar })
        {
            // Nothing is sent anywhere without the provider: an unset variable is not missed.
            var isLeftAlone = isOffline && values.UnsetVariable(setting) is not null;
            var isFromEnvironment = scalar.Form == ScalarForm.Environment || EnvironmentReference.NameIn(scalar.Text) is not null;
            return !isLeftAlone && values.TryGet(setting, out var address) ? (address, isFromEnvironment) : (null, false);
        }

        if (isOffline || EnvironmentReference.Value(values.Environment, AddressVariable) is not { } text)
        {
            return (null, false);
        }

        values.Note(setting, AddressVariable);
        var reading = new ValueReading("the address", AddressVariable, values.Environment, values.Problems);
        return setting.Kind.TryRead(new ScalarNode(text, ScalarForm.Environment, 0, 0), reading, out var standard) ? (standard, true)
            : (null, false);
    }

    // A missing key is no error here: status, plans and dry runs need none. The provider says which variable to set.
    private static Secret? ReadKey(ConfigValues values, bool isOffline, out string? variable)
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

        if (isOffline)
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
        return ConfigSchema.ApiKey.Kind.TryRead(new ScalarNode(standard, ScalarForm.Environment, 0, 0), reading, out var found) ? found
            : null;
    }
}
