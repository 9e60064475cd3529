using EmbSync.Core.Jobs.Map;
using EmbSync.Core.Jobs.Search;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Export;

/// <summary>
/// Vectors of the active generation, with what they stand for, in the forms of other programs. Rows stream from the store to the file; a
/// map fits its
/// axes on a sample.
/// </summary>
/// <param name="redact">Takes secrets out of what people wrote.</param>
public sealed class ExportEngine(Workspace workspace, Func<string, string> redact)
{
    /// <summary>Rows that axes are fitted on at most: 61 MB at 1,536 dimensions.</summary>
    public const int FittedRows = 10_000;

    private const int Seed = 1;

    /// <param name="write">Takes a line, with its end.</param>
    /// <exception cref="StoreException">Nothing is indexed yet.</exception>
    public async Task<ExportReport> WriteJsonLinesAsync(ExportRequest request, Action<string> write, CancellationToken cancellationToken)
    {
        var survey = await SurveyAsync(request, cancellationToken);
        return await RunAsync(survey, new JsonLines(survey.Generation.Signature, write, redact), cancellationToken);
    }

    /// <summary>To a file, whole or not at all; one that is there is replaced.</summary>
    /// <exception cref="UsageException">It can't be written.</exception>
    public Task<ExportReport> WriteJsonLinesAsync(ExportRequest request, string path, CancellationToken cancellationToken) =>
        GuardAsync(path, async () =>
    {
        var survey = await SurveyAsync(request, cancellationToken);
        await using var file = new DraftFile(path);
        var report = await RunAsync(survey, new JsonLines(survey.Generation.Signature, file.Writer.Write, redact), cancellationToken);
        await file.PublishAsync(cancellationToken);
        return report;
    });

    /// <summary>To <c>vectors.tsv</c> and <c>metadata.tsv</c> in a folder, which is made; files that are there are replaced.</summary>
    /// <exception cref="UsageException">They can't be written.</exception>
    public Task<ExportReport> WriteProjectorFilesAsync(ExportRequest request, string folder, CancellationToken cancellationToken) =>
        GuardAsync(folder, async () =>
    {
        var survey = await SurveyAsync(request, cancellationToken, withKeys: true);
        Directory.CreateDirectory(folder);
        await using var vectors = new DraftFile(Path.Combine(folder, "vectors.tsv"));
        await using var metadata = new DraftFile(Path.Combine(folder, "metadata.tsv"));
        var report = await RunAsync(
            survey, new ProjectorFiles(vectors.Writer, metadata.Writer, survey.Keys, request.Map, redact), cancellationToken);
        await vectors.PublishAsync(cancellationToken);
        await metadata.PublishAsync(cancellationToken);
        return report;
    });

    /// <summary>
    /// What must be known before the first row is written: the generation, and in a pass of its own the columns and axes.
    /// </summary>
    private async Task<Survey> SurveyAsync(ExportRequest request, CancellationToken cancellationToken, bool withKeys = false)
    {
        _ = workspace.Chosen(request.Sources);
        var head = await workspace.Store.ReadHeadAsync(cancellationToken);
        var space = request.Space ?? workspace.MainSpace;
        var generation = head.Active(space) ?? throw StoreRefusals.NothingIndexed(workspace.StoreDescription, head, space);
        var rows = new ExportRows(workspace.Store, generation, request);
        if (!withKeys && !request.Map)
        {
            return new(head, generation, rows, request, [], null, 0);
        }

        var keys = new SortedSet<string>(StringComparer.Ordinal);
        var sample = new KeySample<ReadOnlyMemory<float>>(request.Map ? FittedRows : 0);
        await foreach (var row in rows.ReadAsync(cancellationToken))
        {
            keys.UnionWith(row.Metadata.Select(pair => pair.Key));
            if (request.Map)
            {
                sample.Offer($"{row.Key}/{row.Chunk}", row.Vector);
            }
        }

        return new(head, generation, rows, request, [.. keys],
            request.Map ? PrincipalComponents.Of(sample.Values, Seed, cancellationToken) : null, sample.Offered);
    }

    private async Task<ExportReport> RunAsync(Survey survey, IExportFormat format, CancellationToken cancellationToken)
    {
        var count = 0;
        await foreach (var row in survey.Rows.ReadAsync(cancellationToken))
        {
            format.Write(survey.Axes is { } axes ? row with { Place = axes.Project(row.Vector.Span) } : row);
            count++;
        }

        var moved = (await workspace.Store.ReadHeadAsync(cancellationToken)).Revision != survey.Head.Revision;
        var signature = survey.Generation.Signature;
        List<string> notes = [.. Notes(survey, moved)];
        if (count == 0 && survey.Request.Type is { } type && await new FilterCheck(workspace).UnknownTypeAsync(type, cancellationToken) is
            { } unknown)
        {
            notes.Add(unknown);
        }

        return new(count, survey.Request.Items, survey.Generation.Space, signature.Model, signature.Dimension, notes);
    }

    private static IEnumerable<string> Notes(Survey survey, bool moved)
    {
        var request = survey.Request;
        if (survey.Rows.IsCut)
        {
            yield return Text.Of($"cut by --limit: {Text.Agreeing(request.Limit ?? 0, "this is the first one", $"these are the first {request.Limit:N0} {(request.Items ? "items" : "chunks")}")} by source and id, there are more");
        }

        if (survey.Rows.LeftOut > 0)
        {
            yield return $"left out: {Text.Count(survey.Rows.LeftOut, "item")} without the vectors of all chunks; run 'embsync sync'";
        }

        if (survey.Offered > FittedRows)
        {
            yield return Text.Of($"the axes of x and y are fitted on {FittedRows:N0} of {Text.Count(survey.Offered, "row")}, chosen by hash");
        }

        if (moved)
        {
            yield return "the store was written to meanwhile: rows may be of before and after; export again for one state. All are of one generation";
        }
    }

    private static async Task<ExportReport> GuardAsync(string path, Func<Task<ExportReport>> write)
    {
        try
        {
            return await write();
        }
        catch (Exception exception) when (DiskFault.Is(exception))
        {
            throw new UsageException($"'{path}' can't be written: {DiskFault.Words(exception)}", exception);
        }
    }

    private sealed record Survey(
        StoreHead Head, Generation Generation, ExportRows Rows, ExportRequest Request, IReadOnlyList<string> Keys,
        PrincipalComponents? Axes, long Offered);
}
