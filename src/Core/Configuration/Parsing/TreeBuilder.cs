namespace EmbSync.Core.Configuration.Parsing;

/// <summary>Puts parser events together to a tree with a stack of its own, so that depth is bounded here and not by the process's stack.</summary>
internal sealed class TreeBuilder
{
    /// <summary>Deepest nesting that is read. A configuration needs five.</summary>
    public const int MaxDepth = 64;

    private readonly Stack<Level> open = new();

    public ConfigNode? Root { get; private set; }

    public bool IsTooDeep => open.Count >= MaxDepth;

    /// <summary>The next scalar is a key.</summary>
    public bool ExpectsKey => open.TryPeek(out var level) && level is { IsMap: true, Key: null };

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
