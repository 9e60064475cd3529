using System.Security.Cryptography;
using System.Text;
using EmbSync.Core.Configuration;

namespace EmbSync.Core.Jobs.Hooks;

/// <summary>
/// Where a configuration sends texts and secrets, as a short digest: <c>hook install</c> writes down what somebody looked at, and a run
/// knows by
/// it that a pull brought another provider, address, key or store.
/// </summary>
public static class Destinations
{
    /// <summary>64 bits: a line of the hook stays readable, and nobody tries so many addresses to find one of the same digest.</summary>
    private const int Digits = 16;

    private const string FromEnvironment = "env:";

    /// <summary>The same on every machine, in every worktree and in any order of the file; holds no secret's value.</summary>
    public static string DigestOf(EmbSyncConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var text = new StringBuilder();
        foreach (var line in Lines(config).Distinct().Order(StringComparer.Ordinal))
        {
            // Lengths in front: no value can look like the end of one and the start of another.
            text.Append(FormattableString.Invariant($"{line.Length}:")).Append(line).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..Digits];
    }

    private static IEnumerable<string> Lines(EmbSyncConfig config)
    {
        foreach (var (_, space) in config.Embeddings.BySpace)
        {
            // The variable's name also where it is not set yet: setting it is no change of the file.
            var key = space.ApiKeyVariable is { } variable ? FromEnvironment + variable : space.ApiKey?.Origin;
            yield return $"provider\t{space.Provider}\t{space.BaseUrl?.AbsoluteUri}\t{key}";
            // These let the same address have what it was refused before.
            yield return $"insecure\t{space.AllowInsecureHttp}";
            foreach (var host in space.AllowHosts)
            {
                yield return $"host\t{host.ToLowerInvariant()}";
            }
        }

        yield return $"store\t{config.Store.Backend}\t{OriginOf(config.Store.Url)}";
        foreach (var source in config.Sources.OfType<DatabaseSourceConfig>())
        {
            yield return $"source\t{OriginOf(source.Url)}";
        }
    }

    /// <summary>
    /// What is written out in the file can change where it stands: there it is the address itself that counts. It holds no password.
    /// </summary>
    private static string? OriginOf(Secret? url) =>
        url is null || url.Origin.StartsWith(FromEnvironment, StringComparison.Ordinal) ? url?.Origin : url.Reveal();
}
