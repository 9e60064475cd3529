using EmbSync.Core.Configuration;
using EmbSync.Core.Model;

namespace EmbSync.Core.Providers.OpenAi;

/// <summary>Where requests go, with which key and headers; checked once more here, in the one place that sends them.</summary>
internal sealed class OpenAiEndpoint
{
    private const string DefaultKeyVariable = "OPENAI_API_KEY";
    private const string Path = "/embeddings";
    private const string Deployments = "/openai/deployments/";
    private const int OllamaPort = 11434;

    private static readonly Uri OpenAi = new("https://api.openai.com/v1");
    private static readonly string[] AzureHosts = [".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"];

    private readonly Secret? _key;
    private readonly string _variable;
    private readonly IReadOnlyList<ExtraHeader> _headers;

    /// <exception cref="UsageException">The address can't be used with this configuration.</exception>
    public OpenAiEndpoint(EmbeddingsConfig config)
    {
        Address = config.BaseUrl ?? OpenAi;
        _key = config.ApiKey;
        _variable = config.ApiKeyVariable ?? DefaultKeyVariable;
        _headers = config.Request.Headers;
        if (!Address.IsAbsoluteUri || Address.Scheme is not ("http" or "https"))
        {
            throw new UsageException("embeddings.baseUrl must be an http or https address, such as https://api.openai.com/v1.");
        }

        if (Address.Scheme == Uri.UriSchemeHttp && !Address.IsLoopback && !config.AllowInsecureHttp)
        {
            throw new UsageException($"embeddings.baseUrl {Name} is plain HTTP to another machine: texts and key could be read on the way. Use https, or set embeddings.allowInsecureHttp.");
        }

        if (Redactor.SecretsOf(config) is [var secret, ..] && !EndpointRules.MayHaveKey(config.BaseUrl, config.AllowHosts))
        {
            throw new UsageException(
                $"The key from {secret.Origin} is not sent to {Address.Host}: embeddings.allowHosts does not name that host.");
        }
    }

    public Uri Address { get; }

    /// <summary>
    /// The address that is asked: the base with <c>/embeddings</c>, where it doesn't end in that already, and the base's query.
    /// </summary>
    public Uri Requests
    {
        get
        {
            var path = Address.AbsolutePath.TrimEnd('/');
            return new UriBuilder(Address)
                { Path = path.EndsWith(Path, StringComparison.OrdinalIgnoreCase) ? path : path + Path, Fragment = "" }.Uri;
        }
    }

    /// <summary>For messages: without user, password and query.</summary>
    public string Name => Address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>What to look at when the key is refused.</summary>
    public string KeyHint => _key is { } key
        ? $"Set {key.Origin} to a valid key"
        : _headers.FirstOrDefault(header => header.Variable is not null) is { } header
        ? $"Set {header.Variable}, the header {header.Name} of embeddings.request.headers, to a valid key"
        : $"No key is configured: set {_variable} to a key, or embeddings.apiKey to env: and the variable that holds it";

    /// <summary>What is often wrong with an address, to go behind its setting's name.</summary>
    public string AddressHint => IsDeployment && !Address.Query.Contains("api-version=", StringComparison.OrdinalIgnoreCase)
        ? ", which wants ?api-version=... at its end"
        : Address.AbsolutePath.Trim('/').Length == 0 ? $", which ends in /v1 with most servers: {Name.TrimEnd('/')}/v1"
        : "";

    /// <summary>Azure is asked for a deployment, whatever its name, and answers with the model behind it.</summary>
    public bool NamesDeployments => IsAzure || IsDeployment;

    /// <summary>What it takes is written down: nothing has to be learned of it.</summary>
    public bool IsKnown => IsAzure || Address.Host == OpenAi.Host;

    public bool IsOllama => Address.Port == OllamaPort;

    private bool IsAzure => Array.Exists(AzureHosts, host => Address.Host.EndsWith(host, StringComparison.OrdinalIgnoreCase));

    private bool IsDeployment => Address.AbsolutePath.Contains(Deployments, StringComparison.OrdinalIgnoreCase);

    private bool NeedsKey => (IsAzure || Address.Host == OpenAi.Host) && !_headers.Any(header => header.Variable is not null);

    /// <exception cref="ProviderRefusedException">The host is known to want a key, or a header has a variable, and none is set.</exception>
    public void RequireKey()
    {
        if (_headers.FirstOrDefault(header => header.Value is null) is { } unset)
        {
            throw new ProviderRefusedException($"The header {unset.Name} of embeddings.request.headers is taken from the environment variable {unset.Variable}, which is not set: set it.");
        }

        if (NeedsKey && _key is null)
        {
            throw new ProviderRefusedException($"{Name} needs a key. {KeyHint}, or use provider lexical, which needs none.");
        }
    }

    /// <summary>Of one request, in order: a later one replaces an earlier one of the same name.</summary>
    public IEnumerable<(string Name, string Value)> Headers()
    {
        RequireKey();
        if (_key is { } key && key.Reveal().Length > 0)
        {
            // Azure takes a key there alone: Authorization is for its tokens.
            yield return NamesDeployments ? ("api-key", key.Reveal()) : ("Authorization", "Bearer " + key.Reveal());
        }

        foreach (var header in _headers)
        {
            yield return (header.Name, header.Value!.Reveal());
        }
    }
}
