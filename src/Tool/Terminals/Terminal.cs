using System.Collections;
using System.Text;
using EmbSync.Core.Reporting;

namespace EmbSync.Tool.Terminals;

/// <summary>What the process was started with: streams, environment, folder, clock. Tests bring their own.</summary>
/// <param name="OutIsTerminal">Data may be coloured and folded.</param>
/// <param name="ErrorIsTerminal">Progress may be drawn over itself.</param>
internal sealed record Terminal(
    TextWriter Out,
    TextWriter Error,
    TextReader In,
    bool OutIsTerminal,
    bool ErrorIsTerminal,
    int Width,
    string WorkingDirectory,
    IReadOnlyDictionary<string, string> Environment,
    TimeProvider Clock)
{
    /// <summary>Narrower terminals are treated as so many columns.</summary>
    private const int LeastWidth = 20;

    // A copy of this has the same.
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);

    public static Terminal OfProcess()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            environment[(string)variable.Key] = (string?)variable.Value ?? "";
        }

#pragma warning disable CA2000 // The process's own streams live as long as the process.
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var output = new StreamWriter(new StandardStream(Console.OpenStandardOutput(), isData: true), utf8) { AutoFlush = false };
        var error = new StreamWriter(new StandardStream(Console.OpenStandardError(), isData: false), utf8) { AutoFlush = true };
#pragma warning restore CA2000
        return new(output, error, Console.In, !Console.IsOutputRedirected, !Console.IsErrorRedirected,
            Console.IsOutputRedirected ? int.MaxValue : Columns(environment), System.Environment.CurrentDirectory, environment,
                TimeProvider.System)
        {
            InIsTerminal = !Console.IsInputRedirected,
            OpenIn = Console.OpenStandardInput,
        };
    }

    /// <summary>Whoever reads would wait for somebody to type.</summary>
    public bool InIsTerminal { get; init; }

    /// <summary>
    /// Standard input as it comes, which a reader of text would guess the encoding of; null where <see cref="In"/> is all there is.
    /// </summary>
    public Func<Stream>? OpenIn { get; init; }

    /// <summary>
    /// A line on stderr, once: who was told on the way what is wrong is not told again when the command ends for it.
    /// </summary>
    public void Say(string line)
    {
        if (!_said.Add(line))
        {
            return;
        }

        // A bar may stand there.
        Error.Write(IsInteractive ? "\r\u001b[K" : "");
        Error.WriteLine("embsync: " + line);
    }

    /// <summary>What comes is news again, as where the same work is done every hour.</summary>
    public void BeginAnew() => _said.Clear();

    /// <summary>All of standard input.</summary>
    public byte[] ReadBytes()
    {
        if (OpenIn is null)
        {
            return Encoding.UTF8.GetBytes(In.ReadToEnd());
        }

        using var bytes = new MemoryStream();
        using var input = OpenIn();
        input.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>Colour only on a terminal, and only where nobody asked for none (NO_COLOR, TERM=dumb, CI, --no-color).</summary>
    public Ink Ink(bool noColor) => new(OutIsTerminal && !noColor && !IsPlain, OutIsTerminal ? Width : int.MaxValue);

    /// <summary>Draw progress over itself; elsewhere a line every few seconds.</summary>
    public bool IsInteractive => ErrorIsTerminal && !IsPlain;

    private bool IsPlain => Has("NO_COLOR") || Has("CI") || Environment.GetValueOrDefault("TERM") == "dumb";

    private bool Has(string name) => Environment.TryGetValue(name, out var value) && value.Length > 0;

    private static int Columns(Dictionary<string, string> environment)
    {
        if (environment.TryGetValue("COLUMNS", out var text) && int.TryParse(text, out var columns) && columns > 0)
        {
            return Math.Max(LeastWidth, columns);
        }

        try
        {
            return Console.WindowWidth is > 0 and var width ? Math.Max(LeastWidth, width) : int.MaxValue;
        }
        catch (IOException)
        {
            // A terminal that doesn't tell its size isn't folded.
            return int.MaxValue;
        }
    }
}
