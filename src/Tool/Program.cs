using EmbSync.Tool.Terminals;

namespace EmbSync.Tool;

/// <summary>Wires the process to the command line, and nothing else.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        using var interruption = new Interruption();
        return await CommandLine.RunAsync(args, Terminal.OfProcess(), interruption.Token);
    }
}
