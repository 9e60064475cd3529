using System.Globalization;
using System.Text.RegularExpressions;
using EmbSync.Core.Configuration;

namespace EmbSync.Core.Providers.OpenAi;

/// <summary>
/// Decides from status, body and what was sent what a refusal means. Codes and places are believed before words, and words about fields
/// before words about texts: a text is blamed last. docs/endpoints.md names where the wordings come from.
/// </summary>
internal static partial class RefusalReader
{
    private static readonly string[] QuotaCodes = ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active",
        "access_terminated", "arrearage", "insufficient_balance", "insufficient_credits"];
    private static readonly string[] KeyCodes = ["invalid_api_key", "api_key_invalid", "authentication_error", "invalid_authentication",
        "unauthenticated", "invalid_subscription_key"];
    private static readonly string[] ModelCodes = ["model_not_found", "invalid_model", "deploymentnotfound", "model_not_exist",
        "unknown_model", "invalidmodelid"];
    private static readonly string[] UnknownFieldCodes = ["extra_forbidden", "value_error.extra", "unknown_field", "unknown_parameter",
        "unsupported_parameter", "unrecognized_parameter", "unexpected_parameter", "unexpected_keyword_argument"];
    private static readonly string[] MissingCodes = ["missing", "value_error.missing", "missing_required_parameter", "missing_parameter",
        "required"];
    private static readonly string[] TokensCodes = ["max_tokens_per_request"];
    private static readonly string[] InputsCodes = ["array_above_max_length", "too_long", "value_error.list.max_items", "batch_too_large"];

    /// <param name="status">Of the answer; one of 200 that holds an error counts as what the error's own code says.</param>
    public static Refusal Read(int status, ErrorBody body, Sent sent)
    {
        var text = body.Text;
        if (status is >= 300 and < 400)
        {
            return Refusal.Of(RefusalKind.Redirect);
        }

        if (status == 402 || body.Has(QuotaCodes))
        {
            return Refusal.Of(RefusalKind.Quota);
        }

        if (status is 401 or 407)
        {
            return Refusal.Of(RefusalKind.Key);
        }

        if (status == 429)
        {
            // OpenAI: a request that is larger than a minute's tokens never gets through.
            return RequestTooLargeWords().IsMatch(text)
                ? new(RefusalKind.TooManyTokens, [], LimitIn(RequestTooLargeWords(), text))
                : Refusal.Of(RefusalKind.RateLimited);
        }

        if (status == 403)
        {
            return Refusal.Of(QuotaWords().IsMatch(text) ? RefusalKind.Quota : RefusalKind.Permission);
        }

        if (Fields(body, sent) is { } fields)
        {
            return fields;
        }

        if (body.Has(KeyCodes) || KeyWords().IsMatch(text))
        {
            return Refusal.Of(RefusalKind.Key);
        }

        if (QuotaWords().IsMatch(text))
        {
            return Refusal.Of(RefusalKind.Quota);
        }

        if (Size(body, text) is { } size)
        {
            return size;
        }

        if (body.Has(ModelCodes) || body.Complaints.Any(complaint => complaint.Path is [.., "model"])
            || (ModelWords().IsMatch(text) && (status < 500 || !text.Contains("available", StringComparison.OrdinalIgnoreCase)
                || text.Contains("channel", StringComparison.OrdinalIgnoreCase))))
        {
            return Refusal.Of(RefusalKind.Model);
        }

        if (UnsuitedWords().IsMatch(text))
        {
            return Refusal.Of(RefusalKind.Unsuited);
        }

        // Of one text's vector, whose server doesn't know how to write it.
        if (NoNumberWords().IsMatch(text))
        {
            return Refusal.Of(RefusalKind.Text);
        }

        return status switch
        {
            404 or 410 => Refusal.Of(RefusalKind.NotFound),
            405 or 406 or 415 or 421 or 426 => Refusal.Of(RefusalKind.Address),
            413 => Refusal.Of(RefusalKind.TooLarge),
            _ when AddressWords().IsMatch(text) => Refusal.Of(RefusalKind.Address),
            408 or 409 or 424 or 425 or >= 500 => Refusal.Of(RefusalKind.Trouble),
            < 400 => Refusal.Of(RefusalKind.Trouble),
            400 or 422 => TextWords().IsMatch(text) ? Refusal.Of(RefusalKind.Text) : Refusal.Of(RefusalKind.Unclear),
            _ => Refusal.Of(RefusalKind.Unclear),
        };
    }

    /// <summary>Fields that are refused or wanted; null where the words are about something else.</summary>
    private static Refusal? Fields(ErrorBody body, Sent sent)
    {
        var names = new List<string>();
        if (sent.Shape.NamesDimension)
        {
            names.Add(RequestShape.Dimensions);
        }

        if (sent.Shape.Encoding != VectorEncoding.Unsaid)
        {
            names.Add(RequestShape.EncodingFormat);
        }

        names.AddRange(sent.Extra);
        var refused = new List<string>();
        var isOfValue = false;
        var missing = new List<string>();
        foreach (var complaint in body.Complaints)
        {
            var place = complaint.Path.LastOrDefault(part => !int.TryParse(part, CultureInfo.InvariantCulture, out _));
            var isOfKey = KeyWords().IsMatch(complaint.Message);
            var isMissing = complaint.Has(MissingCodes);
            if (isMissing && !isOfKey && place is not null and not ("body" or "input" or "model"))
            {
                missing.Add(place);
            }
            else if (complaint.Path.FirstOrDefault(names.Contains) is { } at)
            {
                refused.Add(at);
                isOfValue |= !complaint.Has(UnknownFieldCodes) && !UnknownFieldWords().IsMatch(complaint.Message);
            }
            else if (names.Where(name => Mentions(complaint.Message, name, sent)).ToList() is
                { Count: > 0 } mentioned && complaint.Path.Count == 0)
            {
                refused.AddRange(mentioned);
                isOfValue |= !UnknownFieldWords().IsMatch(complaint.Message);
            }
            else if (!isOfKey && MissingWords().Match(complaint.Message) is { Success: true } match
                && match.Groups["name"].Value is var wanted and not ("input" or "model" or "inputs" or "texts") && !names.Contains(wanted))
            {
                missing.Add(wanted);
            }
        }

        return missing.Count > 0 ? new(RefusalKind.Missing, [.. missing.Distinct()])
            : refused.Count > 0 ? new(RefusalKind.Fields, [.. refused.Distinct()]) { IsOfValue = isOfValue }
            : null;
    }

    /// <summary>The words name the field, and refuse.</summary>
    private static bool Mentions(string message, string name, Sent sent)
    {
        var isNamed = name switch
        {
            RequestShape.Dimensions => DimensionWords().IsMatch(message),
            RequestShape.EncodingFormat => EncodingWords().IsMatch(message),
            _ => message.Contains(name, StringComparison.Ordinal) && IsWord(message, name),
        };
        return isNamed && (RefusalWords().IsMatch(message)
            || (sent.Shape.Encoding == VectorEncoding.Base64 && name == RequestShape.EncodingFormat));
    }

    private static bool IsWord(string message, string name)
    {
        var start = message.IndexOf(name, StringComparison.Ordinal);
        var end = start + name.Length;
        return (start == 0 || !IsNameCharacter(message[start - 1])) && (end == message.Length || !IsNameCharacter(message[end]));
    }

    private static bool IsNameCharacter(char letter) => char.IsLetterOrDigit(letter) || letter == '_';

    private static Refusal? Size(ErrorBody body, string text)
    {
        var index = body.Complaints.Select(complaint => complaint.Path).Select(IndexIn).FirstOrDefault(found => found is not null)
            ?? (TextIndex().Match(text) is { Success: true } named ? Number(named.Groups["index"]) : null);
        if (TokensWords().IsMatch(text))
        {
            return new(RefusalKind.TooManyTokens, [], LimitIn(TokensWords(), text));
        }

        if (InputsWords().IsMatch(text) || body.Complaints.Any(complaint => complaint.Has(InputsCodes) && IndexIn(complaint.Path) is null))
        {
            return new(RefusalKind.TooManyInputs, [], LimitIn(InputsWords(), text) ?? LimitIn(MaxWords(), text));
        }

        if (TooLongWords().IsMatch(text))
        {
            return new(RefusalKind.TextTooLong, [], TextIndex: index);
        }

        if (OneInputWords().IsMatch(text))
        {
            return new(RefusalKind.TooManyInputs, [], 1);
        }

        if (BatchWords().IsMatch(text))
        {
            return Refusal.Of(RefusalKind.TooManyInputs);
        }

        if (body.Has(TokensCodes))
        {
            return Refusal.Of(RefusalKind.TooManyTokens);
        }

        // A text that is refused by its place, whatever for: empty, no text, too long in words nobody knows.
        return index is not null ? new(RefusalKind.Text, [], TextIndex: index)
            : TooLargeWords().IsMatch(text) ? Refusal.Of(RefusalKind.TooLarge)
            : null;
    }

    private static int? LimitIn(Regex words, string text) =>
        words.Matches(text).Select(match => Number(match.Groups["limit"])).FirstOrDefault(limit => limit is not null);

    // body, input, 3; input, list[str], 3.
    private static int? IndexIn(IReadOnlyList<string> path)
    {
        var input = path.ToList().FindIndex(part => part is "input" or "inputs" or "texts");
        return input < 0 ? null
            : path.Skip(input + 1).Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : (int?)null).FirstOrDefault(number => number is not null);
    }

    private static int? Number(Group group) =>
        group.Success && int.TryParse(group.Value.Replace(",", "", StringComparison.Ordinal), NumberStyles.None,
            CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : group.Success && group.Value == "0" ? 0 : null;
}
