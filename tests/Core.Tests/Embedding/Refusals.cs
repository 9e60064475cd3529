using System.Text;
using EmbSync.Core.Configuration;
using EmbSync.Core.Providers.OpenAi;

namespace EmbSync.Core.Tests.Embedding;

/// <summary>What refusals of servers are taken for, in their own words.</summary>
public class Refusals
{
    private static readonly string[] Texts = ["How to retry a request after the API key was refused", "dimensions of a table", "third"];

    /// <summary>A request with all that can be refused.</summary>
    private static readonly Sent Full = new(new(true, VectorEncoding.Base64), ["input_type"], 3);

    [Theory]
    // The form of the request.
    [InlineData(422, """{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","dimensions"],"msg":"Extra inputs are not permitted","input":1024}]},"type":"invalid_request_error"}""", "Fields: dimensions")]
    [InlineData(422, """{"detail":[{"type":"extra_forbidden","loc":["body","dimensions"],"msg":"Extra inputs are not permitted","input":1024,"url":"https://errors.pydantic.dev/2.5/v/extra_forbidden"}]}""", "Fields: dimensions")]
    [InlineData(422, """[{"type":"extra_forbidden","loc":["body","dimensions"],"msg":"Extra inputs are not permitted"}]""", "Fields: dimensions")]
    [InlineData(422, """{"message":"[{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"dimensions\"],\"msg\":\"Extra inputs are not permitted\"}]"}""", "Fields: dimensions")]
    [InlineData(422, """{"detail":"[{'type': 'extra_forbidden', 'loc': ('body', 'dimensions'), 'msg': 'Extra inputs are not permitted', 'input': 8}]"}""", "Fields: dimensions")]
    [InlineData(400, """{"message":"Your request cannot be validated, it is incorrect. detail={'type': 'extra_forbidden', 'loc': ('body', 'dimensions'), 'msg': 'Extra inputs are not permitted', 'input': 1024}"}""", "Fields: dimensions")]
    [InlineData(400, """{"error":{"message":"litellm.BadRequestError: MistralException - {\"object\":\"error\",\"message\":{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"dimensions\"],\"msg\":\"Extra inputs are not permitted\"}]}}. Received Model Group=m","type":null,"param":null,"code":"400"}}""", "Fields: dimensions")]
    [InlineData(400, """{"object":"error","message":"Model \"BAAI/bge-m3\" does not support matryoshka representation, changing output dimensions will lead to poor results.","type":"BadRequestError","param":null,"code":400}""", "Fields: dimensions (value)")]
    [InlineData(400, """{"object":"error","message":"dimensions is currently not supported","type":"BadRequestError","param":null,"code":400}""", "Fields: dimensions")]
    [InlineData(400, """{"error":{"message":"This model does not support specifying dimensions.","type":"invalid_request_error","param":null,"code":null}}""", "Fields: dimensions")]
    [InlineData(400, """{"error":{"message":"Unknown parameter: 'dimensions'.","type":"invalid_request_error","param":"dimensions","code":"unknown_parameter"}}""", "Fields: dimensions")]
    [InlineData(400, """{"detail":"The request body is not valid JSON, or some arguments were not specified properly. In particular, Argument 'dimensions' is not supported by our API"}""", "Fields: dimensions")]
    [InlineData(422, """{"message":"`dimensions` should be smaller than the maximum embedding dimension.","code":422,"type":"Validation"}""", "Fields: dimensions (value)")]
    [InlineData(400, """{"detail":"Invalid dimensions 8. Must be one of [256, 384, 1024, 3072]"}""", "Fields: dimensions (value)")]
    [InlineData(400, """{"error":{"message":"Invalid value for 'dimensions' = 2000. Must be less than or equal to 1536.","type":"invalid_request_error","param":null,"code":null}}""", "Fields: dimensions (value)")]
    [InlineData(500, """{"error":"json: unknown field \"dimensions\""}""", "Fields: dimensions")]
    [InlineData(400, """{"object":"error","message":"base64 encoding is not currently supported","type":"BadRequestError","param":null,"code":400}""", "Fields: encoding_format")]
    [InlineData(400, """{"error":{"message":"unsupported encoding_format: only float is supported","type":"invalid_request_error"}}""", "Fields: encoding_format")]
    [InlineData(422, """{"detail":[{"type":"literal_error","loc":["body","encoding_format"],"msg":"Input should be 'float'","input":"base64","ctx":{"expected":"'float'"}}]}""", "Fields: encoding_format (value)")]
    [InlineData(400, """{"error":{"message":"litellm.UnsupportedParamsError: gemini does not support parameters: {'encoding_format': 'base64'}, for model=text-embedding-004.","type":"None","param":"None","code":"400"}}""", "Fields: encoding_format")]
    [InlineData(400, """{"error":{"message":"litellm.UnsupportedParamsError: bedrock does not support parameters: {'dimensions': 8, 'encoding_format': 'base64'}, for model=x.","type":"None","param":"None","code":"400"}}""", "Fields: dimensions encoding_format")]
    [InlineData(422, """{"detail":[{"type":"extra_forbidden","loc":["body","input_type"],"msg":"Extra inputs are not permitted"}]}""", "Fields: input_type")]
    // What it wants.
    [InlineData(400, """{"detail":"'task' parameter is required for this model"}""", "Missing: task")]
    [InlineData(422, """{"detail":[{"type":"missing","loc":["body","input_kind"],"msg":"Field required","input":{"model":"m"}}]}""", "Missing: input_kind")]
    [InlineData(400, """{"message":"invalid request: valid embed_kind must be provided with the provided model"}""", "Missing: embed_kind")]
    // Keys, whatever the status.
    [InlineData(400, """[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}]""", "Key")]
    [InlineData(400, """{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}""", "Key")]
    [InlineData(401, "", "Key")]
    [InlineData(401, """{"error":"Unauthorized"}""", "Key")]
    [InlineData(500, """{"detail":"Invalid API key"}""", "Key")]
    [InlineData(400, """{"error":{"message":"Missing or invalid Authorization header.","code":400}}""", "Key")]
    [InlineData(403, """{"detail":"Forbidden"}""", "Permission")]
    [InlineData(403, "<html><head><title>403 Forbidden</title></head><body>nginx</body></html>", "Permission")]
    // Money.
    [InlineData(429, """{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}""", "Quota")]
    [InlineData(402, """{"error":{"message":"Insufficient credits","code":402}}""", "Quota")]
    [InlineData(403, """{"code":30001,"message":"Sorry, your account balance is insufficient","data":null}""", "Quota")]
    [InlineData(400, """{"error":{"code":"Arrearage","message":"Access denied, please make sure your account is in good standing.","type":"Arrearage"}}""", "Quota")]
    // Pace.
    [InlineData(429, """{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED"}}""", "RateLimited")]
    [InlineData(429, """{"message":"Model is overloaded","code":429,"type":"Overloaded"}""", "RateLimited")]
    [InlineData(429, """{"error":{"message":"Request too large for text-embedding-3-small in organization org-x on tokens per min (TPM): Limit 40000, Requested 120000. The input or output tokens must be reduced in order to run successfully.","type":"tokens","code":"rate_limit_exceeded"}}""", "TooManyTokens 40000")]
    // Models and addresses.
    [InlineData(404, """{"error":{"message":"model \"nomic\" not found, try pulling it first","type":"not_found_error","param":null,"code":null}}""", "Model")]
    [InlineData(404, """{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","param":null,"code":404}""", "Model")]
    [InlineData(400, """{"object":"error","message":"Invalid model: x","type":"invalid_model","param":null,"code":"1500"}""", "Model")]
    [InlineData(400, """{"detail":"Model x is not supported. Supported models are ['voyage-3', 'voyage-3-lite']."}""", "Model")]
    [InlineData(400, """{"error":"No models loaded. Please load a model in the developer page or use the 'lms load' command."}""", "Model")]
    [InlineData(400, """{"error":{"message":"/embeddings: Invalid model name passed in model=x. Call `/v1/models` to view available models for your key.","type":"None","param":"None","code":"400"}}""", "Model")]
    [InlineData(404, """[{"error":{"code":404,"message":"models/x is not found for API version v1main, or is not supported for embedContent.","status":"NOT_FOUND"}}]""", "Model")]
    [InlineData(404, """{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}""", "Model")]
    [InlineData(503, """{"error":{"message":"No available channel for model x under group default (distributor)","type":"new_api_error","param":"","code":"model_not_found"}}""", "Model")]
    [InlineData(404, "404 page not found", "NotFound")]
    [InlineData(404, "", "NotFound")]
    [InlineData(404, """{"error":{"code":"404","message":"Resource not found"}}""", "NotFound")]
    [InlineData(405, """{"detail":"Method Not Allowed"}""", "Address")]
    [InlineData(200, """{"error":"Unexpected endpoint or method. (POST /embeddings)"}""", "Address")]
    [InlineData(308, "", "Redirect")]
    [InlineData(302, "<html>Moved</html>", "Redirect")]
    [InlineData(501, """{"error":{"code":501,"message":"This server does not support embeddings. Start it with `--embeddings`","type":"not_supported_error"}}""", "Unsuited")]
    [InlineData(400, """{"error":{"code":400,"message":"Pooling type 'none' is not OAI compatible. Please use a different pooling type","type":"invalid_request_error"}}""", "Unsuited")]
    [InlineData(400, """{"error":{"code":"OperationNotSupported","message":"The embeddings operation does not work with the specified model, gpt-4o. Please choose different model and try again."}}""", "Unsuited")]
    [InlineData(400, """{"error":{"code":"unavailable_model","message":"Unavailable model: x"}}""", "Model")]
    // Size.
    [InlineData(400, """{"error":{"message":"Invalid 'input': array too long. Expected an array with maximum length 2048, but got 3000.","type":"invalid_request_error","param":"input","code":"array_above_max_length"}}""", "TooManyInputs 2048")]
    [InlineData(422, """{"message":"batch size 64 > maximum allowed batch size 32","code":422,"type":"Validation"}""", "TooManyInputs 32")]
    [InlineData(413, """{"error":"batch size 64 > maximum allowed batch size 32","error_type":"Validation"}""", "TooManyInputs 32")]
    [InlineData(400, """[{"error":{"code":400,"message":"* BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch\n","status":"INVALID_ARGUMENT"}}]""", "TooManyInputs 100")]
    [InlineData(400, """{"message":"invalid request: total number of texts must be at most 96 - received 128"}""", "TooManyInputs 96")]
    [InlineData(400, """{"object":"error","message":"Too many inputs in request, split into more batches.","type":"invalid_request_prompt","param":null,"code":"3210"}""", "TooManyInputs")]
    [InlineData(400, """{"error":{"message":"<400> InternalError.Algo.InvalidParameter: Value error, batch size is invalid, it should not be larger than 10.: input.contents","type":"InvalidParameter","param":null,"code":"InvalidParameter"}}""", "TooManyInputs 10")]
    [InlineData(400, """{"error":{"message":"Too many inputs. The max number of inputs is 16.  We hope to increase the number of inputs per request soon.","type":"invalid_request_error","param":null,"code":null}}""", "TooManyInputs 16")]
    [InlineData(422, """{"detail":[{"type":"too_long","loc":["body","input","list[str]"],"msg":"List should have at most 2048 items after validation, not 3000","ctx":{"field_type":"List","max_length":2048}},{"type":"string_type","loc":["body","input","str"],"msg":"Input should be a valid string"}]}""", "TooManyInputs 2048")]
    [InlineData(500, "Amazon Titan Embeddings models support only single strings as input.", "TooManyInputs 1")]
    [InlineData(500, """{"error":"CUDA out of memory. Try reducing batch size"}""", "TooManyInputs")]
    [InlineData(400, """{"error":{"message":"Requested 400000 tokens, max 300000 tokens per request","type":"max_tokens_per_request","param":null,"code":"max_tokens_per_request"}}""", "TooManyTokens 300000")]
    [InlineData(400, """{"object":"error","message":"Too many tokens in batch. Max is 16384 got 17555","type":"invalid_request_error"}""", "TooManyTokens 16384")]
    [InlineData(400, """{"object":"error","message":"Too many tokens overall, split into more batches.","type":"invalid_request_prompt","param":null,"code":"3210"}""", "TooManyTokens")]
    [InlineData(400, """{"detail":"Request to model 'voyage-3-large' failed. The max allowed tokens per submitted batch is 120000. Your batch has 124302 tokens after truncation. Please lower the number of tokens in the batch."}""", "TooManyTokens 120000")]
    [InlineData(413, "<html><head><title>413 Request Entity Too Large</title></head></html>", "TooLarge")]
    [InlineData(413, "", "TooLarge")]
    [InlineData(400, """[{"error":{"code":400,"message":"Request payload size exceeds the limit: 4194304 bytes.","status":"INVALID_ARGUMENT"}}]""", "TooLarge")]
    // One text.
    [InlineData(400, """{"error":{"message":"This model's maximum context length is 8192 tokens, however you requested 9001 tokens (9001 in your prompt; 0 for the completion). Please reduce your prompt.","type":"invalid_request_error"}}""", "TextTooLong")]
    [InlineData(500, """{"error":{"code":500,"message":"input (3926 tokens) is too large to process. increase the physical batch size (current batch size: 2048)","type":"server_error"}}""", "TextTooLong")]
    [InlineData(500, "input is too large", "TextTooLong")]
    [InlineData(400, """{"error":{"message":"the input length exceeds the context length","type":"invalid_request_error"}}""", "TextTooLong")]
    [InlineData(422, """{"message":"`inputs` must have less than 512 tokens. Given: 700","code":422,"type":"Validation"}""", "TextTooLong")]
    [InlineData(400, """{"object":"error","message":"Input id 2 has 9000 tokens, exceeding max 8192 tokens.","type":"invalid_request_prompt","code":"3210"}""", "TextTooLong at 2")]
    [InlineData(400, """{"detail":"Input length 548 exceeds maximum allowed token size 512"}""", "TextTooLong")]
    [InlineData(422, """{"detail":[{"type":"string_too_long","loc":["body","input","list[str]",1],"msg":"String should have at most 122880 characters","input":"aaaa"}]}""", "TextTooLong at 1")]
    [InlineData(400, """{"error":{"message":"Invalid 'input[1]': string too long.","type":"invalid_request_error","param":"input[1]","code":"string_above_max_length"}}""", "TextTooLong at 1")]
    [InlineData(400, """{"error":{"message":"'$.input' is invalid: input cannot be an empty string","type":"invalid_request_error","param":null,"code":null}}""", "Text")]
    [InlineData(400, """{"error":{"code":"content_filter","message":"The response was filtered due to the prompt triggering content management policy."}}""", "Text")]
    [InlineData(500, """{"error":{"message":"failed to encode response: json: unsupported value: NaN","type":"api_error"}}""", "Text")]
    // Trouble that may pass.
    [InlineData(424, """{"message":"Backend error","code":424,"type":"Backend"}""", "Trouble")]
    [InlineData(503, """{"error":"Model BAAI/bge-m3 is currently loading","estimated_time":20}""", "Trouble")]
    [InlineData(503, """{"error":{"message":"The model is not available right now, try later"}}""", "Trouble")]
    [InlineData(500, "", "Trouble")]
    [InlineData(502, "<html>Bad Gateway</html>", "Trouble")]
    [InlineData(200, """{"error":{"message":"Provider returned error"}}""", "Trouble")]
    [InlineData(400, """{"error":{"message":"Blocked: the prompt seems to hold an API key"}}""", "Unclear")]
    // Nothing that says anything.
    [InlineData(400, "", "Unclear")]
    [InlineData(400, """{"error":{"message":"scripted","type":"bad"}}""", "Unclear")]
    [InlineData(422, """{"detail":"参数错误"}""", "Unclear")]
    [InlineData(418, "teapot", "Unclear")]
    public void Of_status_and_body_are(int status, string body, string meaning) => Shown(status, body, Full).ShouldBe(meaning);

