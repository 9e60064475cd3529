using System.Text.Json.Nodes;
using EmbSync.Core.Reporting;

namespace EmbSync.Tool.Tests;

/// <summary>What commands print with <c>--json</c> is as its schema in the repository says, to the last member.</summary>
public sealed class JsonSchemaTests
{
    [Fact]
    public async Task Every_command_prints_what_its_schema_says()
    {
        using var repository = TaskRepository.Create();
        repository.Write("tasks/bad.md", "# Bad\n\nno \0 text\n");
        repository.Write("tasks/odd.md", "---\nid: [\n---\n# Odd\n");
        foreach (var arguments in new[]
        {
            "status", "sync --dry-run", "sync", "status --runs 3", "search token", "runs", "repair --dry-run", "repair --verify 2",
                "doctor --no-probe", "reembed --dry-run", "cache export vectors.bin", "cache import vectors.bin",
        })
        {
            var run = await ToolRun.Of(repository.Path, arguments + " --json");
            var name = arguments.Split(' ')[0];

            Faults(JsonNode.Parse(ReportSchema.Of(name))!, JsonNode.Parse(run.Out), "$").ShouldBeEmpty($"embsync {arguments} --json");
        }
    }

    [Theory]
    [InlineData("""{ "schemaVersion": "1" }""", "$.schemaVersion is no integer")]
    [InlineData("""{ "more": 1 }""", "$.more is not described")]
    [InlineData("{}", "$.runs is missing")]
    public void What_does_not_fit_is_found(string json, string fault) =>
        Faults(JsonNode.Parse(ReportSchema.Of("runs"))!, JsonNode.Parse(json), "$").ShouldContain(fault);

    /// <summary>
    /// By the keywords that our schemas use: type, properties, required and items. Members that are not described are a fault: a schema
    /// that says less than is printed is out of date.
    /// </summary>
    private static IEnumerable<string> Faults(JsonNode schema, JsonNode? value, string path)
    {
        if (schema is not JsonObject)
        {
            yield break; // true: anything
        }

        var types = schema["type"] is JsonArray several ? several.Select(one => (string)one!).ToList() : schema["type"] is { } one
            ? [(string)one!] : [];
        if (types.Count > 0 && !types.Exists(type => IsOf(type, value)))
        {
            yield return $"{path} is no {string.Join(" or ", types)}";
            yield break;
        }

        if (value is JsonArray items && schema["items"] is { } each)
        {
            foreach (var fault in items.SelectMany((item, index) => Faults(each, item, $"{path}[{index}]")))
            {
                yield return fault;
            }
        }

        if (value is not JsonObject members || schema["properties"] is not JsonObject properties)
        {
            yield break;
        }

        foreach (var fault in (schema["required"] as JsonArray ?? []).Where(name => !members.ContainsKey((string)name!)).Select(
            name => $"{path}.{name} is missing")
            .Concat(members.Where(member => !properties.ContainsKey(member.Key)).Select(member => $"{path}.{member.Key} is not described"))
            .Concat(members.Where(member => properties.ContainsKey(member.Key)).SelectMany(
                member => Faults(properties[member.Key]!, member.Value, $"{path}.{member.Key}"))))
        {
            yield return fault;
        }
    }

    private static bool IsOf(string type, JsonNode? value) => type switch
    {
        "null" => value is null,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "integer" => value is JsonValue number && number.TryGetValue<long>(out _),
        "number" => value is JsonValue number && number.TryGetValue<decimal>(out _),
        "boolean" => value is JsonValue truth && truth.TryGetValue<bool>(out _),
        "string" => value is JsonValue text && text.TryGetValue<string>(out _),
        _ => throw new NotSupportedException($"a schema uses type {type}"),
    };
}
