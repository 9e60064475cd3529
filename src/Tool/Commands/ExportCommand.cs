using EmbSync.Core.Configuration;
using EmbSync.Core.Jobs.Export;
using EmbSync.Core.Model;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary><c>export</c>: vectors for other programs. Needs no key, writes nothing to the store.</summary>
internal static class ExportCommand
{
    private const string JsonLines = "jsonl";
    private const string Projector = "tsv";
    private const string DefaultFolder = ".embsync/projector";

    public static void AddTo(CommandLineApplication app, Session session) => app.Command("export", command =>
    {
        command.Description = "Write vectors with what they stand for, for other programs";
        command.ExtendedHelpText = """

            Examples:
              embsync export > vectors.jsonl                     one JSON object a line
              embsync export --items --map                       one vector an item, with its place on a plane
              embsync export --to tsv --out projector            vectors.tsv and metadata.tsv for the TensorFlow embedding projector
            """;
        var global = new GlobalOptions(command);
        var form = command.Choice(
            "--to <FORM>", "jsonl, or tsv: a folder with vectors.tsv and metadata.tsv (default: jsonl)", [JsonLines, Projector]);
        var path = command.Value(
            "--out <PATH>", $"File for jsonl (default: stdout), folder for tsv (default: {DefaultFolder}); what is there is replaced");
        var space = command.Value("--space <NAME>", "The space whose vectors these are (default: default, else the first configured)");
        var sources = command.Many("--source <NAME>", "Only this source (repeatable)");
        var type = command.Value("--type <TYPE>", "Only items of this type");
        var limit = command.Limit("Only the first N rows, by source and id");
        var items = command.Flag("--items", "A row for each item instead of each chunk: the mean of its chunks' vectors, of length 1");
        var map = command.Flag("--map", "Also x and y: the row's place along the two principal components");
        command.OnExecute(async () =>
        {
            var token = session.CancellationToken;
            var request = new ExportRequest(
                space.Value(), sources.All(), type.Value(), limit.Number(least: 1), items.HasValue(), map.HasValue());
            var lines = (form.Chosen() ?? JsonLines) == JsonLines;
            await using var workspace = session.Open(global, ConfigOverrides.None);
            var engine = new ExportEngine(workspace, session.Redact);
            var place = path.Value() is { } named ? session.PathOf(named) : lines ? null : session.Own(workspace, DefaultFolder);
            var report = place is null ? await engine.WriteJsonLinesAsync(request, session.Print, token)
                : lines ? await engine.WriteJsonLinesAsync(request, place, token)
                : await engine.WriteProjectorFilesAsync(request, place, token);
            session.Note(global, report.Notes);
            if (place is not null)
            {
                session.Print($"{Text.Count(report.Rows, report.Items ? "item" : "chunk")} of {Plain.Line(report.Model)} with {Text.Count(report.Dimension, "dimension")} in {Plain.Line(session.Shown(place))}\n");
            }

            return (int)ExitCode.Done;
        });
    });
}
