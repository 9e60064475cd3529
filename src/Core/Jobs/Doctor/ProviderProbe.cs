using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Providers;
using EmbSync.Core.Providers.OpenAi;
using EmbSync.Core.Storage.Inspection;
using Microsoft.Extensions.AI;

namespace EmbSync.Core.Jobs.Doctor;

/// <summary>What one tiny request to the provider told.</summary>
/// <param name="Milliseconds">To the whole answer; null where there was none.</param>
/// <param name="Fault">Null when the answer was usable.</param>
internal sealed record ProviderFacts(string Endpoint, string Model, int Dimension, double? Milliseconds, ProviderFault? Fault)
{
    /// <summary>What its refusals taught, and what its answer lacks; a line each.</summary>
    public IReadOnlyList<string> Learned { get; init; } = [];
}

/// <param name="Message">What happened, to what and what to do next.</param>
internal sealed record ProviderFault(FindingKind Kind, string Message);

/// <summary>Asks the provider for the embedding of one word, in each role where they differ. It costs a token or two.</summary>
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
            address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped), config.Model,
            config.Dimension, null, null);
        try
        {
            using var provider = (OpenAiProvider)OpenAiProvider.Create(config, clock, Patience);
            try
            {
                var (milliseconds, answer) = await AskAsync(provider.Documents, cancellationToken);
                if (config.Request.Extra.Any(field => field.HasRoles))
                {
                    await AskAsync(provider.Queries, cancellationToken);
                }

                return facts with
                {
                    Milliseconds = milliseconds,
                    Learned = [.. provider.Learned, .. answer.Usage is null
                    ? [$"{facts.Endpoint} says nothing of tokens: the bill of a run is unknown"] : Array.Empty<string>()],
                };
            }
            catch (EmbeddingRequestException e)
            {
                // What is asked with is one word of embsync's own: the server's words can't hold a text.
                var words = e is { Refusal: not null, ServersWords: { } said } ? $" The server says: \"{said}\"." : "";
                return facts with { Fault = new(KindOf(e), e.Message + words), Learned = provider.Learned };
            }
        }
        catch (ProviderRefusedException e)
        {
            return facts with { Fault = new(FindingKind.NoKey, e.Message) };
        }
    }

    /// <summary>Refusals that teach how to ask are followed, as a run follows them.</summary>
    private async Task<(double Milliseconds, GeneratedEmbeddings<Embedding<float>> Answer)> AskAsync(
        IEmbeddingGenerator<string, Embedding<float>> generator, CancellationToken cancellationToken)
    {
        EmbeddingGenerationOptions? form = null;
        while (true)
        {
            var begun = clock.GetTimestamp();
            try
            {
                var answer = await generator.GenerateAsync([Word], form, cancellationToken);
                return (Math.Round(clock.GetElapsedTime(begun).TotalMilliseconds, 1), answer);
            }
            catch (EmbeddingRequestException e) when (e.Fault is RequestFault.Adapted or RequestFault.AdaptedPlain)
            {
                form = e.Fault == RequestFault.AdaptedPlain ? RequestForm.Plain : null;
            }
        }
    }

    /// <summary>What is known without asking.</summary>
    public static IEnumerable<Finding> Unasked(EmbeddingsConfig config)
    {
        if (IsFor(config) && config.ApiKey is null && config.Request.Headers.All(header => header.Variable is null)
            && config.ApiKeyVariable is { } variable && (config.BaseUrl is null || !EndpointRules.IsLocal(config.BaseUrl)))
        {
            yield return Finding.Of(
                FindingKind.NoKey, variable, $"The variable {variable} is not set here; a sync would need it.", Export(variable));
        }

        foreach (var header in IsFor(config) ? config.Request.Headers.Where(header => header.Value is null) : [])
        {
            yield return Finding.Of(FindingKind.NoKey, header.Variable!,
                $"The variable {header.Variable} of the header {header.Name} is not set here; a sync would need it.", Export(
                header.Variable!));
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
            fault.Kind == FindingKind.NoKey || fault.Kind == FindingKind.KeyRefused ? Export(
                config.ApiKey?.Origin is { } origin && origin.StartsWith("env:", StringComparison.Ordinal) ? origin[4..] : variable)
            : fault.Kind == FindingKind.NoModel && isOllama ? Mend.Command($"ollama pull {StoreFindings.ShellQuoted(config.Model)}")
            : fault.Kind == FindingKind.NoModel ? Mend.Hint(
                $"Set embeddings.model to one that the server has; known ones are {ModelCatalog.Names}.")
            : fault.Kind == FindingKind.ProviderSilent && isOllama ? Mend.Command("ollama serve")
            : fault.Kind == FindingKind.ProviderSilent ? Mend.Command(
                $"curl -sS -o /dev/null -w '%{{http_code}}\\n' {StoreFindings.ShellQuoted(facts.Endpoint + "/models")}")
            : fault.Kind == FindingKind.OtherDimension ? Mend.Hint(Text.Of($"Set embeddings.dimension (now {facts.Dimension}) to what {facts.Model} makes{(ModelCatalog.Find(facts.Model) is { } known ? Text.Of($", {known.NativeDimension}") : "")}."))
            : null);
    }

    private static Mend Export(string variable) => Mend.Command($"export {variable}=...");

    private static FindingKind KindOf(EmbeddingRequestException e) => e switch
    {
        { Refusal.Kind: RefusalKind.Model or RefusalKind.NotFound or RefusalKind.Unsuited } => FindingKind.NoModel,
        { Refusal.Kind: RefusalKind.Address or RefusalKind.Redirect } => FindingKind.ProviderSilent,
        { Refusal: { Kind: RefusalKind.Fields or RefusalKind.Missing } refusal } =>
        refusal.Fields.Contains(RequestShape.Dimensions) ? FindingKind.OtherDimension : FindingKind.OtherForm,
        { Fault: RequestFault.Unclear } => FindingKind.OtherForm,
        { Fault: RequestFault.Refused } => FindingKind.KeyRefused,

        // Our own words for another model's answer.
        { Fault: RequestFault.WrongAnswer } when e.Message.Contains("answered with", StringComparison.Ordinal) => FindingKind.NoModel,
        { Fault: RequestFault.WrongAnswer } => FindingKind.OtherDimension,
        { Fault: RequestFault.Unreachable or RequestFault.TimedOut } => FindingKind.ProviderSilent,
        _ => FindingKind.ProviderFails,
    };
}
