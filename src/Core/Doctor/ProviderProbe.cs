using EmbSync.Core.Configuration;
using EmbSync.Core.Embedding;
using EmbSync.Core.Embedding.OpenAi;
using EmbSync.Core.Model;

namespace EmbSync.Core.Doctor;

/// <summary>What one tiny request to the provider told.</summary>
/// <param name="Milliseconds">To the whole answer; null where there was none.</param>
/// <param name="Fault">Null when the answer was usable.</param>
internal sealed record ProviderFacts(string Endpoint, string Model, int Dimension, double? Milliseconds, ProviderFault? Fault);

/// <param name="Message">What happened, to what and what to do next.</param>
internal sealed record ProviderFault(FindingKind Kind, string Message);

/// <summary>Asks the provider for the embedding of one word. It costs a token.</summary>
internal sealed class ProviderProbe(EmbeddingsConfig config, TimeProvider clock)
{
    private const string Word = "ok";

    /// <summary>Longer than a local server takes to load its model.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly Uri OpenAi = new("https://api.openai.com/v1");

    /// <summary>The offline provider has nothing that could be probed.</summary>
    public static bool IsFor(EmbeddingsConfig config) => config.Provider == OpenAiProvider.ProviderName;

    public async Task<ProviderFacts> AskAsync(CancellationToken cancellationToken)
    {
        var address = config.BaseUrl ?? OpenAi;
        var facts = new ProviderFacts(
            address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped), config.Model, config.Dimension, null, null);
        try
        {
            using var provider = OpenAiProvider.Create(config, clock, Patience);
            var begun = clock.GetTimestamp();
            try
            {
                await provider.Documents.GenerateAsync([Word], cancellationToken: cancellationToken);
            }
            catch (EmbeddingRequestException e) when (e.Fault == RequestFault.Adapted)
            {
                begun = clock.GetTimestamp();
                await provider.Documents.GenerateAsync([Word], cancellationToken: cancellationToken);
            }

            return facts with { Milliseconds = Math.Round(clock.GetElapsedTime(begun).TotalMilliseconds, 1) };
        }
        catch (EmbeddingRequestException e)
        {
            return facts with { Fault = new(KindOf(e), e.Message) };
        }
        catch (ProviderRefusedException e)
        {
            return facts with { Fault = new(FindingKind.NoKey, e.Message) };
        }
    }

    /// <summary>What is known without asking.</summary>
    public static IEnumerable<Finding> Unasked(EmbeddingsConfig config)
    {
        if (IsFor(config) && config.ApiKey is null && config.ApiKeyVariable is { } variable && (config.BaseUrl is null || !EndpointRules.IsLocal(config.BaseUrl)))
        {
            yield return Finding.Of(FindingKind.NoKey, variable, $"The variable {variable} is not set here; a sync would need it.", Export(variable));
        }
    }

    public static IEnumerable<Finding> Findings(ProviderFacts facts, EmbeddingsConfig config)
    {
        if (facts.Fault is not { } fault)
        {
            yield break;
        }

        var isOllama = config.BaseUrl is { Port: 11434 };
        var variable = config.ApiKeyVariable ?? "OPENAI_API_KEY";
        yield return Finding.Of(fault.Kind, facts.Endpoint, fault.Message,
            fault.Kind == FindingKind.NoKey || fault.Kind == FindingKind.KeyRefused ? Export(config.ApiKey?.Origin is { } origin && origin.StartsWith("env:", StringComparison.Ordinal) ? origin[4..] : variable)
            : fault.Kind == FindingKind.NoModel && isOllama ? Mend.Command($"ollama pull {StoreFindings.ShellQuoted(config.Model)}")
            : fault.Kind == FindingKind.NoModel ? Mend.Hint($"Set embeddings.model to one that the server has; known ones are {ModelCatalog.Names}.")
            : fault.Kind == FindingKind.ProviderSilent && isOllama ? Mend.Command("ollama serve")
            : fault.Kind == FindingKind.ProviderSilent ? Mend.Command($"curl -sS -o /dev/null -w '%{{http_code}}\\n' {StoreFindings.ShellQuoted(facts.Endpoint + "/models")}")
            : fault.Kind == FindingKind.OtherDimension ? Mend.Hint(Text.Of($"Set embeddings.dimension (now {facts.Dimension}) to what {facts.Model} makes{(ModelCatalog.Find(facts.Model) is { } known ? Text.Of($", {known.NativeDimension}") : "")}."))
            : null);
    }

    private static Mend Export(string variable) => Mend.Command($"export {variable}=...");

    private static FindingKind KindOf(EmbeddingRequestException e) => e.Fault switch
    {
        // The status isn't kept; these are our own words for 404 and for another model's answer.
        RequestFault.Refused when e.Message.Contains(": no model ", StringComparison.Ordinal) => FindingKind.NoModel,
        RequestFault.WrongAnswer when e.Message.Contains("answered with", StringComparison.Ordinal) => FindingKind.NoModel,
        RequestFault.Refused => FindingKind.KeyRefused,
        RequestFault.DimensionRefused or RequestFault.WrongAnswer => FindingKind.OtherDimension,
        RequestFault.Unreachable or RequestFault.TimedOut => FindingKind.ProviderSilent,
        _ => FindingKind.ProviderFails,
    };
}
