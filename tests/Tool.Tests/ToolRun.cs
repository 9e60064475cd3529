using EmbSync.Tool.Terminals;

namespace EmbSync.Tool.Tests;

/// <summary>The tool run in this process as a user runs it: arguments, folder and environment in; exit code and both streams out.</summary>
internal sealed record ToolRun(int ExitCode, string Out, string Error)
{
    public static async Task<ToolRun> Of(
        string folder, string arguments, IReadOnlyDictionary<string, string>? environment = null, bool terminal = false, int width = 100,
        TimeProvider? clock = null, CancellationToken cancellationToken = default) =>
        await Of(folder, Split(arguments), environment, terminal, width, clock, cancellationToken);

    public static async Task<ToolRun> Of(
        string folder, string[] arguments, IReadOnlyDictionary<string, string>? environment = null, bool terminal = false, int width = 100,
        TimeProvider? clock = null, CancellationToken cancellationToken = default)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var started = new Terminal(
            output, error, TextReader.Null, terminal, terminal, width, folder, environment ?? new Dictionary<string, string>(), clock
            ?? TimeProvider.System);
        var code = await Task.Run(() => CommandLine.Run(arguments, started, cancellationToken), CancellationToken.None);
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>All that a person sees, for snapshots.</summary>
    public override string ToString() => $"exit code {ExitCode}\n--- stdout\n{Out}--- stderr\n{Error}";

    /// <summary>Arguments by spaces; single quotes hold one together.</summary>
    private static string[] Split(string arguments) =>
        [.. arguments.Split('\'').SelectMany((part, i) => i % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
}
