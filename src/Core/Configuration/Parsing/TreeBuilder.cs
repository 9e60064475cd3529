namespace EmbSync.Core.Configuration.Parsing;

/// <summary>
/// Puts parser events together to a tree with a stack of its own, so that depth is bounded here and not by the process's stack. Its
/// bounds keep the worst file under a second and 100 MB.
/// </summary>
internal sealed class TreeBuilder
{
    /// <summary>Deepest nesting that is read. A configuration needs five.</summary>
    public const int MaxDepth = 64;

    /// <summary>Most keys, values, lists and maps. A hundred sources with all their settings take about 3,000.</summary>
    public const int MaxNodes = 10_000;

    /// <summary>Longest single text, in characters.</summary>
    public const int MaxText = 8192;

    private readonly Stack<Level> open = new();
    private int nodes;

    public ConfigNode? Root { get; private set; }

    /// <summary>The next scalar is a key.</summary>
    public bool ExpectsKey => open.TryPeek(out var level) && level is { IsMap: true, Key: null };

    /// <summary>Why what comes next goes too far; null when it doesn't. To be asked before each scalar, list and map.</summary>
    public string? Excess(bool isContainer, int textLength) =>
        ++nodes > MaxNodes ? $"more than {MaxNodes} keys and values, which no configuration has: check which file was meant"
        : isContainer && open.Count >= MaxDepth ? $"nested deeper than {MaxDepth} levels"
        : textLength > MaxText ? $"a text of more than {MaxText} characters, which no setting takes"
        : null;

    public void Scalar(ScalarNode scalar)
    {
        if (ExpectsKey)
        {
            open.Peek().Key = scalar;
        }
        else
        {
            Add(scalar);
        }
    }

    public void Begin(bool isMap, int line, int column) => open.Push(new(isMap, line, column));

    public void End()
    {
        var level = open.Pop();
        Add(level.IsMap ? new MapNode(level.Entries, level.Line, level.Column) : new ListNode(level.Items, level.Line, level.Column));
    }

    private void Add(ConfigNode node)
    {
        if (!open.TryPeek(out var level))
        {
            Root = node;
        }
        else if (level.IsMap)
        {
            level.Entries.Add(new(level.Key!, node));
            level.Key = null;
        }
        else
        {
            level.Items.Add(node);
        }
    }

    private sealed record Level(bool IsMap, int Line, int Column)
    {
        public List<MapEntry> Entries { get; } = [];

        public List<ConfigNode> Items { get; } = [];

        public ScalarNode? Key { get; set; }
    }
}
