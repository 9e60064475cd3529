namespace EmbSync.Core.Git;

/// <summary>The part of a remote's address that names the project, and nothing that could be a secret.</summary>
internal static class OriginUrl
{
    /// <summary>
    /// <c>owner/repo</c> (or <c>group/sub/repo</c>) of an https, ssh, git or scp-like address; null for paths on this machine, which
    /// differ from clone to clone.
    /// </summary>
    public static string? PathOf(string? url)
    {
        if (string.IsNullOrWhiteSpace(url))
        {
            return null;
        }

        string path;
        if (url.Contains("://", StringComparison.Ordinal))
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.IsFile || address.Host.Length == 0)
            {
                return null;
            }

            path = Uri.UnescapeDataString(address.AbsolutePath);
        }
        else
        {
            // git@host:owner/repo.git: a colon before any slash, and not a drive letter.
            var colon = url.IndexOf(':', StringComparison.Ordinal);
            var slash = url.IndexOf('/', StringComparison.Ordinal);
            if (colon < 2 || (slash >= 0 && slash < colon))
            {
                return null;
            }

            path = url[(colon + 1)..];
        }

        path = path.Trim('/');
        if (path.EndsWith(".git", StringComparison.Ordinal))
        {
            path = path[..^4].TrimEnd('/');
        }

        return path.Length == 0 ? null : path;
    }
}
