using System.Runtime.CompilerServices;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Providers;
using EmbSync.Core.Providers.OpenAi;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Embedding;

/// <summary>Governor, provider and a fake server over real HTTP, with a fast clock unless a test says otherwise.</summary>
internal sealed class GovernedServer : IAsyncDisposable
{
    public const string Model = "text-embedding-3-small";
    public const int Dimension = 8;

    private int _pulled;
    private int _answered;
    private bool _shared;
    private readonly NoticeList _notices = new();

    private GovernedServer(FakeEmbeddingServer server, TimeProvider clock, EmbeddingsConfig config, GovernorOptions options)
    {
        Server = server;
        Clock = clock;
        Config = config;
        Provider = OpenAiProvider.Create(config, clock, TimeSpan.FromMinutes(1), _notices);
        Governor = new(Provider, options, clock, notices: _notices);
    }

    public FakeEmbeddingServer Server { get; }

    public TimeProvider Clock { get; }

    public EmbeddingsConfig Config { get; }

    public IEmbeddingProvider Provider { get; }

    public RequestGovernor Governor { get; }

    /// <summary>What was said of the server.</summary>
    public IReadOnlyList<string> Notices => [.. _notices.All];

    /// <summary>What came, failures included.</summary>
    public List<EmbedAnswer> Answers { get; } = [];

    public IEnumerable<EmbedResult> Results => Answers.SelectMany(answer => answer.Results);

    public IEnumerable<EmbedResult> Failures => Results.Where(result => result.Failure is not null);

    /// <summary>Most inputs that were taken and not yet answered, seen when one was taken.</summary>
    public int MaxInFlight { get; private set; }

    public int Pulled => Volatile.Read(ref _pulled);

    // Far above any request's real duration, in the fast clock's time: only tests of time-outs lower it.
    public static GovernorOptions Options(int batchSize = 16, int concurrency = 2) =>
        new(batchSize, concurrency, 0, null, TimeSpan.FromHours(12), TimeSpan.FromHours(12), 1);

    public static async Task<GovernedServer> StartAsync(
        GovernorOptions? options = null, TimeProvider? clock = null, Func<EmbeddingsConfig, EmbeddingsConfig>? configure = null,
        Action<FakeEmbeddingServer>? prepare = null)
    {
        var server = await FakeEmbeddingServer.StartAsync();
        prepare?.Invoke(server);
        var config = ConfigFor(server.BaseUrl);
        return new(server, clock ?? new FastClock(), configure?.Invoke(config) ?? config, options ?? Options());
    }

    /// <summary>On a server that several runs share; they end with it.</summary>
    public static GovernedServer On(FakeEmbeddingServer server, GovernorOptions options) =>
        new(server, new FastClock(), ConfigFor(server.BaseUrl), options) { _shared = true };

    public static EmbeddingsConfig ConfigFor(Uri? baseUrl) => new(
        AutoIndex.OnCreate, "openai", baseUrl, null, Model, Dimension, 16, 0, 2, new Dictionary<string, decimal>(), [], false,
        RolePrefixes.None);

    public static IReadOnlyList<EmbedInput> Inputs(int count, string stem = "text") =>
        [.. Enumerable.Range(0, count).Select(number => Input($"{stem} {number}"))];

    public static EmbedInput Input(string text) => new(ContentHash.Of(text), text, FakeEmbeddingRequest.TokensOf(text));

    /// <summary>Runs all inputs; answers are collected as they come, also when it throws.</summary>
    public async Task RunAsync(
        IEnumerable<EmbedInput> inputs, Func<EmbedAnswer, Task>? consume = null, CancellationToken cancellationToken = default)
    {
        await foreach (var answer in Governor.EmbedAsync(Stream(inputs, CancellationToken.None), cancellationToken))
        {
            Answers.Add(answer);
            Interlocked.Add(ref _answered, answer.Results.Count);
            if (consume is not null)
            {
                await consume(answer);
            }
        }
    }

    /// <summary>Every input was answered exactly once, with its own text's vector or with one of the failures that were expected.</summary>
    public void ShouldHaveAnswered(IEnumerable<EmbedInput> inputs, params IEnumerable<string> failed)
    {
        Results.Select(result => result.Input.Text).Order().ShouldBe(inputs.Select(input => input.Text).Order());
        Failures.Select(result => result.Input.Text).Order().ShouldBe(failed.Order());
        ShouldBeAligned();
    }

    public void ShouldBeAligned()
    {
        foreach (var result in Results.Where(result => result.Failure is null))
        {
            result.Vector.ToArray().ShouldBe(
                FakeEmbeddingServer.VectorFor(Config.Model, Config.Dimension, result.Input.Text), result.Input.Text);
        }
    }

    public void ShouldHaveBoughtOnce() => Server.BoughtTwice.ShouldBeEmpty();

    public async ValueTask DisposeAsync()
    {
        Provider.Dispose();
        if (!_shared)
        {
            await Server.DisposeAsync();
        }
    }

    private async IAsyncEnumerable<EmbedInput> Stream(
        IEnumerable<EmbedInput> inputs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var input in inputs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var pulled = Interlocked.Increment(ref _pulled);
            MaxInFlight = Math.Max(MaxInFlight, pulled - Volatile.Read(ref _answered));
            if (pulled % 7 == 0)
            {
                await Task.Yield();
            }

            yield return input;
        }
    }

    private sealed class NoticeList : IProgress<string>
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> All { get; } = new();

        public void Report(string value) => All.Enqueue(value);
    }
}
