using System.Text.RegularExpressions;

namespace EmbSync.Core.Providers.OpenAi;

/// <summary>
/// Wordings of servers, lower and upper case alike. Each alternative is one that a server was seen to write, or a plain sibling of it.
/// </summary>
internal static partial class RefusalReader
{
    private const RegexOptions Words = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    private const string WrongKey = @"(invalid|not (be )?(valid|found|authori[sz]ed)|incorrect|missing|expired|revoked|required|wrong|unknown|malformed|disabled|leaked|denied|\bno\b|provide|suspended|refused)";

    [GeneratedRegex(WrongKey + @"\b.{0,60}\bapi[ _-]?keys?\b|\bapi[ _-]?keys?\b.{0,60}\b" + WrongKey + @"|authorization header|\bunauthori[sz]ed\b|authentication (failed|error|required)|invalid (access|api|auth\w*|bearer) ?token|missing (access|api|auth\w*|bearer) ?token|incorrect credentials", Words)]
    private static partial Regex KeyWords();

    [GeneratedRegex(@"insufficient[ _](quota|balance|credits?|funds)|(credit|account) balance|not enough (credits?|balance)|good standing|payment (is )?required|exceeded your (monthly|spending|usage) (limit|cap|quota)", Words)]
    private static partial Regex QuotaWords();

    [GeneratedRegex(@"models?\b.{0,120}\b(not found|does ?n[o']t exist|not exist|is not available|not (been )?deployed|is not supported|no longer (available|supported)|has been (retired|deprecated))|"
        + @"(unknown|invalid|unsupported|unavailable|no such|no available channel for|could not (find|load)|failed to load) (embedding )?model|no models? (loaded|found)|model is not embedding|deployment\b.{0,60}\b(not (be )?found|does not exist)|try pulling it", Words | RegexOptions.Singleline)]
    private static partial Regex ModelWords();

    // llama.cpp and Ollama (501), llama.cpp without pooling (400), vLLM and others with a model that chats.
    [GeneratedRegex(@"(server|model|endpoint|provider)\b.{0,80}does(n't| not) support (the )?embeddings?|start it with|pooling type|not an embedding model|does not work with the specified model|embeddings? (api |endpoint )?(is|are) not (supported|enabled)|only supports? (chat|generat)", Words)]
    private static partial Regex UnsuitedWords();

    // Ollama: unsupported value: NaN; embedding contains NaN or Inf values.
    [GeneratedRegex(@"\bNaN\b|not finite|non-finite", Words)]
    private static partial Regex NoNumberWords();

    // LM Studio answers 200 with it.
    [GeneratedRegex(@"unexpected endpoint|unknown (endpoint|url|path|route)|invalid url|no route matched|resource not found|api[- ]version", Words)]
    private static partial Regex AddressWords();

    [GeneratedRegex(@"matryoshka|\bdimensions?\b|output[ _]dimension|embedding[ _]size", Words)]
    private static partial Regex DimensionWords();

    [GeneratedRegex(@"encoding[ _]format|\bbase64\b", Words)]
    private static partial Regex EncodingWords();

    [GeneratedRegex(@"(\bnot|n't|\bno|cannot) ?.{0,40}\b(support|allow|permit|recogni[sz]e|know|expect|accept|implement|available|valid|specif)|unsupported|unknown|unexpected|unrecogni[sz]ed|invalid|forbidden|extra (inputs?|fields?)|"
        + @"must be|should be|should have|only supports?|only accepts?|one of|no such|lead to poor|greater than|less than|at (most|least)|exceeds?|smaller than|mismatch", Words | RegexOptions.Singleline)]
    private static partial Regex RefusalWords();

    [GeneratedRegex(@"unsupported|unknown|unexpected|unrecogni[sz]ed|not (currently )?(supported|permitted|allowed|recogni[sz]ed|accepted)|does(n't| not) support (specifying|the|parameters?|setting)|no such|extra (inputs?|fields?)", Words)]
    private static partial Regex UnknownFieldWords();

    // NIM: 'input_type' parameter is required for asymmetric models. Cohere: valid input_type must be provided.
    [GeneratedRegex(@"(?<![\w.])['""`]?(?<name>[a-z]\w*_\w+|task|truncate|truncation|user|prompt)['""`]? (\w+ )?(is|are) (a )?required|(valid|missing|requires?|required|specify|provide)( a| an| the)?( required| valid)?( (parameter|field|argument|property|key))?:? ['""`]?(?<name>[a-z]\w*_\w+)['""`]?|['""`](?<name>[a-z]\w*)['""`] must be (provided|specified|set)", Words)]
    private static partial Regex MissingWords();

