using System.Text.Json;
using System.Text.Json.Nodes;
using EmbSync.Core.Configuration.Parsing;

namespace EmbSync.Core.Configuration.Definition;

/// <summary>
/// Fields of a request's body: any JSON. A map of nothing but <c>document</c> and <c>query</c> gives the value by what is embedded; a role
/// that
/// it leaves out goes without the field.
/// </summary>
internal sealed class ExtraFieldsKind : ValueKind<IReadOnlyList<ExtraField>>
{
    private const string Document = "document";
    private const string Query = "query";

    // What embsync writes itself, and the setting that says how.
    private static readonly Dictionary<string, string> Own = new(StringComparer.OrdinalIgnoreCase)
    {
        ["model"] = "embeddings.model",
        ["input"] = "the texts",
        ["dimensions"] = "embeddings.dimension, and embeddings.request.dimensions: omit leaves it out",
        ["encoding_format"] = "embeddings.request.encoding",
    };

    public override string Expected => "a map of fields, each with a value or with { document: ..., query: ... }";

    public override JsonObject Schema() => new() { ["type"] = "object" };

    public override JsonNode ToJson(IReadOnlyList<ExtraField> value) =>
        new JsonObject(value.Select(field => KeyValuePair.Create(field.Name, Written(field))));

    public override bool TryRead(ConfigNode node, ValueReading reading, out IReadOnlyList<ExtraField> value)
    {
        value = [];
        if (node is not MapNode map)
        {
            reading.Report(node, $"{reading.Subject} must be {Expected}, not {Quoting.Describe(node)}");
            return false;
        }

        var read = new List<ExtraField>();
        var isGood = true;
        foreach (var entry in map.Entries)
        {
            var inside = reading with { Subject = $"{reading.Subject}.{Quoting.Quote(entry.Key.Text).Trim('\'')}" };
            if (Own.TryGetValue(entry.Key.Text, out var setting))
            {
                reading.Report(entry.Key, $"{inside.Subject}: embsync writes that field itself ({setting}): take it out");
                isGood = false;
            }
            else if (read.Exists(field => field.Name == entry.Key.Text))
            {
                reading.Report(entry.Key, $"{Quoting.Quote(entry.Key.Text)} stands here twice");
                isGood = false;
            }
            else if (TryReadField(entry, inside, out var field))
            {
                read.Add(field);
            }
            else
            {
                isGood = false;
            }
        }

        // Their order changes no vector, so it must change no fingerprint.
        value = [.. read.OrderBy(field => field.Name, StringComparer.Ordinal)];
        return isGood;
    }

    private static bool TryReadField(MapEntry entry, ValueReading reading, out ExtraField field)
    {
        var json = new ExtraJson(entry.Key.Text, reading);
        if (entry.Value is MapNode { Entries.Count: > 0 } roles && roles.Entries.All(role => role.Key.Text is Document or Query))
        {
            foreach (var again in roles.Entries.GroupBy(role => role.Key.Text).SelectMany(group => group.Skip(1)))
            {
                reading.Report(again.Key, $"{Quoting.Quote(again.Key.Text)} stands here twice");
                json.IsGood = false;
            }

            field = new(entry.Key.Text, json.Of(roles.Find(Document)), json.Of(roles.Find(Query)));
        }
        else
        {
            var both = json.Of(entry.Value);
            field = new(entry.Key.Text, both, both);
        }

        field = field with { Secrets = json.Secrets };
        return json.IsGood;
    }

    // What came from the environment is named, not shown.
    private static JsonNode? Written(ExtraField field) =>
        field.Secrets.Count > 0 ? JsonValue.Create(string.Join(", ", field.Secrets.Select(secret => secret.ToString())))
        : !field.HasRoles ? Parsed(field.Document)
        : new JsonObject(new[] { (Document, field.Document), (Query, field.Query) }
            .Where(role => role.Item2 is not null).Select(role => KeyValuePair.Create(role.Item1, Parsed(role.Item2))));

    private static JsonNode? Parsed(string? json) => json is null ? null : JsonNode.Parse(json);

    /// <summary>Nodes as JSON. What can't be one is reported, and so is what looks like a key.</summary>
    private sealed class ExtraJson(string name, ValueReading reading)
    {
        private readonly List<Secret> _secrets = [];

        public bool IsGood { get; set; } = true;

        public IReadOnlyList<Secret> Secrets => _secrets;

        public string? Of(ConfigNode? node) => node is null ? null : Node(node, name)?.ToJsonString() ?? "null";

        private JsonNode? Node(ConfigNode node, string key)
        {
            switch (node)
            {
                case MapNode map:
                    var inner = new JsonObject();
                    foreach (var entry in map.Entries)
                    {
                        inner[entry.Key.Text] = Node(entry.Value, entry.Key.Text);
                    }

                    return inner;
                case ListNode list:
                    return new JsonArray([.. list.Items.Select(item => Node(item, key))]);
                default:
                    return Scalar((ScalarNode)node, key);
            }
        }

        private JsonNode? Scalar(ScalarNode scalar, string key)
        {
            if (EnvironmentReference.NameIn(scalar.Text) is { } variable)
            {
                return FromEnvironment(scalar, variable);
            }

            if (SecretLook.IsSecret(key, scalar.Text))
            {
                Report(scalar, $"{reading.Subject} is written out and looks like a key, and keys never stand in files: put it into an environment variable and write env:NAME");
                return null;
            }

            return scalar.Form switch
            {
                ScalarForm.Nothing => null,
                ScalarForm.Boolean => JsonValue.Create(bool.Parse(scalar.Text)),
                ScalarForm.Number => Number(scalar.Text),
                _ => JsonValue.Create(scalar.Text),
            };
        }

