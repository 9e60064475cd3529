using System.Text.Json.Nodes;
using EmbSync.Core.Configuration.Parsing;
using EmbSync.Core.Model;

namespace EmbSync.Core.Configuration.Definition;

/// <summary>A code of what can be wrong with an item.</summary>
internal sealed class ProblemCodeKind : ScalarKind<string>
{
    public override string Expected => "a code of a blocked item or a warning, such as EMB1105";

    public override JsonNode ToJson(string value) => JsonValue.Create(value);

    protected override JsonObject OwnSchema() =>
        new() { ["enum"] = new JsonArray([.. ProblemCodes.Acceptable.Select(code => JsonValue.Create(code))]) };

    protected override bool TryParse(ScalarNode scalar, out string value, out string? hint)
    {
        value = scalar.Text;
        hint = ProblemCodes.Acceptable.Contains(value) ? null : Guess.DidYouMean(value, ProblemCodes.Acceptable);
        return ProblemCodes.Acceptable.Contains(value);
    }
}
