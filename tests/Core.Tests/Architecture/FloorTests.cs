using EmbSync.Core.Model;

namespace EmbSync.Core.Tests.Architecture;

/// <summary>
/// The engine is a house with floors: each folder of <c>src/Core</c> knows only those below it, so that whoever changes one reads what it
/// stands on
/// and nothing else.
/// </summary>
public sealed class FloorTests
{
    private const string Engine = "EmbSync.Core.";

    /// <summary>From the ground up.</summary>
    public static IReadOnlyList<string> Floors { get; } =
    [
        "Model", "Configuration", "Git", "Documents", "Providers", "Postgres", "Storage", "Sources", "Planning", "Buying", "Jobs",
            "Reporting",
    ];

    private static readonly IReadOnlyList<(string From, string To)> References =
        [.. TypeReferences.Of(typeof(ContentHash).Assembly.Location).Where(pair => IsOurs(pair.From) && IsOurs(pair.To))];

    [Fact]
    public void Every_type_stands_on_a_floor() =>
        References.SelectMany(pair => new[] { pair.From, pair.To }).Distinct().Where(type => !Floors.Contains(FloorOf(type)))
            .ShouldBeEmpty();

    [Fact]
    public void Nothing_refers_to_a_floor_above() =>
        References.Where(pair => Height(pair.To) > Height(pair.From))
            .Select(pair => $"{pair.From} -> {pair.To}").ShouldBeEmpty();

    [Fact]
    public void Jobs_form_no_cycle()
    {
        var knows = References.Where(pair => FloorOf(pair.From) == "Jobs" && FloorOf(pair.To) == "Jobs")
            .Select(pair => (From: RoomOf(pair.From), To: RoomOf(pair.To))).Where(pair => pair.From != pair.To)
            .ToLookup(pair => pair.From, pair => pair.To);
        var rooms = knows.Select(group => group.Key).ToList();
        rooms.Where(room => Reaches(knows, room, room)).ShouldBeEmpty();
    }

    [Fact]
    public void References_are_read_at_all() => References.Count.ShouldBeGreaterThan(1_000);

    private static bool Reaches(ILookup<string, string> knows, string from, string to)
    {
        var seen = new HashSet<string>();
        var open = new Stack<string>(knows[from]);
        while (open.TryPop(out var room))
        {
            if (room == to)
            {
                return true;
            }

            if (seen.Add(room))
            {
                foreach (var next in knows[room])
                {
                    open.Push(next);
                }
            }
        }

        return false;
    }

    // Code that the compiler writes of its own (regular expressions, inline arrays) lies in other namespaces.
    private static bool IsOurs(string type) => type.StartsWith(Engine, StringComparison.Ordinal);

    private static string FloorOf(string type) => type[Engine.Length..].Split('.')[0];

    private static int Height(string type) => Floors.Index().First(floor => floor.Item == FloorOf(type)).Index;

    /// <summary>A job's own folder; what lies in <c>Jobs</c> itself is shared by all.</summary>
    private static string RoomOf(string type) => type[Engine.Length..].Split('.') is [_, var room, _, ..] ? room : "";
}
