using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EmbSync.Core.Providers.OpenAi;

/// <summary>One thing that a server complains of.</summary>
/// <param name="Codes">Machine-readable words for it: code, type, status, reason.</param>
/// <param name="Path">Where in the request: <c>body, input, 3</c>; empty where nothing is said.</param>
internal sealed record Complaint(IReadOnlyList<string> Codes, IReadOnlyList<string> Path, string Message)
{
    /// <summary>In any case of letters.</summary>
    public bool Has(IReadOnlyList<string> codes) => Codes.Any(code => codes.Contains(code, StringComparer.OrdinalIgnoreCase));
}

/// <summary>
/// What the body of an error says, whatever its form: OpenAI's object, a text, FastAPI's list of details, an array around it, JSON or
/// Python's notation inside a message, plain text, HTML. Values of the request that a server repeats are left out.
/// </summary>
internal sealed partial record ErrorBody(IReadOnlyList<Complaint> Complaints)
{
    private const int MostDepth = 8;
    private const int MostComplaints = 50;
    private const int MostCharacters = 8_000;
    private const int ShortestText = 8;
    private const int Beginning = 40;

    private static readonly string[] CodeNames = ["code", "type", "error_type", "errorcode", "error_code", "status", "reason"];
    private static readonly string[] MessageNames = ["message", "msg", "detail", "error", "errors", "error_description", "description",
        "title", "faultstring", "details", "metadata", "raw", "innererror", "inner_error", "fault"];

    public static readonly ErrorBody Empty = new([]);

    /// <summary>How long to wait, as Google's errors say it (<c>34s</c>); null where nothing is said.</summary>
    public string? RetryDelay { get; private init; }

    public IReadOnlyList<string> Codes => [.. Complaints.SelectMany(complaint => complaint.Codes).Distinct()];

    public bool Has(IReadOnlyList<string> codes) => Complaints.Any(complaint => complaint.Has(codes));

    /// <summary>All messages, one a line.</summary>
    public string Text => string.Join(
        '\n', Complaints.Select(complaint => complaint.Message).Where(message => message.Length > 0).Distinct());

    /// <param name="texts">What was sent: where a message repeats it, its words mean nothing.</param>
    public static ErrorBody Read(ReadOnlyMemory<byte> body, IReadOnlyList<string> texts)
    {
        var found = new List<Complaint>();
        var reader = new Reader(found, texts);
        try
        {
            using var json = JsonDocument.Parse(body);
            reader.Read(json.RootElement, 0);
        }
        catch (JsonException)
        {
            reader.Say([], [], Plain(body), 0);
        }

        return new(found) { RetryDelay = reader.RetryDelay };
    }

