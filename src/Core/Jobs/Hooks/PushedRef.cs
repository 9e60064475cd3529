using EmbSync.Core.Git;
using EmbSync.Core.Model;

namespace EmbSync.Core.Jobs.Hooks;

/// <summary>One ref of a push, as git tells it to <c>pre-push</c>.</summary>
/// <param name="LocalId">Full id, of a commit or of a tag's object; zeros when the ref is to be deleted.</param>
/// <param name="RemoteId">Full id of what the remote has, which need not be here; zeros when the ref is new there.</param>
public sealed record PushedRef(string LocalId, string RemoteRef, string RemoteId)
{
    public bool IsDeletion => IsZero(LocalId);

    public bool IsNew => IsZero(RemoteId);

    /// <summary>A name beside history, not where it goes on: pushing an old tag takes nobody back to it.</summary>
    public bool IsMark => RemoteRef.StartsWith("refs/tags/", StringComparison.Ordinal) || RemoteRef.StartsWith(
        "refs/notes/", StringComparison.Ordinal);

    /// <param name="input">A line a ref: local ref, local id, remote ref, remote id. The first may hold spaces, where it is an
    /// expression.</param>
    /// <exception cref="UsageException">Some line is not of that form.</exception>
    public static IReadOnlyList<PushedRef> Parse(string input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return [.. input.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0).Select(line => line.Split(' ') switch
        {
            [_, .., var local, var name, var remote] when IsId(local) && IsId(remote) => new PushedRef(local, name, remote),
            _ => throw new UsageException($"standard input has the line '{GitReference.Printable(line)}': git writes LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID there. Pass that on"),
        })];
    }

    private static bool IsId(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower);

    private static bool IsZero(string id) => id.All(digit => digit == '0');
}
