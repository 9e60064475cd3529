using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Terminals;

/// <summary>
/// The terminal as CommandLineUtils wants to see it: for help and version only; it owns no colours and no signals. What it prints is held
/// back until the command line turned out to be right, because the library prints a hint of its own where it is wrong.
/// </summary>
/// <param name="help">Where help and version go.</param>
internal sealed class PlainConsole(Terminal terminal, TextWriter help) : IConsole
{
    public event ConsoleCancelEventHandler? CancelKeyPress
    {
        add { }
        remove { }
    }

    public TextWriter Out => help;

    public TextWriter Error => terminal.Error;

    public TextReader In => terminal.In;

    public bool IsInputRedirected => true;

    public bool IsOutputRedirected => !terminal.OutIsTerminal;

    public bool IsErrorRedirected => !terminal.ErrorIsTerminal;

    public ConsoleColor ForegroundColor { get; set; }

    public ConsoleColor BackgroundColor { get; set; }

    public void ResetColor()
    {
    }
}
