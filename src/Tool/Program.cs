using EmbSync.Tool.Terminals;

namespace EmbSync.Tool;

/// <summary>Wires the process to the command line, and nothing else.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        if (args is ["--version"])
        {
            // Scripts ask this most: answered without building the command tree.
            using var output = Console.OpenStandardOutput();
            output.Write(System.Text.Encoding.UTF8.GetBytes($"embsync\n{CommandLine.Version}\n"));
            return 0;
        }

        using var interruption = new Interruption();
        return CommandLine.Run(args, Terminal.OfProcess(), interruption.Token);
    }
}
