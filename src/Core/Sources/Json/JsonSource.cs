using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EmbSync.Core.Configuration;
using EmbSync.Core.Documents;
using EmbSync.Core.Model;
using EmbSync.Core.Sources.Markdown;

namespace EmbSync.Core.Sources.Json;

/// <summary>
/// Objects of exported JSON: <c>gh issue list --json number,title,body</c> and its like. A listing holds all texts until the next one.
/// </summary>
/// <param name="root">Folder that the globs start from, absolute.</param>
/// <param name="maxBytes">Longer texts are set aside.</param>
/// <param name="input">Taken instead of the files; null for the files.</param>
public sealed class JsonSource(JsonSourceConfig config, string root, long maxBytes, Func<byte[]>? input) : ISource
{
    /// <summary>Of a file: about a million issues. It is held in memory.</summary>
    private const long MostFileBytes = 1024L * 1024 * 1024;

    private readonly RowReader reader = new(config.Name, "json", config.Shape, SettingsOf(config));
    private Dictionary<string, RawRow> rows = [];

    public string Name => config.Name;

    public string Type => "json";

    public string Pipeline => reader.Pipeline;

    public Task<SourceListing> ListAsync(ListRequest request, CancellationToken cancellationToken)
    {
        var fields = new JsonFields(config);
        var (problems, notes, isComplete) = (new List<ItemProblem>(), new List<string>(), true);
        var found = new Dictionary<string, RawRow>(StringComparer.Ordinal);
        var twice = new HashSet<string>(StringComparer.Ordinal);
        IReadOnlyList<string> unmatched = [];
        foreach (var (file, bytes) in Files(problems, notes, ref isComplete, ref unmatched))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Add(file, bytes, fields, found, twice, problems);
        }

        fields.RequireFound(config.Name, found.Count);
        problems.AddRange(twice.Order(StringComparer.Ordinal).Select(id => new ItemProblem(ProblemCodes.DuplicateId, Name, id, null, null,
            $"id '{id}' is claimed by several objects; give each its own, or take one file out")));
        rows = found.Where(row => !twice.Contains(row.Key)).ToDictionary(StringComparer.Ordinal);
        return Task.FromResult(new SourceListing([.. rows.Values.Select(row => new SourceEntry(row.Id, row.Version))
            .OrderBy(entry => entry.Locator, StringComparer.Ordinal)], isComplete, problems) { Notes = notes, Unmatched = unmatched });
    }

    public Task<ReadOutcome> ReadAsync(SourceEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Task.FromResult(!rows.TryGetValue(entry.Locator, out var row) ? reader.Problem(
            entry.Locator, ProblemCodes.Unreadable, "The object is gone since it was listed. Run again.")
            : Encoding.UTF8.GetByteCount(row.Text) is var bytes && bytes > maxBytes
                ? reader.Problem(row.Id, ProblemCodes.TooLarge, Text.Of($"The text has {bytes} bytes, more than the {maxBytes} that limits.maxFileBytes allows. Shorten it, or raise the limit."))
                : reader.Read(row));
    }

    private IEnumerable<(string File, byte[] Bytes)> Files(
        List<ItemProblem> problems, List<string> notes, ref bool isComplete, ref IReadOnlyList<string> unmatched)
    {
        if (input is not null)
        {
            return [("standard input", input())];
        }

        if (config.Include.Count == 0)
        {
            throw new UsageException($"source '{Name}' has no files: write include: [...], or give its objects with --stdin-source {Name}");
        }

        var folder = new RootFolder(Name, root, MostFileBytes);
        var globs = new Globs(config.Include, config.Exclude);
        var draft = new ListingDraft(folder, globs, null);
        new FolderListing(folder, globs).List(draft, CancellationToken.None);
        var listing = draft.ToListing();
        isComplete = listing.Complete;
        unmatched = listing.Unmatched;
        notes.AddRange(listing.Notes);
        problems.AddRange(listing.Problems);
        return Read(folder, listing, problems);
    }

    private static IEnumerable<(string File, byte[] Bytes)> Read(RootFolder folder, SourceListing listing, List<ItemProblem> problems)
    {
        foreach (var entry in listing.Entries)
        {
            var content = folder.Read(entry.Locator);
            if (content.Problem is { } problem)
            {
                problems.Add(problem);
            }
            else
            {
                yield return (entry.Locator, content.Bytes!);
            }
        }
    }

    private void Add(string file, byte[] bytes, JsonFields fields, Dictionary<string, RawRow> found, HashSet<string> twice,
        List<ItemProblem> problems)
    {
        IReadOnlyList<JsonElement> objects;
        try
        {
            objects = JsonObjects.Of(JsonBytes.ToUtf8(bytes).Span, fields.Items);
        }
        catch (FormatException exception)
        {
            problems.Add(new(ProblemCodes.NotUtf8, Name, file, file, null,
                $"The file can't be read as text: {exception.Message}. Save it as UTF-8 ('iconv -f latin1 -t utf-8'). Nothing of this source is deleted while that is so."));
            return;
        }
        catch (JsonException exception)
        {
            problems.Add(new(ProblemCodes.InvalidJson, Name, file, file, exception.LineNumber is { } line ? (int)line + 1 : null,
                $"The file can't be read as JSON: {Sentence(exception.Message)} Nothing of this source is deleted while that is so."));
            return;
        }

        for (var i = 0; i < objects.Count; i++)
        {
            try
            {
                var row = fields.RowOf(objects[i]);
                if (!found.TryAdd(row.Id, row))
                {
                    twice.Add(row.Id);
                }
            }
            catch (Exception exception) when (exception is FormatException or InvalidOperationException)
            {
                // InvalidOperationException: an escape that is half of a surrogate pair.
                var place = string.Create(CultureInfo.InvariantCulture, $"{file}[{i}]");
                problems.Add(new(ProblemCodes.InvalidField, Name, place, file, null,
                    exception is FormatException ? $"object {i + 1}: {exception.Message}"
                        : $"object {i + 1} has a \\u escape that is half of a surrogate pair"));
            }
        }
    }

    private static string Sentence(string message) =>
        message.IndexOf(" LineNumber:", StringComparison.Ordinal) is > 0 and var at ? message[..at] : message.TrimEnd('.') + ".";

    private static Dictionary<string, JsonNode?> SettingsOf(JsonSourceConfig config) => new()
    {
        ["text"] = new JsonArray([.. config.Text.Select(name => JsonValue.Create(name))]),
        ["template"] = config.Template,
        ["title"] = config.Title,
        ["typeFrom"] = config.TypeFrom,
        ["priorityFrom"] = config.PriorityFrom,
        ["metadata"] = new JsonArray([.. config.Metadata.Order(StringComparer.Ordinal).Select(name => JsonValue.Create(name))]),
    };
}
