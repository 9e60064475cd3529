using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Endpoints;

/// <summary>A small repository under a documented configuration, and the server that it is for.</summary>
internal sealed class EndpointWorld : IAsyncDisposable
{
    public const int Items = 5;

    private readonly TempRepository _repository;
    private string _embeddings;

    private EndpointWorld(FakeEmbeddingServer server, ServerProfile profile, TempRepository repository, string embeddings, string key)
    {
        (Server, Profile, _repository, _embeddings) = (server, profile, repository, embeddings);
        Environment = DocumentedEndpoint.Environment(embeddings, key);
        Variables = [.. Environment.Keys];
        Environment["OPENAI_API_KEY"] = key;
        Environment["HOME"] = repository.Path;
        if (profile.Name == "OpenAI")
        {
            // Its own address is not in the file.
            Environment["OPENAI_BASE_URL"] = server.BaseUrl.ToString();
        }

        Write();
    }

    public FakeEmbeddingServer Server { get; }

    public ServerProfile Profile { get; }

    public string Folder => _repository.Path;

    public Dictionary<string, string> Environment { get; }

    /// <summary>Those that the configuration names.</summary>
    public IReadOnlyList<string> Variables { get; }

    public static async Task<EndpointWorld> StartAsync(string name, Func<string, string>? edit = null, string key = ServerProfiles.Key)
    {
        var server = await FakeEmbeddingServer.StartAsync();
        server.Profile = ServerProfiles.Of(name);
        var embeddings = DocumentedEndpoint.Yaml(name, server.Origin);
        return new(server, server.Profile, TaskRepository.Create(Items - 1), edit?.Invoke(embeddings) ?? embeddings, key);
    }

    public void Edit(Func<string, string> edit)
    {
        _embeddings = edit(_embeddings);
        if (Environment.TryGetValue("OPENAI_BASE_URL", out var address))
        {
            Environment["OPENAI_BASE_URL"] = address.Replace("/v1", "/v8", StringComparison.Ordinal);
        }

        Write();
    }

    public Task<ToolRun> RunAsync(string arguments) => ToolRun.Of(Folder, arguments, Environment);

    public async ValueTask DisposeAsync()
    {
        _repository.Dispose();
        await Server.DisposeAsync();
    }

    private void Write() => _repository.Write("embsync.yaml", TaskRepository.Config + "\n" + _embeddings);
}