    // A proxy's page, or an application's plain text.
    private static string Plain(ReadOnlyMemory<byte> body) =>
        Tag().Replace(Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, MostCharacters)]), " ").Trim();

    [GeneratedRegex("<(script|style)[^>]*>.*?</(script|style)>|<[^>]*>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Tag();

    // {'type': 'extra_forbidden', 'loc': ('body', 'dimensions'), 'msg': ...}: Python's own notation, which gateways put into messages.
    [GeneratedRegex(@"[{(\[]\s*'(?<name>type|loc|msg|code|param|message|detail|error)':", RegexOptions.ExplicitCapture)]
    private static partial Regex PythonNotation();

    [GeneratedRegex(@"'(?<name>type|code|param)':\s*'(?<value>[^']{1,100})'", RegexOptions.ExplicitCapture)]
    private static partial Regex PythonCode();

    [GeneratedRegex(@"'loc':\s*[(\[](?<value>[^)\]]{1,200})[)\]]", RegexOptions.ExplicitCapture)]
    private static partial Regex PythonPlace();

    private sealed class Reader(List<Complaint> found, IReadOnlyList<string> texts)
    {
        public string? RetryDelay { get; private set; }

        public void Read(JsonElement element, int depth)
        {
            if (depth > MostDepth || found.Count >= MostComplaints)
            {
                return;
            }

            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    ReadObject(element, depth);
                    break;
                case JsonValueKind.Array:
                    foreach (var item in element.EnumerateArray())
                    {
                        Read(item, depth + 1);
                    }

                    break;
                case JsonValueKind.String:
                    Say([], [], element.GetString()!, depth);
                    break;
                default:
                    break;
            }
        }

        private void ReadObject(JsonElement element, int depth)
        {
            var codes = new List<string>();
            var path = new List<string>();
            var message = "";
            foreach (var member in element.EnumerateObject())
            {
                var name = member.Name.ToLowerInvariant();
                if (name == "loc" && member.Value.ValueKind == JsonValueKind.Array)
                {
                    path.AddRange(member.Value.EnumerateArray().Select(part => part.ToString()));
                }
                else if (name is "param" or "field" or "parameter" && member.Value.ValueKind == JsonValueKind.String)
                {
                    path.AddRange(Segments(member.Value.GetString()!));
                }
                else if (name == "retrydelay" && member.Value.ValueKind == JsonValueKind.String)
                {
                    RetryDelay = member.Value.GetString();
                }
                else if (CodeNames.Contains(name) && member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                {
                    codes.Add(member.Value.ToString());
                }
                else if (MessageNames.Contains(name) && member.Value.ValueKind == JsonValueKind.String)
                {
                    message += (message.Length > 0 ? " " : "") + member.Value.GetString();
                }
                else if (MessageNames.Contains(name))
                {
                    Read(member.Value, depth + 1);
                }
            }

            if (codes.Count > 0 || path.Count > 0 || message.Length > 0)
            {
                Say(codes, path, message, depth);
            }
        }

        public void Say(IReadOnlyList<string> codes, IReadOnlyList<string> path, string message, int depth)
        {
            message = message.Length > MostCharacters ? message[..MostCharacters] : message;
            if (depth < MostDepth && Nested(message) is { } inner)
            {
                // What stands around it still counts.
                found.Add(new(codes, path, Without(message.Replace(inner.Text, " ", StringComparison.Ordinal))));
                Read(inner.Json, depth + 1);
                return;
            }

            if (PythonNotation().IsMatch(message))
            {
                codes = [.. codes, .. PythonCode().Matches(message).Where(match => match.Groups["name"].Value != "param").Select(
                    match => match.Groups["value"].Value)];
                path = [.. path, .. PythonCode().Matches(message).Where(match => match.Groups["name"].Value == "param").SelectMany(
                    match => Segments(match.Groups["value"].Value)),
                    .. PythonPlace().Matches(message).SelectMany(match => match.Groups["value"].Value.Split(','))
                    .Select(part => part.Trim().Trim('\'', '"')).Where(part => part.Length > 0)];
            }

            found.Add(new(codes, path, Without(message)));
        }

        private static (JsonElement Json, string Text)? Nested(string message)
        {
            foreach (var (open, close) in new[] { ('{', '}'), ('[', ']') })
            {
                var (from, to) = (message.IndexOf(open, StringComparison.Ordinal), message.LastIndexOf(close));
                if (from < 0 || to <= from + 1)
                {
                    continue;
                }

                var text = message[from..(to + 1)];
                try
                {
                    using var json = JsonDocument.Parse(text);
                    if (json.RootElement.ValueKind == JsonValueKind.Object || json.RootElement.EnumerateArray().Any(
                        item => item.ValueKind == JsonValueKind.Object))
                    {
                        return (json.RootElement.Clone(), text);
                    }
                }
                catch (JsonException)
                {
                    // Braces that are none of JSON's.
                }
            }

            return null;
        }

        private string Without(string message)
        {
            foreach (var text in texts.Where(text => text.Length >= ShortestText).OrderByDescending(text => text.Length))
            {
                message = message.Replace(text, "…", StringComparison.Ordinal);
                if (text.Length > Beginning && message.IndexOf(text[..Beginning], StringComparison.Ordinal) is >= 0 and var start)
                {
                    // Cut short by the server: nobody knows where it ends.
                    message = message[..start] + "…";
                }
            }

            return message;
        }

        // $.input[3], body.dimensions, input.3; LiteLLM writes None.
        private static IEnumerable<string> Segments(string path) =>
            path.Split(['.', '[', ']', '/', '$'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(
                part => part is not ("None" or "null"));
    }
}
