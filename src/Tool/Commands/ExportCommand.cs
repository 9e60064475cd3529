using EmbSync.Core.Configuration;
using EmbSync.Core.Export;
using EmbSync.Core.Model;
using EmbSync.Core.Reporting;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>export</c>: vectors for other programs. Needs no key, writes nothing to the store.</summary>
internal static class ExportCommand
{
    public static void AddTo(CommandLineApplication app, Session session) => app.Command("export", command =>
    {
        command.Description = "Write vectors with what they stand for, for other programs";
        command.ExtendedHelpText = """

            Examples:
              embsync export --to tsv --out projector            vectors.tsv and metadata.tsv for the TensorFlow embedding projector
              embsync export --to jsonl --out vectors.jsonl      one JSON object a line
              embsync export --to jsonl --items --map            one vector an item, with its place on a plane, on stdout
            """;
        var global = new GlobalOptions(command);
        var form = command.Value("--to <FORM>", "tsv (a folder with vectors.tsv and metadata.tsv) or jsonl");
        var path = command.Value("--out <PATH>", "Folder for tsv, file for jsonl (default: stdout); what is there is replaced");
        var space = command.Value("--space <NAME>", "The space whose vectors these are (default: default, else the first configured)");
        var sources = command.Many("--source <NAME>", "Only this source (repeatable)");
        var type = command.Value("--type <TYPE>", "Only items of this type");
        var limit = command.Value("--limit <N>", "Only the first N rows, by source and id");
        var items = command.Flag("--items", "A row for each item instead of each chunk: the mean of its chunks' vectors, of length 1");
        var map = command.Flag("--map", "Also x and y: the row's place along the two principal components");
        command.OnExecute(async () =>
        {
            var token = session.CancellationToken;
            var request = new ExportRequest(space.Value(), sources.All(), type.Value(), limit.Number(least: 1), items.HasValue(), map.HasValue());
            var lines = IsJsonLines(form.Value());
            if (!lines && path.Value() is null)
            {
                throw new UsageException("--to tsv writes two files: name their folder with --out");
            }

            await using var workspace = session.Open(global, ConfigOverrides.None);
            var engine = new ExportEngine(workspace, session.Redact);
            var report = path.Value() is not { } named ? await engine.WriteJsonLinesAsync(request, session.Print, token)
                : lines ? await engine.WriteJsonLinesAsync(request, session.PathOf(named), token)
                : await engine.WriteProjectorFilesAsync(request, session.PathOf(named), token);
            session.Note(global, report.Notes);
            if (path.Value() is { } written)
            {
                session.Print($"{Text.Count(report.Rows, report.Items ? "item" : "chunk")} of {Plain.Line(report.Model)} with {Text.Number(report.Dimension)} dimensions in {Plain.Line(written)}\n");
            }

            return (int)ExitCode.Done;
        });
    });

    private static bool IsJsonLines(string? form) => form switch
    {
        "jsonl" => true,
        "tsv" => false,
        null => throw new UsageException("say in which form: --to tsv or --to jsonl"),
        _ => throw new UsageException($"--to '{form}': use tsv or jsonl"),
    };
}
