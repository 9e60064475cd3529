namespace EmbSync.Core.Configuration;

/// <summary>Which endpoints may be talked to in the clear, and which may be given the key.</summary>
public static class EndpointRules
{
    private const string OpenAiHost = "api.openai.com";

    private static readonly string[] AzureHosts = [".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"];

    /// <summary>This machine: localhost, names below it, loopback addresses.</summary>
    public static bool IsLocal(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.IsLoopback || address.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The host is known to answer nobody without a key. <paramref name="address"/> null is the provider's own endpoint.</summary>
    public static bool WantsKey(Uri? address) => address is null || address.Host.Equals(OpenAiHost, StringComparison.OrdinalIgnoreCase)
        || Array.Exists(AzureHosts, host => address.Host.EndsWith(host, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// A change of the file must not be enough to send the key elsewhere: it goes to OpenAI, to this machine and to hosts that are
    /// allowed by name. <paramref name="address"/> null is the provider's own endpoint.
    /// </summary>
    public static bool MayHaveKey(Uri? address, IReadOnlyList<string> allowHosts)
    {
        ArgumentNullException.ThrowIfNull(allowHosts);
        return address is null || IsLocal(address) || address.Host.Equals(OpenAiHost, StringComparison.OrdinalIgnoreCase)
            || allowHosts.Any(host => address.Host.Equals(host, StringComparison.OrdinalIgnoreCase)
                || address.Host.Trim('[', ']').Equals(host, StringComparison.OrdinalIgnoreCase));
    }
}