    // OpenAI, vLLM, llama.cpp, Ollama, TEI, Mistral, NIM, Gemini, Voyage, Jina, Bedrock.
    [GeneratedRegex(@"maximum (context|input) length|context[ _](length|size|window)|too large to process|must have less than \d+ (tokens|characters)|exceed\w* (the )?max(imum)?( \w+){0,4} \d+ tokens|has \d+ tokens|input length \d* ?exceeds|input (is )?too long|text (is )?too long|prompt (is )?too long|"
        + @"(string|text|input|prompt|sequence|document)s?\b.{0,40}\b(too (long|large)|at most \d+ (characters|tokens)|longer than|exceeds the (maximum|max|limit|model))|string_too_long|too many input tokens|token limit|input token count|exceeds? (the )?(model'?s? )?(maximum|max) (number of )?(input )?(tokens|characters|length)", Words)]
    private static partial Regex TooLongWords();

    // OpenAI: Requested N tokens, max M tokens per request. Mistral: Too many tokens in batch. Max is M got N; Too many tokens overall.
    // Voyage: The max allowed tokens per submitted batch is M.
    [GeneratedRegex(@"max(imum)? (of )?(?<limit>[\d,]+) tokens per (request|batch)|tokens? (allowed )?per (submitted )?(request|batch)( is (?<limit>[\d,]+))?|too many tokens (in (the )?(batch|request)|overall)(.{0,10}max(imum)? is (?<limit>[\d,]+))?|"
        + @"total (number of )?tokens\b.{0,60}\b(exceed|more than|at most|limit)", Words)]
    private static partial Regex TokensWords();

    [GeneratedRegex(@"request too large|tokens must be reduced|limit[ :]+(?<limit>[\d,]+),? requested", Words)]
    private static partial Regex RequestTooLargeWords();

    // Azure of old, TEI, Gemini, Cohere, Mistral, DashScope, Jina, infinity, LiteLLM.
    [GeneratedRegex(@"max(imum)? (number of|allowed)? ?(inputs?|texts?|items?|documents?|batch size)( is|:| of)? (?<limit>\d+)|batch size \d+ > maximum allowed batch size (?<limit>\d+)|at most (?<limit>\d+) (\w+ )?(requests?|inputs?|items?|texts?|documents?|elements|sentences)|"
        + @"(number of|total) (texts|inputs|items|documents)\b.{0,40}\b(at most|exceeds?|larger than|more than|must be less than( or equal to)?|maximum( of)?)\D{0,20}(?<limit>\d+)|batch size\b.{0,60}\b(larger than|greater than|at most|exceeds?( the)?( maximum| max| limit)?( of)?|limit( is)?( of)?|maximum( is)?( of)?|max( is)?( of)?)\D{0,12}(?<limit>\d+)|"
        + @"maximum of (?<limit>\d+) (inputs?|items?|texts?|documents?|requests?)|up to (?<limit>\d+) (inputs?|items?|texts?|documents?)|too many (inputs|texts|items|documents|requests in)|array (is )?too long|list should have at most|batch (is )?too (large|big)", Words | RegexOptions.Singleline)]
    private static partial Regex InputsWords();

    // "Try reducing batch size", of servers out of memory; llama.cpp's physical batch size is of one text, and was looked for before.
    [GeneratedRegex(@"batch[ _]size|out of memory", Words)]
    private static partial Regex BatchWords();

    // Titan through a gateway; Vertex; servers that take no list.
    [GeneratedRegex(@"only (support|accept|take|allow)s?( a| one)? ?single (string|input|text)|(support|accept|take|allow)s? only (a |one )?single|only include a single|only one (input|text|string)|one (input|text) (per|at a time)|batch(ing|es)?( \w+)? (is|are) not supported|does not support batch|input (must|should) be a (single )?string|input should be a valid string", Words)]
    private static partial Regex OneInputWords();

    [GeneratedRegex(@"(request|body|payload|entity|content)( \w+)? (is )?(too (large|big|long)|size exceeds)|exceeds the (limit|maximum)( size)?|(too|so) (large|big) (a |for )", Words)]
    private static partial Regex TooLargeWords();

    // Input id 1 has 9000 tokens (Mistral); input[3]; Invalid 'input[3]'.
    [GeneratedRegex(@"\binput id (?<index>\d+)|\b(inputs?|texts?)\[(?<index>\d+)\]|\b(input|text) (at )?index (?<index>\d+)|\binput\.(?<index>\d+)\b", Words)]
    private static partial Regex TextIndex();

    [GeneratedRegex(@"at most (?<limit>\d+)|max(imum)?\w*( \w+){0,3}[ :=]+(?<limit>\d+)", Words)]
    private static partial Regex MaxWords();

    [GeneratedRegex(@"content[ _](filter|policy|management)|safety|harm|(input|text|string)s?\b.{0,40}\b(empty|blank|invalid characters?|not valid utf)|non-empty|min_length|at least 1 character", Words)]
    private static partial Regex TextWords();
}