    [Theory]
    [InlineData("""{"error":{"message":"Cannot process: How to retry a request after the API key was refused","type":"bad"}}""")]
    [InlineData("""{"detail":[{"type":"value_error","loc":["body"],"msg":"no","input":{"input":["How to retry a request after the API key was refused"]}}]}""")]
    [InlineData("""{"error":"bad text: 'How to retry a request after the API key was..."}""")]
    [InlineData("""{"message":"unsupported: dimensions of a table"}""")]
    public void That_repeat_a_text_are_not_read_by_its_words(string body) => Shown(400, body, Full).ShouldBe("Unclear");

    [Theory]
    [InlineData(400, """{"detail":"'input_type' parameter is required for asymmetric models"}""", "Missing: input_type")]
    [InlineData(400, """{"message":"invalid request: valid input_type must be provided with the provided model"}""", "Missing: input_type")]
    [InlineData(422, """{"detail":[{"type":"missing","loc":["body","input_type"],"msg":"Field required"}]}""", "Missing: input_type")]
    // What was not sent is not what is refused.
    [InlineData(400, """{"message":"dimensions of the image are not supported"}""", "Unclear")]
    public void Of_a_plain_request_are(int status, string body, string meaning) =>
        Shown(status, body, new(new(false, VectorEncoding.Unsaid), [], 3)).ShouldBe(meaning);

