using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Model;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

internal enum OutputFormat
{
    Text,
    Json,
    Markdown,
    GitHub,
    MsBuild,
    Sarif,
}

/// <summary>Options that every command takes; read when the command runs.</summary>
internal sealed class GlobalOptions
{
    private readonly CommandOption _config;
    private readonly CommandOption? _format;
    private readonly CommandOption? _json;
    private readonly CommandOption? _also;
    private readonly CommandOption _verbose;
    private readonly CommandOption _quiet;
    private readonly CommandOption _noColor;
    private readonly OutputFormat[] _formats;

    /// <param name="formats">Forms this command can print; none for commands that print one form only.</param>
    public GlobalOptions(CommandLineApplication command, params OutputFormat[] formats)
    {
        _formats = formats;
        _config = command.Option(
            "--config <FILE>", "Configuration file (default: embsync.yaml, .yml or .json, found upward)", CommandOptionType.SingleValue);
        if (formats.Length > 0)
        {
            List<string> names = [.. formats.Select(Name)];
            _format = command.Choice("--format <FORM>", $"{string.Join(", ", names)} (default: text)", names);
            _json = command.Option("--json", "The same as --format json", CommandOptionType.NoValue);
        }

        if (formats.Contains(OutputFormat.Markdown))
        {
            _also = command.Many("--also <OUTPUT>",
                "FORM=FILE: the result in another form, too; markdown is added to the end of the file, others replace it (repeatable)");
        }

        _verbose = command.Option("-v|--verbose", "Say more when something fails", CommandOptionType.NoValue);
        _quiet = command.Option("-q|--quiet", "No progress and no notes", CommandOptionType.NoValue);
        _noColor = command.Option("--no-color", "No colours", CommandOptionType.NoValue);
    }

    public string? Config => _config.Value();

    public bool Verbose => _verbose.HasValue();

    public bool Quiet => _quiet.HasValue();

    public bool NoColor => _noColor.HasValue();

    /// <exception cref="UsageException">Unknown form, or <c>--json</c> beside another one.</exception>
    public OutputFormat Format
    {
        get
        {
            var json = _json?.HasValue() == true;
            if (_format?.Value() is not { } text)
            {
                return json ? OutputFormat.Json : OutputFormat.Text;
            }

            var format = Find(text);
            if (format is null || (json && format != OutputFormat.Json))
            {
                throw json && format is not null ? new UsageException($"--format '{text}' beside --json: leave one of the two away")
                    : OptionValues.NoneOf($"--format '{text}'", text, [.. _formats.Select(Name)]);
            }

            return format.Value;
        }
    }

    /// <summary>Files that take the result in further forms, as they are named on the command line.</summary>
    /// <exception cref="UsageException">Not <c>FORM=FILE</c>, or a form that is none for a file.</exception>
    public IReadOnlyList<(OutputFormat Format, string File)> Also => [.. (_also?.All() ?? []).Select(text =>
    {
        var parts = text.Split('=', 2);
        return parts.Length == 2 && parts[1].Length > 0 && Find(parts[0]) is { } format and not OutputFormat.Text
            ? (format, parts[1])
            : throw new UsageException($"--also '{text}': use FORM=FILE, such as markdown=summary.md, with one of {string.Join(", ", ForFiles)}{Guess.Hint(parts[0], ForFiles)}");
    })];

    private IEnumerable<string> ForFiles => _formats.Where(form => form != OutputFormat.Text).Select(Name);

    private OutputFormat? Find(string text) =>
        Array.FindIndex(_formats, format => Name(format).Equals(text, StringComparison.OrdinalIgnoreCase)) is >= 0 and var index
            ? _formats[index] : null;

    private static string Name(OutputFormat format) => format.ToString().ToLowerInvariant();
}
