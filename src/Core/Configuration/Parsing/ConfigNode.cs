namespace EmbSync.Core.Configuration.Parsing;

/// <summary>How a scalar was written, as far as types can be told from it.</summary>
internal enum ScalarForm
{
    Nothing,
    Boolean,
    Number,
    Text,

    /// <summary>Given as a flag: untyped.</summary>
    Flag,

    /// <summary>Came from the environment: untyped, and never repeated in a message, for it may be a secret.</summary>
    Environment,
}

/// <summary>A configuration file as a tree that remembers where everything stands. YAML and JSON both become this.</summary>
/// <param name="Line">From 1; 0 for what stands in no file.</param>
/// <param name="Column">From 1, in characters.</param>
internal abstract record ConfigNode(int Line, int Column);

internal sealed record ScalarNode(string Text, ScalarForm Form, int Line, int Column) : ConfigNode(Line, Column);

internal sealed record ListNode(IReadOnlyList<ConfigNode> Items, int Line, int Column) : ConfigNode(Line, Column);

/// <param name="Entries">In the order of the file; a key may be there twice.</param>
internal sealed record MapNode(IReadOnlyList<MapEntry> Entries, int Line, int Column) : ConfigNode(Line, Column)
{
    public static readonly MapNode Empty = new([], 0, 0);

    public ConfigNode? Find(string key) => Entries.FirstOrDefault(entry => entry.Key.Text == key)?.Value;
}

internal sealed record MapEntry(ScalarNode Key, ConfigNode Value);
