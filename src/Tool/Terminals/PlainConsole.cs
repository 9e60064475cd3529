using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Terminals;

/// <summary>The terminal as CommandLineUtils wants to see it: for help and version only; it owns no colours and no signals.</summary>
internal sealed class PlainConsole(Terminal terminal) : IConsole
{
    public event ConsoleCancelEventHandler? CancelKeyPress
    {
        add { }
        remove { }
    }

    public TextWriter Out => terminal.Out;

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