        private JsonValue? FromEnvironment(ScalarNode scalar, string variable)
        {
            if (!EnvironmentReference.IsName(variable))
            {
                Report(scalar, $"{reading.Subject}: {Quoting.Quote(variable)} can't be the name of an environment variable: write env:NAME");
                return null;
            }

            if (reading.Environment is null)
            {
                IsGood = false;
                return null;
            }

            if (EnvironmentReference.Value(reading.Environment, variable) is not { } found)
            {
                Report(scalar, $"{reading.Subject} is taken from the environment variable {variable}, which is not set (or empty): set it, or write a value here");
                return null;
            }

            _secrets.Add(new(found, EnvironmentReference.Prefix + variable));
            return JsonValue.Create(found);
        }

        // YAML knows more numbers than JSON (.inf, 0x1F): those go as they are written.
        private static JsonNode Number(string text)
        {
            try
            {
                return JsonNode.Parse(text) is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? value : JsonValue.Create(
                    text);
            }
            catch (JsonException)
            {
                return JsonValue.Create(text);
            }
        }

        private void Report(ConfigNode node, string message)
        {
            reading.Report(node, message);
            IsGood = false;
        }
    }
}

/// <summary>Headers of a request. A secret's value comes by <c>env:NAME</c>.</summary>
internal sealed class ExtraHeadersKind : ValueKind<IReadOnlyList<ExtraHeader>>
{
    // The connection's own, and those that say what the body is.
    private static readonly string[] Own =
        ["host", "connection", "content-length", "content-type", "content-encoding", "transfer-encoding", "te", "trailer", "upgrade",
            "expect", "accept", "accept-encoding", "keep-alive", "proxy-connection"];

    public override string Expected => "a map of names and values";

    public override JsonObject Schema() =>
        new() { ["type"] = "object", ["additionalProperties"] = new JsonObject
        { ["type"] = new JsonArray("string", "number", "boolean") } };

    public override JsonNode ToJson(IReadOnlyList<ExtraHeader> value) => new JsonObject(value.Select(header => KeyValuePair.Create(
        header.Name, (JsonNode?)JsonValue.Create(
        header.Variable is { } variable ? $"({EnvironmentReference.Prefix}{variable})" : header.Value!.Reveal()))));

    public override bool TryRead(ConfigNode node, ValueReading reading, out IReadOnlyList<ExtraHeader> value)
    {
        var read = new List<ExtraHeader>();
        value = read;
        if (node is not MapNode map)
        {
            reading.Report(node, $"{reading.Subject} must be {Expected}, not {Quoting.Describe(node)}");
            return false;
        }

        foreach (var entry in map.Entries)
        {
            var inside = reading with { Subject = $"{reading.Subject}.{Quoting.Quote(entry.Key.Text).Trim('\'')}" };
            if (Fault(entry, read) is { } fault)
            {
                reading.Report(fault.At, $"{inside.Subject}: {fault.Message}");
            }
            else
            {
                var scalar = (ScalarNode)entry.Value;
                var variable = EnvironmentReference.NameIn(scalar.Text);
                var found = variable is null ? null : reading.Environment is { } environment
                    ? EnvironmentReference.Value(environment, variable) : null;
                if (found is not null && HasControls(found))
                {
                    reading.Report(scalar, $"{inside.Subject}: the variable {variable} holds a line break or control character: set it again, without it");
                    continue;
                }

                // A variable that is not set is missed where something is sent, as the key is.
                read.Add(new(entry.Key.Text, variable is null ? new(scalar.Text, reading.Where) : found is null ? null
                    : new(found, EnvironmentReference.Prefix + variable), variable));
            }
        }

        return read.Count == map.Entries.Count;
    }

    private static (ConfigNode At, string Message)? Fault(MapEntry entry, List<ExtraHeader> read) =>
        entry.Key.Text.Length == 0 || entry.Key.Text.Any(letter => !IsTokenCharacter(letter)) ? (entry.Key, "that is no name of a header")
        : Own.Contains(entry.Key.Text, StringComparer.OrdinalIgnoreCase) ? (entry.Key, "that header is the connection's own: take it out")
        : read.Exists(header => header.Name.Equals(entry.Key.Text, StringComparison.OrdinalIgnoreCase))
            ? (entry.Key, "it stands here twice")
        : entry.Value is not ScalarNode { Form: not ScalarForm.Nothing, Text.Length: > 0 } scalar
            ? (entry.Value, "it must be text, or env:NAME")
        : EnvironmentReference.NameIn(scalar.Text) is { } variable ? EnvironmentReference.IsName(variable) ? null
            : (scalar, "what follows env: can't be the name of an environment variable")
        : SecretLook.IsSecret(entry.Key.Text, scalar.Text)
            ? (scalar, "it is written out and looks like a key, and keys never stand in files: put it into an environment variable and write env:NAME (if this file was ever shared, revoke the key)")
        : HasControls(scalar.Text) ? (scalar, "it holds a line break or control character")
        : null;

    // RFC 9110, 5.6.2.
    private static bool IsTokenCharacter(char letter) =>
        char.IsAsciiLetterOrDigit(letter) || "!#$%&'*+-.^_`|~".Contains(letter, StringComparison.Ordinal);

    private static bool HasControls(string text) =>
        text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.Contains('\x7f', StringComparison.Ordinal);
}
