using System.Text.Json;
using System.Text.RegularExpressions;

namespace EmbSync.Core.Embedding.OpenAi;

/// <summary>
/// Reads what an HTTP error means. The server's own message is looked at and never passed on: it may hold a part of the key or the text.
/// </summary>
internal sealed partial class OpenAiErrors(OpenAiEndpoint endpoint, string model, int dimension)
{
    private static readonly string[] QuotaCodes = ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "access_terminated"];

    public EmbeddingRequestException Read(int status, BinaryData? body, TimeSpan? retryAfter, RateNotice? rate)
    {
        var error = ErrorBody.Read(body);
        var what = $"{endpoint.Name} answered HTTP {status}{(error.Name is { } name ? $" ({name})" : "")}";
        return status switch
        {
            401 or 407 => Refused($"{what}: the key is refused. {endpoint.KeyHint}."),
            402 => Refused($"{what}: the account can't pay. Add credit to it, then run again to go on."),
            403 => Refused($"{what}: the key may not use {model}. {endpoint.KeyHint}, or check its permissions and embeddings.model."),
            404 => Refused($"{what}: no model {model} there, or no such address. Check embeddings.model and embeddings.baseUrl."),
            429 when error.Codes.Any(QuotaCodes.Contains) => Refused($"{what}: the quota is used up. Add credit or raise the account's limit, then run again to go on."),
            429 => new(RequestFault.RateLimited, $"{what}: too many requests. Lower embeddings.concurrency or raise embeddings.batch.sleepMs.") { RetryAfter = retryAfter, Rate = rate },
            408 or 409 or 425 or >= 500 => new(RequestFault.Transient, $"{what}.") { RetryAfter = retryAfter, Rate = rate },
            413 => new(RequestFault.TooManyTokens, $"{what}: too much for one request. Shorten the text."),
            400 or 422 => ReadBadRequest(what, error),
            _ => Refused($"{what}. Check embeddings.baseUrl."),
        };
    }

    private EmbeddingRequestException ReadBadRequest(string what, ErrorBody error)
    {
        if (error.Codes.Any(QuotaCodes.Contains))
        {
            return Refused($"{what}: the quota is used up. Add credit or raise the account's limit, then run again to go on.");
        }

        if (error.Codes.Contains("invalid_api_key") || KeyWords().IsMatch(error.Message))
        {
            return Refused($"{what}: the key is refused. {endpoint.KeyHint}.");
        }

        if (error.Codes.Contains("model_not_found") || error.Parameter == "model")
        {
            return Refused($"{what}: no model {model} there. Check embeddings.model.");
        }

        if (error.Parameter == "dimensions" || DimensionWords().IsMatch(error.Message))
        {
            return new(
                RequestFault.DimensionRefused,
                $"{what}: {model} does not make vectors of dimension {dimension}. Check embeddings.dimension and embeddings.model.");
        }

        if (InputLimitWords().IsMatch(error.Message) || error.Codes.Contains("array_above_max_length"))
        {
            return new(RequestFault.TooManyInputs, $"{what}: too many inputs for one request.");
        }

        return error.Codes.Contains("max_tokens_per_request") || TokenLimitWords().IsMatch(error.Message)
            ? new(RequestFault.TooManyTokens, $"{what}: too many tokens for one request. Shorten the text.")
            : new(RequestFault.TextRefused, $"{what}: the text is refused. Shorten or change it.");
    }

    private static EmbeddingRequestException Refused(string message) => new(RequestFault.Refused, message);

    [GeneratedRegex("api[ _-]?key", RegexOptions.IgnoreCase)]
    private static partial Regex KeyWords();

    [GeneratedRegex("matryoshka|dimensions?\\b.{0,40}\\b(support|invalid|allowed|unknown|unexpected|must be)|(support|unknown|unexpected|invalid)\\b.{0,60}\\bdimensions?\\b", RegexOptions.IgnoreCase)]
    private static partial Regex DimensionWords();

    // Text Embeddings Inference: "batch size 64 > maximum allowed batch size 32". OpenAI: "array too long".
    [GeneratedRegex("array too long|batch size|too many (inputs|texts|items)|(maximum|at most) \\d+ (inputs|texts|items)", RegexOptions.IgnoreCase)]
    private static partial Regex InputLimitWords();

    [GeneratedRegex("tokens? per request|request too large", RegexOptions.IgnoreCase)]
    private static partial Regex TokenLimitWords();

    /// <summary>The parts of OpenAI's error object that are looked at; empty where the body is something else.</summary>
    private sealed partial record ErrorBody(IReadOnlyList<string> Codes, string? Parameter, string Message)
    {
        private static readonly ErrorBody None = new([], null, "");

        /// <summary>Only what looks like a code is ever printed: letters and underscores, which no key is made of.</summary>
        public string? Name => Codes.FirstOrDefault(code => PlainCode().IsMatch(code));

        public static ErrorBody Read(BinaryData? body)
        {
            try
            {
                using var json = JsonDocument.Parse(body?.ToMemory() ?? default);
                if (json.RootElement.ValueKind != JsonValueKind.Object)
                {
                    return None;
                }

                var error = json.RootElement.TryGetProperty("error", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : json.RootElement;
                string?[] codes = [Text(error, "code"), Text(error, "type"), Text(error, "error_type")];
                return new(
                    [.. codes.OfType<string>()],
                    Text(error, "param"),
                    Text(error, "message") ?? Text(error, "error") ?? Text(error, "detail") ?? "");
            }
            catch (JsonException)
            {
                // A proxy's page or nothing at all: the status says enough.
                return None;
            }
        }

        private static string? Text(JsonElement error, string name) =>
            error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

        [GeneratedRegex("^[A-Za-z_]{1,40}$")]
        private static partial Regex PlainCode();
    }
}
