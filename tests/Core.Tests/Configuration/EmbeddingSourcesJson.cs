using EmbSync.Core.Configuration;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Configuration;

/// <summary>The form of embedding-sources.json is a configuration as it is.</summary>
public sealed class EmbeddingSourcesJson
{
    private const string Example = """
        {
          "version": "1.0",
          "models": { "large": "text-embedding-3-large", "small": "text-embedding-3-small" },
          "batchSize": 50,
          "sources": [
            { "name": "options", "table": "config_option", "column": "value", "enabled": true },
            { "name": "names", "table": "public.config_option", "column": "name" },
            { "name": "old", "table": "gone", "column": "gone", "enabled": false }
          ]
        }
        """;

    [Fact]
    public void Gives_a_space_for_each_model_and_a_source_for_each_enabled_column()
    {
        var config = Load(Example);

        config.Embeddings.Spaces.ShouldBe([new("large", "text-embedding-3-large", 3072), new("small", "text-embedding-3-small", 1536)]);
        (config.Embeddings.Provider, config.Embeddings.BatchSize, config.Embeddings.ApiKey!.Origin).ShouldBe(
            ("openai", 50, "env:OPENAI_API_KEY"));
        (config.Store.Backend, config.Store.Url!.Origin).ShouldBe((StoreBackend.Postgres, "env:DATABASE_URL"));
        config.Sources.Cast<ColumnSourceConfig>().Select(source => (source.Name, source.Table, source.Column)).ShouldBe(
            [("options", "config_option", "value"), ("names", "public.config_option", "name")]);
    }

    [Fact]
    public void Is_checked_like_any_other_with_line_and_column()
    {
        using var folder = Folder(Example.Replace("\"batchSize\": 50", "\"batchSize\": 5000, \"modles\": {}", StringComparison.Ordinal)
            .Replace("\"column\": \"name\"", "\"colum\": \"name\"", StringComparison.Ordinal));

        Approval.Verify(folder.Errors(file: Path.Combine(folder.Root, "embedding-sources.json")));
    }

    private static EmbSyncConfig Load(string json)
    {
        using var folder = Folder(json);
        return folder.Load(file: Path.Combine(folder.Root, "embedding-sources.json"));
    }

    private static ConfigFolder Folder(string json)
    {
        var folder = new ConfigFolder().With(("DATABASE_URL", "postgresql://localhost/x"), ("OPENAI_API_KEY", "sk-of-a-test"));
        folder.Write("embedding-sources.json", json);
        return folder;
    }
}
