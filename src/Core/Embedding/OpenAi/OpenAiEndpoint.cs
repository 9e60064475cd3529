using EmbSync.Core.Configuration;
using EmbSync.Core.Model;

namespace EmbSync.Core.Embedding.OpenAi;

/// <summary>Where requests go and with which key; checked once more here, in the one place that sends the key.</summary>
internal sealed class OpenAiEndpoint
{
    private const string DefaultKeyVariable = "OPENAI_API_KEY";

    // Sent where no key is configured: the client wants one, and local servers ignore it.
    private const string NoKey = "none";

    private static readonly Uri OpenAi = new("https://api.openai.com/v1");
    private static readonly string[] AzureHosts = [".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"];

    private readonly Secret? _key;
    private readonly string _variable;

    /// <exception cref="UsageException">The address can't be used with this configuration.</exception>
    public OpenAiEndpoint(EmbeddingsConfig config)
    {
        Address = config.BaseUrl ?? OpenAi;
        _key = config.ApiKey;
        _variable = config.ApiKeyVariable ?? DefaultKeyVariable;
        if (!Address.IsAbsoluteUri || Address.Scheme is not ("http" or "https"))
        {
            throw new UsageException("embeddings.baseUrl must be an http or https address, such as https://api.openai.com/v1.");
        }

        if (Address.Scheme == Uri.UriSchemeHttp && !Address.IsLoopback && !config.AllowInsecureHttp)
        {
            throw new UsageException($"embeddings.baseUrl {Name} is plain HTTP to another machine: texts and key could be read on the way. Use https, or set embeddings.allowInsecureHttp.");
        }

        if (_key is not null && !EndpointRules.MayHaveKey(config.BaseUrl, config.AllowHosts))
        {
            throw new UsageException($"The key from {_key.Origin} is not sent to {Address.Host}: embeddings.allowHosts does not name that host.");
        }
    }

    public Uri Address { get; }

    /// <summary>For messages: without user, password and query.</summary>
    public string Name => Address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>What to look at when the key is refused.</summary>
    public string KeyHint => _key is { } key
        ? $"Set {key.Origin} to a valid key"
        : $"No key is configured: set {_variable} to a key, or embeddings.apiKey to env: and the variable that holds it";

    /// <summary>Azure is asked for a deployment, whatever its name, and answers with the model behind it.</summary>
    public bool NamesDeployments => Array.Exists(AzureHosts, host => Address.Host.EndsWith(host, StringComparison.OrdinalIgnoreCase));

    private bool NeedsKey => NamesDeployments || Address.Host == OpenAi.Host;

    /// <exception cref="ProviderRefusedException">The host is known to want a key and none is configured.</exception>
    public string RevealKey() => _key is { } key && key.Reveal().Length > 0
        ? key.Reveal()
        : NeedsKey
            ? throw new ProviderRefusedException($"{Name} needs a key. {KeyHint}, or use provider lexical, which needs none.")
            : NoKey;
}
