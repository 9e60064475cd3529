using System.Text.RegularExpressions;

namespace EmbSync.Core.Postgres;

/// <summary>What follows the scheme of a PostgreSQL URI, taken apart and not decoded.</summary>
/// <param name="Hosts">One or several with commas between, each with its port.</param>
internal sealed partial record PostgresUriParts(string? User, string? Password, string Hosts, string? Database, string? Query)
{
    /// <summary>
    /// Passwords with <c>/ ? # @</c> should have them encoded and often don't. The <c>@</c> behind which hosts, database and known
    /// parameters follow, and no other
    /// <c>@</c>, is the one that ends the password: the first such one, since values of parameters may have their own. Null where there is
    /// none.
    /// </summary>
    public static PostgresUriParts? Of(string rest)
    {
        var ends = Enumerable.Range(0, rest.Length).Where(at => rest[at] == '@').ToList();
        foreach (var end in ends)
        {
            if (PartsAfter(rest[(end + 1)..], isStrict: true) is { } parts)
            {
                return With(parts, rest[..end]);
            }
        }

        // With one @ or none there is no doubt: what is wrong behind it can be named.
        return ends.Count > 1 ? null
            : ends is [var only] ? PartsAfter(rest[(only + 1)..], isStrict: false) is { } named ? With(named, rest[..only]) : null
            : PartsAfter(rest, isStrict: false);
    }

    public static (string Host, string? Port) HostAndPort(string host)
    {
        var close = host.StartsWith('[') ? host.IndexOf(']', StringComparison.Ordinal) : -1;
        return close > 0 ? (host[1..close], host[(close + 1)..].TrimStart(':')) : Cut(host, ':');
    }

    public static (string Before, string? After) Cut(string text, char at)
    {
        var place = text.IndexOf(at, StringComparison.Ordinal);
        return place < 0 ? (text, null) : (text[..place], text[(place + 1)..]);
    }

    private static PostgresUriParts With(PostgresUriParts parts, string userAndPassword)
    {
        var (user, password) = Cut(userAndPassword, ':');
        return parts with { User = user, Password = password };
    }

    /// <param name="isStrict">All ports are numbers, and all parameters known.</param>
    private static PostgresUriParts? PartsAfter(string text, bool isStrict)
    {
        if (Tail().Match(text) is not { Success: true } tail)
        {
            return null;
        }

        var (hosts, query) = (tail.Groups["hosts"].Value, tail.Groups["query"] is { Success: true } given ? given.Value : null);
        var isSound = hosts.Split(',').All(host => (HostAndPort(host).Port ?? "") is { Length: <= 5 } port && port.All(char.IsAsciiDigit))
            && (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries).All(
                pair => PostgresUrlKeys.IsKnown(Uri.UnescapeDataString(Cut(pair, '=').Before)));
        return isStrict && !isSound ? null : new(
            null, null, hosts, tail.Groups["database"] is { Success: true } database ? database.Value : null, query);
    }

    [GeneratedRegex(@"\A(?<hosts>(\[[^\]@/]*\](:[^/?@,]*)?|[^/?@\[\]]*))(/(?<database>[^/?@]*))?/?(\?(?<query>.*))?\z",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Tail();
}
