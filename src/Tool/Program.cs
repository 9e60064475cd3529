using EmbSync.Tool.Terminals;

namespace EmbSync.Tool;

/// <summary>Wires the process to the command line, and nothing else.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        using var interruption = new Interruption();
        return CommandLine.Run(args, Terminal.OfProcess(), interruption.Token);
    }
}
