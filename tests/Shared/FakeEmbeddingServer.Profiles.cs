using System.Text.Json;

namespace EmbSync.Tests;

/// <summary>The servers that docs/endpoints.md has configurations for.</summary>
internal static class ServerProfiles
{
    public const string Key = "profile-key-7c1e55aa";

    private static readonly AnswerStyle Plain = AnswerStyle.OpenAi;

    public static readonly IReadOnlyList<ServerProfile> All =
    [
        new("OpenAI", "/v1/embeddings", Key, 1536, Plain)
        {
            Check = request => request.Inputs.Count > 2048
                ? Json(400, new { error = new { message = "Invalid 'input': array too long. Expected an array with maximum length 2048.", type = "invalid_request_error", param = "input", code = "array_above_max_length" } })
                : request.Dimensions > 1536 ? Json(400, new { error = new { message = $"Invalid value for 'dimensions' = {request.Dimensions}. Must be less than or equal to 1536.", type = "invalid_request_error", param = "dimensions", code = (string?)null } })
                : null,
        },
        new("Azure OpenAI", "/openai/deployments/embed/embeddings", Key, 1536, new(Model: "text-embedding-3-small"))
        {
            KeyHeader = "api-key",
            KeyRefusal = Json(401, new { error = new { code = "401", message = "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource." } }),
            PathRefusal = Json(404, new
            { error = new { code = "DeploymentNotFound", message = "The API deployment for this resource does not exist." } }),
            Check = request => request.Query.Contains("api-version=") ? null : Json(
            404, new { error = new { code = "404", message = "Resource not found" } }),
        },
        new("Ollama", "/v1/embeddings", null, 768, Plain)
        {
            PathRefusal = new(404, "404 page not found", "text/plain"),
            Check = request => request.Model is not "nomic-embed-text"
                ? Json(404, new { error = new { message = $"model \"{request.Model}\" not found, try pulling it first", type = "not_found_error", param = (string?)null, code = (string?)null } })
                : null,
        },
        new("vLLM", "/v1/embeddings", Key, 1024, Plain)
        {
            Lessons = 1,
            Says = "'dimensions'",
            KeyRefusal = Json(401, new { error = "Unauthorized" }),
            Check = request => request.Dimensions is not null
                ? Json(400, new { @object = "error", message = $"Model \"{request.Model}\" does not support matryoshka representation, changing output dimensions will lead to poor results.", type = "BadRequestError", param = (string?)null, code = 400 })
                : request.Inputs.Any(text => FakeEmbeddingRequest.TokensOf(text) > 8192)
                ? Json(400, new { @object = "error", message = "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens in the input for embedding generation. Please reduce the length of the input.", type = "BadRequestError", param = (string?)null, code = 400 })
                : null,
        },
        new("llama.cpp", "/v1/embeddings", null, 1024, new(Model: "/models/bge-m3-Q8_0.gguf"))
        {
            DimensionField = null,
            PathRefusal = Json(404, new { error = new { code = 404, message = "File Not Found", type = "not_found_error" } }),
            Check = request => request.Inputs.FirstOrDefault(text => FakeEmbeddingRequest.TokensOf(text) > 512) is { } text
                ? Json(500, new { error = new { code = 500, message = $"input ({FakeEmbeddingRequest.TokensOf(text)} tokens) is too large to process. increase the physical batch size (current batch size: 512)", type = "server_error" } })
                : null,
        },
        new("Text Embeddings Inference", "/v1/embeddings", null, 384, new(Model: "BAAI/bge-small-en-v1.5"))
        {
            MaxInputs = 32,
            PathRefusal = new(404, "", "text/plain"),
            Check = request => request.Inputs.Count > 32
                ? Json(422, new { message = $"batch size {request.Inputs.Count} > maximum allowed batch size 32", code = 422, type = "Validation" })
                : request.Dimensions > 384 ? Json(422, new { message = "`dimensions` should be smaller than the maximum embedding dimension.", code = 422, type = "Validation" })
                : request.Inputs.FirstOrDefault(text => FakeEmbeddingRequest.TokensOf(text) > 512) is { } text
                ? Json(422, new { message = $"`inputs` must have less than 512 tokens. Given: {FakeEmbeddingRequest.TokensOf(text)}", code = 422, type = "Validation" })
                : null,
        },
        new("LM Studio", "/v1/embeddings", null, 768, new(Usage: UsageStyle.Zero, HonoursBase64: false))
        {
            DimensionField = null,
            PathRefusal = new(200, """{"error":"Unexpected endpoint or method. (POST /embeddings)"}"""),
            Check = request => request.Model is not "text-embedding-nomic-embed-text-v1.5"
                ? new(400, """{"error":"No models loaded. Please load a model in the developer page or use the 'lms load' command."}""")
                : null,
        },
        new("LiteLLM", "/v1/embeddings", Key, 3072, new(Model: "gemini-embedding-001"))
        {
            Lessons = 1,
            Says = "base64",
            KeyRefusal = Json(401, new { error = new { message = "Authentication Error, Invalid proxy server token passed. Received API Key = sk-...aa55", type = "token_not_found_in_db", param = "key", code = "401" } }),
            Check = request => request.Body.ContainsKey("encoding_format")
                ? Json(400, new { error = new { message = $"litellm.UnsupportedParamsError: vertex_ai does not support parameters: {{'encoding_format': '{request.EncodingFormat}'}}, for model=gemini-embedding-001. To drop these, set `litellm.drop_params=True` or for proxy:\n\n`litellm_settings:\n drop_params: true`\n. Received Model Group={request.Model}\nAvailable Model Group Fallbacks=None", type = "None", param = "None", code = "400" } })
                : null,
        },
        new("Gemini", "/v1beta/openai/embeddings", Key, 3072, new(IndexStyle.WithoutZero, UsageStyle.None, HonoursBase64: false))
        {
            MaxInputs = 100,
            KeyRefusal = new(400, """[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]}}]"""),
            Check = request => request.Inputs.Count > 100
                ? new(400, """[{"error":{"code":400,"message":"* BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch\n","status":"INVALID_ARGUMENT"}}]""")
                : null,
        },
        new("Mistral", "/v1/embeddings", Key, 1024, Plain)
        {
            Lessons = 1,
            Says = "'dimensions'",
            MaxInputs = 512,
            KeyRefusal = Json(401, new { detail = "Unauthorized" }),
            Check = request => request.Body.ContainsKey("dimensions")
                ? Json(422, new { @object = "error", message = new { detail = new[] { new { type = "extra_forbidden", loc = new[] { "body", "dimensions" }, msg = "Extra inputs are not permitted", input = 1024 } } }, type = "invalid_request_error", param = (string?)null, code = (string?)null, raw_status_code = 422 })
                : request.Inputs.Count > 512 ? Json(400, new { @object = "error", message = "Too many inputs in request, split into more batches.", type = "invalid_request_prompt", param = (string?)null, code = "3210" })
                : null,
        },
        new("Voyage", "/v1/embeddings", Key, 2048, new(Usage: UsageStyle.TotalOnly))
        {
            DimensionField = "output_dimension",
            KeyRefusal = Json(401, new { detail = "Provided API key is invalid." }),
            Check = request => new[] { "dimensions", "user", "task" }.FirstOrDefault(request.Body.ContainsKey) is { } argument
                ? Voyage($"Argument '{argument}' is not supported by our API")
                : request.EncodingFormat is "float" ? Voyage(
                    "Value 'float' supplied for argument 'encoding_format' is not valid -- accepted values are 'base64'")
                : request.Body["input_type"]?.GetValue<string>() is not (null or "query" or "document") ? Voyage(
                    "Value supplied for argument 'input_type' is not valid -- accepted values are 'query', 'document'")
                : null,
        },
        new("Cohere", "/compatibility/v1/embeddings", Key, 1536, Plain)
        {
            MaxInputs = 96,
            KeyRefusal = Json(401, new { message = "invalid api token" }),
            Check = request => request.Body["input_type"]?.GetValue<string>() is not ("search_document" or "search_query")
                ? Json(400, new { message = "invalid request: valid input_type must be provided with the provided model" })
                : request.Inputs.Count > 96 ? Json(
                    400, new { message = $"invalid request: total number of texts must be at most 96 - received {request.Inputs.Count}" })
                : null,
        },
        new("NVIDIA NIM", "/v1/embeddings", Key, 1024, Plain)
        {
            Lessons = 1,
            Says = "'dimensions'",
            KeyRefusal = Json(401, new { status = 401, title = "Unauthorized", detail = "Authentication failed" }),
            Check = request => request.Body.ContainsKey("dimensions")
                ? Json(400, new { @object = "error", message = "Your request cannot be validated, it is incorrect. detail={'type': 'extra_forbidden', 'loc': ('body', 'dimensions'), 'msg': 'Extra inputs are not permitted', 'input': 1024}", type = "request_validation_error" })
                : request.Body["input_type"]?.GetValue<string>() is not ("query" or "passage")
                ? Json(400, new { detail = "'input_type' parameter is required for asymmetric models" })
                : null,
        },
        new("Bedrock Access Gateway", "/api/v1/embeddings", Key, 1024, new(HonoursBase64: false))
        {
            MaxInputs = 1,
            DimensionField = null,
            KeyRefusal = Json(401, new { detail = "Invalid API Key" }),
            // Titan takes one text; the gateway lets that be an error of its own.
            Check = request => request.Inputs.Count > 1 ? new(500, "Internal Server Error", "text/plain") : null,
        },
    ];

    public static ServerProfile Of(string name) => All.Single(profile => profile.Name == name);

    private static ServerRefusal Json(int status, object body) => new(status, JsonSerializer.Serialize(body));

    private static ServerRefusal Voyage(string what) =>
        Json(400, new { detail = $"The request body is not valid JSON, or some arguments were not specified properly. In particular, {what}" });
}
