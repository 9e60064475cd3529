using System.Text.RegularExpressions;
using EmbSync.Core.Configuration;

namespace EmbSync.Core.Providers.OpenAi;

/// <summary>
/// Says what a refusal means, to what and what to do next. The server's own message is never passed on as it is: it may hold a part of the
/// key
/// or the text. Its words go along redacted, for where the same ones come for different texts.
/// </summary>
internal sealed partial class OpenAiErrors(OpenAiEndpoint endpoint, EmbeddingsConfig config)
{
    private const int MostWords = 240;

    private readonly Redactor _redactor = new(Redactor.SecretsOf(config));

    /// <param name="redirect">Where a redirect points; null for none.</param>
    public EmbeddingRequestException Read(
        int status, ErrorBody body, Sent sent, TimeSpan? retryAfter, RateNotice? rate, string? redirect = null)
    {
        var refusal = RefusalReader.Read(status, body, sent);
        var code = body.Codes.FirstOrDefault(code => PlainCode().IsMatch(code));
        var what = $"{endpoint.Name} answered HTTP {status}{(code is null ? "" : $" ({code})")}";
        var wait = RateHeaders.Duration(body.RetryDelay) is { } asked && asked > (retryAfter ?? TimeSpan.Zero) ? asked : retryAfter;
        return new(FaultOf(refusal), $"{what}: {Words(refusal, sent, status, redirect)}")
        {
            Refusal = refusal,
            RetryAfter = wait,
            Rate = rate,
            ServersWords = ServersWords(body),
        };
    }

    private static RequestFault FaultOf(Refusal refusal) => refusal.Kind switch
    {
        RefusalKind.Fields => RequestFault.ShapeRefused,
        RefusalKind.TextTooLong or RefusalKind.Text => RequestFault.TextRefused,
        RefusalKind.Unclear => RequestFault.Unclear,
        RefusalKind.TooManyInputs => RequestFault.TooManyInputs,
        RefusalKind.TooManyTokens or RefusalKind.TooLarge => RequestFault.TooManyTokens,
        RefusalKind.RateLimited => RequestFault.RateLimited,
        RefusalKind.Trouble => RequestFault.Transient,
        _ => RequestFault.Refused,
    };

    private string Words(Refusal refusal, Sent sent, int status, string? redirect)
    {
        var model = config.Model;
        return refusal.Kind switch
        {
            RefusalKind.Key => $"the key is refused. {endpoint.KeyHint}.",
            RefusalKind.Permission => $"the key may not use {model}. {endpoint.KeyHint}, or check its permissions and embeddings.model.",
            RefusalKind.Quota => status == 402 ? "the account can't pay. Add credit to it, then run again to go on."
            : "the quota is used up. Add credit or raise the account's limit, then run again to go on.",
            RefusalKind.Model when endpoint.NamesDeployments =>
            "no such deployment there. Check the path of embeddings.baseUrl, or embeddings.model where the path names none.",
            RefusalKind.Model => $"no model {model} there{(status == 404 ? ", or no such address" : "")}. Check embeddings.model{(status == 404 ? " and embeddings.baseUrl" : "")}{(endpoint.IsOllama ? $", or run 'ollama pull {model}'" : "")}.",
            RefusalKind.NotFound =>
            $"no model {model} there, or no such address. Check embeddings.model and embeddings.baseUrl{endpoint.AddressHint}.",
            RefusalKind.Address => $"no embeddings API at this address. Check embeddings.baseUrl{endpoint.AddressHint}.",
            RefusalKind.Redirect => redirect is null
                ? "it points to another address and names none. Check embeddings.baseUrl."
                : $"it points to {redirect}, which was not followed: texts and key go nowhere that the configuration doesn't name. If that is right, set embeddings.baseUrl to it.",
            RefusalKind.Unsuited => $"it makes no embeddings with {model} as it runs. Choose an embedding model, or start the server for embeddings (llama.cpp: --embeddings --pooling mean).",
            RefusalKind.Fields => FieldWords(refusal, sent),
            RefusalKind.Missing => MissingWords(refusal),
            RefusalKind.TextTooLong => "the text is too long for the model. Lower chunk.maxTokens of its source, or shorten the text.",
            RefusalKind.Text => "the text is refused. Shorten or change it.",
            RefusalKind.TooManyInputs =>
            refusal.Limit is { } inputs ? $"more than {inputs} texts a request." : "too many texts for one request.",
            RefusalKind.TooManyTokens => "too many tokens for one request. Shorten the text.",
            RefusalKind.TooLarge => "too much for one request. Shorten the text.",
            RefusalKind.RateLimited => "too many requests. Lower embeddings.concurrency or raise embeddings.batch.sleepMs.",
            RefusalKind.Trouble => status < 400 ? "an error in place of vectors." : "the server has trouble.",
            _ => "the text is refused, or the request's form. Shorten or change the text; docs/endpoints.md says what servers take (embeddings.request).",
        };
    }

    private string FieldWords(Refusal refusal, Sent sent)
    {
        var words = new List<string>();
        foreach (var field in refusal.Fields)
        {
            words.Add(field switch
            {
                RequestShape.Dimensions when refusal.IsOfValue || config.Request.NamesDimension is null =>
                    $"{config.Model} does not make vectors of dimension {config.Dimension}. Check embeddings.dimension and embeddings.model.",
                RequestShape.Dimensions => "it doesn't take the field 'dimensions', which embeddings.request.dimensions: send asks for. Take that setting out, or write omit.",
                RequestShape.EncodingFormat when sent.Shape.Encoding == VectorEncoding.Base64
                && config.Request.Encoding == VectorEncoding.Base64 =>
                    "it doesn't send vectors as base64, which embeddings.request.encoding asks for. Take that setting out, or write float.",
                RequestShape.EncodingFormat => "it doesn't take the field 'encoding_format'. Take embeddings.request.encoding out.",
                _ => $"it doesn't take the field '{field}' or its value, which embeddings.request.extra sends. Change it, or take it out.",
            });
        }

        return string.Join(" ", words);
    }

    private static string MissingWords(Refusal refusal)
    {
        var field = PlainField().IsMatch(refusal.Fields[0]) ? refusal.Fields[0] : "a field";
        return field == "input_type"
            ? "it wants the field 'input_type'. Set embeddings.request.extra: { input_type: { document: passage, query: query } }; Cohere's values are search_document and search_query, Voyage's document and query."
            : $"it wants the field '{field}'. Set embeddings.request.extra: {{ {field}: ... }}, or {{ {field}: {{ document: ..., query: ... }} }} where it depends on what is embedded.";
    }

    /// <returns>One line; null where there are none.</returns>
    private string? ServersWords(ErrorBody body)
    {
        var words = Space().Replace(_redactor.Redact(body.Text), " ").Trim();
        return words.Length == 0 ? null : words.Length <= MostWords ? words : words[..MostWords] + "…";
    }

    /// <summary>Only what looks like a code is printed: letters and underscores, which no key is made of.</summary>
    [GeneratedRegex("^[A-Za-z_]{1,40}$")]
    private static partial Regex PlainCode();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_]{0,39}$")]
    private static partial Regex PlainField();

    [GeneratedRegex(@"[\s\p{C}]+")]
    private static partial Regex Space();
}
