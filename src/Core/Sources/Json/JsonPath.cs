using System.Text.Json;
using System.Text.Json.Nodes;
using EmbSync.Core.Model;

namespace EmbSync.Core.Sources.Json;

/// <summary>
/// A path of members, <c>author.login</c>. Where a list is on the way it means that of each element: <c>labels.name</c>. A member whose own
/// name has dots is found
/// as well, since the longest name that an object has goes first: <c>fields.System.Title</c>; in double quotes a name is taken as it
/// stands, <c>fields."System.Title"</c>.
/// </summary>
internal sealed class JsonPath
{
    private readonly string _path;
    private readonly List<(string Name, bool IsQuoted)> _names;

    /// <summary>
    /// At each place the names that may be meant from there on, the longest first, with the number of parts each is made of.
    /// </summary>
    private readonly List<(string Name, int Parts)[]> _from;

    /// <exception cref="UsageException">A quote isn't closed, or something stands beside it.</exception>
    public JsonPath(string path)
    {
        _path = path;
        _names = Parse(path);
        _from = [.. Enumerable.Range(0, _names.Count).Select(at => Enumerable.Range(1, _names.Count - at).Reverse()
            .Where(parts => parts == 1 || !_names.Skip(at).Take(parts).Any(name => name.IsQuoted))
            .Select(parts => (string.Join('.', _names.Skip(at).Take(parts).Select(name => name.Name)), parts)).ToArray())];
    }

    /// <summary>Whether any object had it, or might have had it.</summary>
    public bool WasFound { get; private set; }

    /// <summary>As metadata is named by it: without quotes.</summary>
    public string Name => string.Join('.', _names.Select(name => name.Name));

    public override string ToString() => _path;

    /// <summary>What it leads to: one value, several where a list was on the way, or none.</summary>
    public IReadOnlyList<JsonElement> Find(JsonElement item, out bool isList)
    {
        var walk = new Walk(this);
        walk.From(item, 0);
        isList = walk.IsList;
        return walk.Found;
    }

    /// <summary>As text: strings as they are, lists a line each; null where there is nothing.</summary>
    public string? TextOf(JsonElement item)
    {
        var texts = Find(item, out _).SelectMany(
            element => element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().AsEnumerable() : [element])
            .Where(element => element.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
            .Select(element => element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText()).ToList();
        return texts.Count == 0 ? null : string.Join('\n', texts);
    }

    public JsonNode? NodeOf(JsonElement item)
    {
        var found = Find(item, out var isList);
        return isList ? new JsonArray([.. found.Select(CanonicalJson.Node)]) : found.Count == 0 ? null : CanonicalJson.Node(found[0]);
    }

    private static List<(string Name, bool IsQuoted)> Parse(string path)
    {
        var names = new List<(string, bool)>();
        for (var at = 0; ;)
        {
            var isQuoted = at < path.Length && path[at] == '"';
            var end = isQuoted ? path.IndexOf('"', at + 1) : path.IndexOf('.', at) is >= 0 and var dot ? dot : path.Length;
            if (end < 0 || (isQuoted && end + 1 < path.Length && path[end + 1] != '.'))
            {
                throw new UsageException($"'{path}' names no JSON member: a quote is open, or something stands beside it. Write such as fields.\"System.Title\"");
            }

            names.Add(isQuoted ? (path[(at + 1)..end], true) : (path[at..end], false));
            at = isQuoted ? end + 1 : end;
            if (at >= path.Length)
            {
                return names;
            }

            at++;
        }
    }

    /// <summary>One look at one object.</summary>
    private sealed class Walk(JsonPath path)
    {
        public List<JsonElement> Found { get; } = [];

        public bool IsList { get; private set; }

        public void From(JsonElement element, int at)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Array:
                    IsList = true;

                    // An empty list or a null on the way says nothing about what would be behind it.
                    path.WasFound |= element.GetArrayLength() == 0;
                    foreach (var one in element.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.Object))
                    {
                        Into(one, at);
                    }

                    break;
                case JsonValueKind.Object:
                    Into(element, at);
                    break;
                case JsonValueKind.Null:
                    path.WasFound = true;
                    break;
            }
        }

        private void Into(JsonElement element, int at)
        {
            foreach (var (name, parts) in path._from[at])
            {
                if (!element.TryGetProperty(name, out var value))
                {
                    continue;
                }

                var before = Found.Count;
                if (at + parts == path._names.Count)
                {
                    path.WasFound = true;
                    Found.Add(value);
                    return;
                }

                From(value, at + parts);
                if (Found.Count > before)
                {
                    return;
                }
            }
        }
    }
}