    [Theory]
    [InlineData("{")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    [InlineData("\"just text\"")]
    [InlineData("null")]
    [InlineData("""{"error":null,"detail":[null,1,true,[]],"message":{}}""")]
    [InlineData("""{"error":{"message":"{\"error\":{\"message\":\"{\\\"error\\\":{\\\"message\\\":\\\"deep\\\"}}\"}}"}}""")]
    public void Of_odd_bodies_are_unclear(string body) => Shown(400, body, Full).ShouldBe("Unclear");

    [Fact]
    public void Name_the_time_to_wait_in_the_body_as_google_does() =>
        ErrorBody.Read(Encoding.UTF8.GetBytes("""{"error":{"code":429,"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.07s"}]}}"""), []).RetryDelay.ShouldBe("34.07s");

    private static string Shown(int status, string body, Sent sent)
    {
        var refusal = RefusalReader.Read(status, ErrorBody.Read(Encoding.UTF8.GetBytes(body), Texts), sent);
        return refusal.Kind + (refusal.Fields.Count > 0 ? ": " + string.Join(' ', refusal.Fields) : "")
            + (refusal.IsOfValue ? " (value)" : "")
            + (refusal.Limit is { } limit ? $" {limit}" : "") + (refusal.TextIndex is { } index ? $" at {index}" : "");
    }
}
