using System.Security.Cryptography;
using System.Text;

namespace EmbSync.Core.Jobs.Hooks;

/// <summary>How a hook starts embsync.</summary>
/// <param name="Command">Program and first arguments.</param>
/// <param name="Files">Absolute paths without which it can't start; empty where the program is looked for in PATH.</param>
public sealed record HookProgram(IReadOnlyList<string> Command, IReadOnlyList<string> Files)
{
    /// <summary>
    /// The version that the repository's tool manifest names: a file of its content, so only where somebody asked for it.
    /// </summary>
    public static readonly HookProgram Local = new(["dotnet", "tool", "run", "embsync"], []);
}

/// <param name="Arguments">Of <c>hook run NAME</c>, passed on as they are.</param>
/// <param name="Block">A run that fails stops the push.</param>
public sealed record HookOrder(HookProgram Program, IReadOnlyList<string> Arguments, bool Block);

/// <summary>
/// The file that git runs: a small POSIX script that knows itself again. Its second line carries the hash of what follows, so that what
/// somebody added later is never overwritten or deleted.
/// </summary>
public static class HookScript
{
    /// <summary>After the name of a hook that was there before, and is run first.</summary>
    public const string ChainedSuffix = ".embsync-chained";

    private const string Shebang = "#!/bin/sh\n";
    private const string Marker = "# embsync-hook 1 ";

    public static string Of(GitHook hook, HookOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        var body = Body(hook.Name(), hook == GitHook.PrePush, order);
        return Shebang + Marker + HashOf(body) + "\n" + body;
    }

    /// <summary>Written by an install, whatever has become of it since.</summary>
    public static bool IsOurs(string content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return content.Split('\n', 3) is [_, var second, ..] && second.StartsWith(Marker, StringComparison.Ordinal);
    }

    /// <summary>Written by an install, and not a byte of it is another.</summary>
    public static bool IsUntouched(string content) =>
        IsOurs(content) && content.Split('\n', 3) is [var first, var second, var body] && first + "\n" == Shebang
            && second[Marker.Length..] == HashOf(body);

    /// <summary>One word of a shell, whatever is in it.</summary>
    public static string Quote(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.Length > 0 && word.All(
            character => char.IsAsciiLetterOrDigit(character) || "-_./=".Contains(character, StringComparison.Ordinal))
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
    }

    private static string Body(string name, bool hasInput, HookOrder order)
    {
        var text = new StringBuilder();
        void Line(string line) => text.Append(line).Append('\n');
        var give = hasInput ? "printf %s \"$input\" 2>/dev/null | " : "";
        var run = string.Join(' ', order.Program.Command.Concat(["hook", "run", name]).Concat(order.Arguments).Select(Quote));

        Line("# Written by 'embsync hook install', taken away by 'embsync hook uninstall'; both leave it alone once it is edited.");
        Line("# A hook that was here before is kept beside it and runs first, with the same arguments and the same input.");
        Line($"before=$(dirname -- \"$0\")/{name}{ChainedSuffix}");
        if (hasInput)
        {
            Line("input=$(cat; echo .)");
            Line("input=${input%.}");
        }

        Line("if [ -x \"$before\" ]; then");
        Line($"  {give}\"$before\" \"$@\" || exit");
        Line("fi");
        // A tool that was taken away must not stop anybody's push.
        Line("gone() {");
        Line("  printf \"embsync: %s is gone, so nothing was looked at. 'embsync hook install' names another one in this hook, 'embsync hook uninstall' takes it away\\n\" \"$1\" >&2");
        Line("  exit 0");
        Line("}");
        foreach (var file in order.Program.Files.Select(Quote))
        {
            Line($"[ -e {file} ] || gone {file}");
        }

        if (order.Program.Files.Count == 0)
        {
            Line($"command -v {Quote(order.Program.Command[0])} >/dev/null || gone {Quote(order.Program.Command[0])}");
        }

        if (order.Block)
        {
            Line($"{give}{run} \"$@\"");
            return text.ToString();
        }

        Line($"{give}{run} \"$@\" ||");
        Line("  printf 'embsync: ended with %s; git goes on\\n' $? >&2");
        Line("exit 0");
        return text.ToString();
    }

    private static string HashOf(string body) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
}
