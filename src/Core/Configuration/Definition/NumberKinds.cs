using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EmbSync.Core.Configuration.Parsing;

namespace EmbSync.Core.Configuration.Definition;

/// <summary>A whole number within bounds, both allowed.</summary>
internal sealed class WholeKind(long min, long max) : ScalarKind<long>
{
    public override string Expected => min == max
        ? min.ToString(CultureInfo.InvariantCulture)
        : max == long.MaxValue
        ? string.Create(CultureInfo.InvariantCulture, $"a whole number, {min} or more")
        : string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}");

    public override JsonNode ToJson(long value) => JsonValue.Create(value);

    protected override JsonObject OwnSchema()
    {
        var schema = new JsonObject { ["type"] = "integer", ["minimum"] = min };
        if (max != long.MaxValue)
        {
            schema["maximum"] = max;
        }

        return schema;
    }

    protected override bool TryParse(ScalarNode scalar, out long value, out string? hint)
    {
        var isNumber = long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        hint = Numbers.HintFor(scalar, isNumber);
        return isNumber && hint is null && value >= min && value <= max;
    }
}

/// <summary>An amount that is not negative.</summary>
internal sealed class AmountKind : ScalarKind<decimal>
{
    public override string Expected => "a number, 0 or more";

    public override JsonNode ToJson(decimal value) => JsonValue.Create(value);

    protected override JsonObject OwnSchema() => new() { ["type"] = "number", ["minimum"] = 0 };

    protected override bool TryParse(ScalarNode scalar, out decimal value, out string? hint)
    {
        var isNumber = decimal.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
        hint = Numbers.HintFor(scalar, isNumber);
        return isNumber && hint is null && value >= 0;
    }
}

internal sealed class BooleanKind : ScalarKind<bool>
{
    public override string Expected => "true or false";

    public override JsonNode ToJson(bool value) => JsonValue.Create(value);

    protected override JsonObject OwnSchema() => new() { ["type"] = "boolean" };

    protected override bool TryParse(ScalarNode scalar, out bool value, out string? hint)
    {
        var isBoolean = bool.TryParse(scalar.Text, out value);
        hint = isBoolean && scalar.Form == ScalarForm.Text ? "remove the quotes"
            : scalar.Text is "yes" or "on" or "no" or "off" ? $"write {(scalar.Text is "yes" or "on" ? "true" : "false")}"
            : null;
        return isBoolean && hint is null;
    }
}

/// <summary>Bytes, as a number or with KB, MB or GB (1,024 of the smaller one each).</summary>
internal sealed partial class ByteSizeKind : ScalarKind<long>
{
    public override string Expected => "a size such as 5MB, 512KB or a number of bytes";

    public override JsonNode ToJson(long value) => JsonValue.Create(value);

    protected override JsonObject OwnSchema() => new()
    {
        ["type"] = new JsonArray("integer", "string"),
        ["minimum"] = 1,
        ["pattern"] = "^[0-9]{1,12} ?([KMG]?B)?$",
    };

    protected override bool TryParse(ScalarNode scalar, out long value, out string? hint)
    {
        (value, hint) = (0, null);
        var match = Size().Match(scalar.Text);
        if (!match.Success)
        {
            return false;
        }

        var unit = match.Groups["unit"].Value switch { "KB" => 1024L, "MB" => 1024L * 1024, "GB" => 1024L * 1024 * 1024, _ => 1 };
        var count = long.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture);
        value = count > long.MaxValue / unit ? 0 : count * unit;
        return value > 0;
    }

    [GeneratedRegex(@"\A(?<count>[0-9]{1,12}) ?(?<unit>[KMG]?B)?\z")]
    private static partial Regex Size();
}

/// <summary>How much a run may delete: a share, a number, or the larger of both.</summary>
internal sealed partial class DeleteLimitKind : ScalarKind<DeleteLimit>
{
    public override string Expected => "a share such as 20%, a number of items, or both as '20% or 10' (the larger counts)";

    public override JsonNode ToJson(DeleteLimit value)
    {
        var share = value.Share is { } part ? string.Create(CultureInfo.InvariantCulture, $"{(decimal)part * 100:0.####}%") : null;
        var count = value.Count?.ToString(CultureInfo.InvariantCulture);
        return share is null ? JsonValue.Create(value.Count ?? 0) : JsonValue.Create(count is null ? share : $"{share} or {count}");
    }

    protected override JsonObject OwnSchema() => new()
    {
        ["type"] = new JsonArray("integer", "string"),
        ["minimum"] = 0,
        ["pattern"] = @"^[0-9]{1,9}$|^[0-9]{1,3}(\.[0-9]{1,4})? ?%( or [0-9]{1,9})?$",
    };

    protected override bool TryParse(ScalarNode scalar, out DeleteLimit value, out string? hint)
    {
        var match = Limit().Match(scalar.Text);
        double? share = match.Groups["share"].Success
            ? (double)(decimal.Parse(match.Groups["share"].Value, CultureInfo.InvariantCulture) / 100) : null;
        int? count = match.Groups["count"].Success ? int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture) : null;
        value = new(share, count);
        hint = match.Success && share > 1 ? "a share ends at 100%" : null;
        return match.Success && hint is null;
    }

    [GeneratedRegex(@"\A((?<share>[0-9]{1,3}(\.[0-9]{1,4})?) ?%( or (?<count>[0-9]{1,9}))?|(?<count>[0-9]{1,9}))\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Limit();
}

/// <summary>A number of items, or <c>never</c> (0) or <c>always</c> (no bound).</summary>
internal sealed class ItemBoundKind : ScalarKind<int>
{
    private const string Never = "never";
    private const string Always = "always";

    public override string Expected => "a number of items, never or always";

    public override JsonNode ToJson(int value) => value switch
    {
        0 => JsonValue.Create(Never),
        int.MaxValue => JsonValue.Create(Always),
        _ => JsonValue.Create(value),
    };

    protected override JsonObject OwnSchema() => new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["type"] = "integer", ["minimum"] = 0 }, new JsonObject { ["enum"] = new JsonArray(Never, Always) }),
    };

    protected override bool TryParse(ScalarNode scalar, out int value, out string? hint)
    {
        hint = null;
        if (scalar.Text is Never or Always)
        {
            value = scalar.Text == Never ? 0 : int.MaxValue;
            return true;
        }

        var isNumber = int.TryParse(scalar.Text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        hint = isNumber ? Numbers.HintFor(scalar, isNumber) : scalar.Form == ScalarForm.Text
            ? Guess.DidYouMean(scalar.Text, [Never, Always]) : null;
        return isNumber && hint is null;
    }
}

internal static class Numbers
{
    /// <summary>A number in quotes is text; everywhere but in flags and the environment, which know no types.</summary>
    public static string? HintFor(ScalarNode scalar, bool isNumber) =>
        isNumber && scalar.Form == ScalarForm.Text ? "remove the quotes" : null;
}
