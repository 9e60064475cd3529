using System.Text;
using System.Text.Json.Nodes;

namespace EmbSync.Core.Configuration.Definition;

/// <summary>One key of the configuration.</summary>
/// <param name="Path">Keys from the top joined by dots; <c>sources[].</c> stands for each source.</param>
/// <param name="Description">A sentence's start in lower case, for comments, editors and documentation alike.</param>
internal abstract record Setting(string Path, string Description)
{
    public string Key => Path[(Path.LastIndexOf('.') + 1)..];

    /// <summary>Path of the map it stands in; empty for the top.</summary>
    public string Parent => Path.LastIndexOf('.') is > 0 and var dot ? Path[..dot] : "";

    /// <summary>What it is when it isn't set, where no fixed value says that.</summary>
    public string? Otherwise { get; init; }

    /// <summary>Path of the setting that this is another name of.</summary>
    public string? AliasOf { get; init; }

    public bool IsRequired { get; init; }

    /// <summary>Of a source's setting: the types that have it; empty for all.</summary>
    public IReadOnlyList<string> SourceTypes { get; init; } = [];

    /// <summary>May be set by <see cref="Variable"/>.</summary>
    public bool IsInEnvironment { get; init; }

    /// <summary><c>EMBSYNC_EMBEDDINGS_BASE_URL</c> for <c>embeddings.baseUrl</c>.</summary>
    public string Variable
    {
        get
        {
            var name = new StringBuilder("EMBSYNC_");
            foreach (var letter in Path)
            {
                name.Append(char.IsUpper(letter) ? "_" : "").Append(letter == '.' ? '_' : char.ToUpperInvariant(letter));
            }

            return name.ToString();
        }
    }

    public abstract string Expected { get; }

    public virtual JsonNode? DefaultJson => null;

    public virtual string? DefaultText => Otherwise;
}

/// <summary>A map of settings.</summary>
internal sealed record Section(string Path, string Description) : Setting(Path, Description)
{
    public override string Expected => "a map of settings";
}

/// <summary>The list of sources: maps whose settings stand under <c>sources[]</c>.</summary>
internal sealed record SourceList(string Path, string Description) : Setting(Path, Description)
{
    public const string Each = "sources[]";

    public override string Expected => "a list of sources";
}

/// <summary>A key with a value, whatever its type.</summary>
internal abstract record Leaf(string Path, string Description) : Setting(Path, Description)
{
    public abstract ValueKind ValueKind { get; }

    public override string Expected => ValueKind.Expected;
}

internal sealed record Setting<T>(string Path, ValueKind<T> Kind, string Description) : Leaf(Path, Description)
{
    private readonly (bool Given, T Value) standard;

    /// <summary>What it is when it isn't set; without one, the reader says what happens.</summary>
    public T Default
    {
        get => standard.Value;
        init => standard = (true, value);
    }

    public override ValueKind ValueKind => Kind;

    public override JsonNode? DefaultJson => standard.Given ? Kind.ToJson(standard.Value) : null;

    public override string? DefaultText => Otherwise ?? DefaultJson?.ToJsonString();
}
