using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Faults;

/// <summary>Something a provider does, how the run that meets it ends, and the setting or code that it must name.</summary>
/// <param name="Lasting">Until the provider is mended; else it passes by itself.</param>
internal sealed record ProviderFault(string Name, int ExitCode, string Says, bool Lasting, Action<FakeEmbeddingServer> Begin)
{
    public static readonly IReadOnlyList<ProviderFault> All =
    [
        Once("429 with Retry-After in seconds", Fault.RateLimited(TimeSpan.FromSeconds(1))),
        Once("429 with Retry-After as a date", Fault.RateLimitedUntil(TimeSpan.FromSeconds(1))),
        Once("429 with retry-after-ms", Fault.RateLimitedMs(TimeSpan.FromMilliseconds(50))),
        Once("429 without a time", Fault.RateLimited()),
        Always("insufficient_quota", 6, "quota", Fault.Quota()),
        new("insufficient_quota midway", 6, "quota", true, server => Every(server, (request, seen) => seen > 1 ? Fault.Quota() : null)),
        Always("401", 6, "OPENAI_API_KEY", Fault.Status(401, "invalid_api_key", $"Incorrect API key provided: {FaultWorld.Key}")),
        Always("403", 6, "OPENAI_API_KEY", Fault.Status(403)),
        Always("404", 6, "embeddings.model", Fault.Status(404, "model_not_found")),
        new("input too long", 3, "EMB1201", true, server => server.MaxInputTokens = 19),
        new("more tokens than a request may have", 0, "", false, server => server.MaxTokens = 30),
        new("more inputs than a request may have", 0, "", false, server => server.MaxInputs = 1),
        Once("500", Fault.Status(500)),
        Once("503", Fault.Status(503)),
        Once("reset", Fault.Reset()),
        Once("truncated answer", Fault.Truncate()),
        Once("half of an answer", Fault.HalfJson()),
        Once("HTML", Fault.Html()),
        Once("empty answer", Fault.Empty()),
        Always("HTML for every request", 1, "embeddings.baseUrl", Fault.Html()),
        Always("another model named in the answer", 1, "other-model", Fault.OtherModel()),
        new("one poisonous text", 3, "EMB1201", true, server => server.RefuseTextsContaining("number 2")),
        Always("no usage", 0, "bill unknown", Fault.NoUsage()),
        Always("429 that asks for a day", 1, "embeddings.retry.seconds", Fault.RateLimited(TimeSpan.FromDays(2))),
        Always("429 without end", 1, "Trying again did not help", Fault.RateLimited(), "1"),
        Always("no answer", 1, "within 1 s", Fault.Hang(), "1"),
        Always("a byte at a time", 1, "within 1 s", Fault.Trickle(), "1"),
        Always("500 without end", 1, "Trying again did not help", Fault.Status(500), "1"),
        Always("reset without end", 1, "Trying again did not help", Fault.Reset(), "1"),
    ];

    /// <summary>Seconds for a try, and for a request with all of its tries; null for the defaults.</summary>
    public string? Patience { get; private init; }

    public static ProviderFault Of(string name) => All.Single(fault => fault.Name == name);

    /// <summary>The provider is well again.</summary>
    public static void Mend(FakeEmbeddingServer server)
    {
        server.Decide = _ => null;
        server.MaxInputTokens = 8192;
        (server.MaxInputs, server.MaxTokens) = (2048, 300_000);
    }

    private static ProviderFault Once(string name, Fault fault) => new(name, 0, "", false, server => server.Next(fault));

    private static ProviderFault Always(string name, int exitCode, string says, Fault fault, string? patience = null) =>
        new(name, exitCode, says, true, server => Every(server, (_, _) => fault)) { Patience = patience };

    private static void Every(FakeEmbeddingServer server, Func<FakeEmbeddingRequest, int, Fault?> fault)
    {
        var seen = 0;
        server.Decide = request => fault(request, Interlocked.Increment(ref seen));
    }
}
