using System.Runtime.CompilerServices;
using EmbSync.Core.Configuration;
using EmbSync.Core.Git;
using EmbSync.Core.Jobs;
using EmbSync.Core.Jobs.Search;
using EmbSync.Core.Jobs.Sync;
using EmbSync.Core.Model;
using EmbSync.Core.Tests.Sync;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Embedding.Local;

/// <summary>The whole path with the model inside the tool.</summary>
public sealed class SyncWithTheLocalModel : IDisposable
{
    private readonly TempRepository _repository = TempRepository.Create();

    [Fact]
    public async Task Embeds_everything_once()
    {
        Write();
        using var world = World(LocalSettings.Bundled);
        var first = await world.SyncAsync();
        (first.ExitCode, first.Report.Chunks.Embedded, first.Report.Requests, first.Report.Cost.Actual).ShouldBe((ExitCode.Done, 3, 0, 0m));
        var second = await world.SyncAsync();
        (second.ExitCode, second.Report.Chunks.Embedded, second.Report.Items.Unchanged).ShouldBe((ExitCode.Done, 0, 3));
        (await world.StatusAsync()).Spaces.Single().Model.ShouldBe("all-MiniLM-L6-v2");
    }

    [Fact]
    public async Task Says_how_long_it_takes()
    {
        _repository.Write("tasks/long.md", string.Join("\n\n", Enumerable.Range(0, 600).Select(
            i => $"Paragraph {i} of a long task says something that no other paragraph says, {i * i}.")));
        using var world = World(LocalSettings.Bundled);
        var plan = await world.DryRunAsync();
        plan.Cost.Estimated.ShouldBe(0m);
        plan.Seconds.ShouldBe(Math.Round(plan.Tokens.Estimated / (8000.0 * Math.Min(2, Environment.ProcessorCount)), 1));
        plan.Seconds.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Takes_batches_as_the_flags_say()
    {
        Write();
        using var world = World(LocalSettings.Bundled with { BatchSize = 1 });
        (await world.SyncAsync(new() { MaxBatches = 2 })).Report.Chunks.Embedded.ShouldBe(2);
    }

    /// <summary>A change of model makes a generation of its own; until it is whole, searches go on in the one before.</summary>
    [Fact]
    public async Task Never_mixes_models()
    {
        Write();
        using var lexical = World(SyncWorld.Lexical);
        await lexical.SyncAsync();
        using var local = World(LocalSettings.Bundled);
        (await SearchAsync(local, "accumulator")).Model.ShouldBe("lexical-v1");
        (await local.SyncAsync()).Report.Chunks.Embedded.ShouldBe(3);
        var found = await SearchAsync(local, "accumulator of my automobile is empty");
        (found.Model, found.Results[0].Path).ShouldBe(("all-MiniLM-L6-v2", "tasks/car.md"));

        // Back under the other configuration, the vectors in use are still compared with their own model's.
        (await SearchAsync(lexical, "accumulator of my automobile is empty")).Results[0].Path.ShouldBe("tasks/car.md");
    }

    /// <summary>Pages that say in short what others say: they would be right answers as well.</summary>
    private static readonly string[] Overviews =
    [
        "docs/index.md", "docs/architecture.md", "docs/commands.md", "docs/models.md", "docs/operations.md", "docs/schema.md",
            "docs/spending.md",
    ];

    /// <summary>Questions that hardly share a word with their answer, over this repository's own documents.</summary>
    [Fact]
    public async Task Finds_what_is_meant()
    {
        (string Question, string Path)[] judged =
        [
            ("third-party libraries that are used", "docs/dependencies.md"),
            ("warnings while compiling a .NET solution", "docs/msbuild.md"),
            ("run it every night in the cloud", "docs/ci.md"),
            ("measured speed and memory use", "docs/benchmarks.md"),
            ("do something automatically before I push commits", "docs/hooks.md"),
            ("what is wrong with my Postgres server", "docs/doctor.md"),
            ("read rows out of a relational database", "docs/sources.md"),
            ("broken input and how the program reacts to it", "docs/faults.md"),
            ("show findings in a web page for my colleagues", "docs/reports.md"),
            ("switch to a different neural network", "tasks/reembed.md"),
        ];
        var config = ConfigLoader.Default(Root(), null);
        config = config with
        {
            Store = config.Store with { Path = Path.Combine(_repository.Path, "index.db") },
            Embeddings = LocalSettings.Bundled,
            Sources = [new MarkdownSourceConfig(
            "docs", 0, ["docs/*.md", "tasks/*.md"], Overviews, null, ["title"], [], "doc", ChunkConfig.Default, false)],
        };
        await using var workspace = Workspace.Open(config, GitRepository.Discover(Root()), TimeProvider.System);
        (await new SyncEngine(workspace, TimeProvider.System).RunAsync(new(), new(null, null), new Progress<SyncProgress>(), default))
            .ExitCode.ShouldBe(ExitCode.Done);
        var missed = new List<string>();
        foreach (var (question, path) in judged)
        {
            var found = await new SearchEngine(workspace).SearchAsync(new(question, 3, null, null, [], null), default);
            if (found.Results.All(result => result.Path != path))
            {
                missed.Add($"{question}: {path} is not among {string.Join(", ", found.Results.Select(result => result.Path))}");
            }
        }

        missed.ShouldBeEmpty();
    }

    public void Dispose() => _repository.Dispose();

    private SyncWorld World(EmbeddingsConfig embeddings) => SyncWorld.Sqlite(_repository, embeddings);

    private static async Task<SearchReport> SearchAsync(SyncWorld world, string text)
    {
        await using var workspace = world.Open();
        return await new SearchEngine(workspace).SearchAsync(new(text, 3, null, null, [], null), default);
    }

    private void Write()
    {
        _repository.Write("tasks/car.md", "# Car\n\nIt would not start because its battery was flat.\n");
        _repository.Write("tasks/bread.md", "# Bread\n\nKnead the dough and let it rise for two hours.\n");
        _repository.Write("tasks/tax.md", "# Tax\n\nThe declaration has to be sent before the end of May.\n");
        _repository.Commit();
    }

    private static string Root([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../../.."));
}
