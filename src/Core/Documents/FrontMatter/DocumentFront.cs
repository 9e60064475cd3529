using EmbSync.Core.Model;

namespace EmbSync.Core.Documents.FrontMatter;

/// <summary>A document's metadata, and what is left of it.</summary>
/// <param name="BodyLine">Line of the file that the body starts on, from 1; 1 when there is no front matter.</param>
internal sealed record DocumentFront(
    IReadOnlyDictionary<string, FrontMatterValue> Values, string Body, int BodyLine, IReadOnlyList<ItemWarning> Warnings)
{
    /// <summary>Bound on what is read of it, in UTF-16 code units.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>
    /// The strict parser of its language first; what that refuses is read line by line, and costs a warning. A body is never lost.
    /// </summary>
    public static DocumentFront Of(string text)
    {
        if (FrontMatterBlock.Find(text) is not { } block)
        {
            return None(text);
        }

        var (values, warning) = Read(block);
        return values is null ? None(text) : new(
            values.Values, block.Body, block.BodyLine, warning is null ? values.Warnings : [warning, .. values.Warnings]);
    }

    /// <summary>By the name as it is, else by the only one that differs in case: <c>Title:</c> is a title.</summary>
    public FrontMatterValue? Find(string key)
    {
        if (Values.TryGetValue(key, out var exact))
        {
            return exact;
        }

        var others = Values.Where(pair => string.Equals(pair.Key, key, StringComparison.OrdinalIgnoreCase)).Take(2).ToList();
        return others is [var other] ? other.Value : null;
    }

    private static DocumentFront None(string text) => new(new Dictionary<string, FrontMatterValue>(), text, 1, []);

    /// <summary>Null values: what looked like front matter is text.</summary>
    private static (ReadValues? Values, ItemWarning? Warning) Read(FrontMatterBlock block)
    {
        if (block.Text.Length > MaxLength)
        {
            var cut = block.Text.LastIndexOf('\n', MaxLength) is > 0 and var end ? end : MaxLength;
            return (LineReader.Read(block.Text[..cut], block.FirstLine, LineForm.Yaml), new(
                ProblemCodes.FrontMatterInvalid, block.FirstLine,
                $"The front matter is longer than {MaxLength / 1024} KB: the keys within were read, the rest of it was not. Move what is not metadata into the body."));
        }

        return block.Kind switch
        {
            FrontMatterKind.Toml => TomlReader.Read(block.Text, block.FirstLine),
            FrontMatterKind.Json => Json(block),
            FrontMatterKind.Header => (LineReader.Read(block.Text, block.FirstLine, LineForm.Yaml), null),
            FrontMatterKind.Properties => (LineReader.Read(block.Text, block.FirstLine, LineForm.Yaml), null),
            FrontMatterKind.Comment => (InComment(block), null),
            _ => Yaml(block),
        };
    }

    private static (ReadValues? Values, ItemWarning? Warning) Yaml(FrontMatterBlock block)
    {
        // A line across the page at the top, a paragraph, and another line across.
        if (block.Text.StartsWith('\n') && !LineReader.BeginsWithKey(block.Text))
        {
            return default;
        }

        var (values, problem) = YamlReader.Read(block.Text, block.FirstLine);
        return values is not null ? (values, null)
            : LineReader.LooksLikeKeys(block.Text) ? (LineReader.Read(block.Text, block.FirstLine, LineForm.Yaml), problem)
            : default;
    }

    private static (ReadValues? Values, ItemWarning? Warning) Json(FrontMatterBlock block)
    {
        if (JsonReader.Read(block.Text) is { } values)
        {
            // A file that is JSON and nothing else is no front matter without a document.
            return values.Values.Count > 0 && !string.IsNullOrWhiteSpace(block.Body) ? (values, null) : default;
        }

        return (ReadValues.Nothing, new(ProblemCodes.FrontMatterInvalid, block.FirstLine,
            "The front matter is not a JSON object, and none of it was read. Correct it, or write it as YAML between '---'."));
    }

    /// <summary>Most comments are none of ours: a strict map of keys alone counts, with marks of its own around it or not.</summary>
    private static ReadValues? InComment(FrontMatterBlock block)
    {
        var text = block.Text.Trim('\n', ' ', '\t');
        var lines = block.Text.AsSpan(0, block.Text.IndexOf(text, StringComparison.Ordinal)).Count('\n');
        if (text.StartsWith("---\n", StringComparison.Ordinal) && text.EndsWith("\n---", StringComparison.Ordinal) && text.Length > 8)
        {
            (text, lines) = (text[4..^4], lines + 1);
        }

        return LineReader.BeginsWithKey(text) && LineReader.LooksLikeKeys(text) ? YamlReader.Read(text, block.FirstLine + lines).Values
            : null;
    }
}

/// <summary>What a reader got out of a block.</summary>
internal sealed record ReadValues(IReadOnlyDictionary<string, FrontMatterValue> Values, IReadOnlyList<ItemWarning> Warnings)
{
    public static readonly ReadValues Nothing = new(new Dictionary<string, FrontMatterValue>(), []);
}
