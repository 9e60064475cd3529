using EmbSync.Core.Buying;
using EmbSync.Core.Configuration;
using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Git;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Providers;
using EmbSync.Core.Sources;
using EmbSync.Core.Storage;
using EmbSync.Core.Storage.Spool;

namespace EmbSync.Core.Jobs;

/// <summary>A named use of one model at one dimension.</summary>
public sealed record ConfiguredSpace(string Name, EmbeddingSignature Signature);

/// <summary>Everything that a command works on, opened from a configuration. Opening touches no network and writes nothing.</summary>
public sealed class Workspace : IAsyncDisposable
{
    /// <summary>Between two tries for a lock.</summary>
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(250);

    private readonly TimeProvider _clock;

    private Workspace(EmbSyncConfig config, GitDiscovery git, IStore store, IReadOnlyList<ISource> sources, TimeProvider clock)
    {
        (Config, Git, Store, Sources, _clock) = (config, git, store, sources, clock);
        Spaces = [.. config.Embeddings.BySpace.Select(
            space => new ConfiguredSpace(space.Space, ProviderFactory.SignatureOf(space.Config)))];
        Spool = SpoolFolder.For(config, store, clock);
    }

    public EmbSyncConfig Config { get; }

    public GitDiscovery Git { get; }

    public IStore Store { get; }

    /// <summary>Backend and place for people; a file below the root is named from there.</summary>
    public string StoreDescription => Store.Description.Replace(Config.Root + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    public IReadOnlyList<ISource> Sources { get; }

    /// <summary>What the configuration asks vectors to be, in each space; never empty.</summary>
    public IReadOnlyList<ConfiguredSpace> Spaces { get; }

    /// <summary>The space that is meant where none is named: <c>default</c>, else the first.</summary>
    public string MainSpace => Spaces.FirstOrDefault(space => space.Name == Generation.DefaultSpace)?.Name ?? Spaces[0].Name;

    /// <exception cref="UsageException">There is no such space.</exception>
    public EmbeddingSignature SignatureOf(string space) => Spaces.FirstOrDefault(one => one.Name == space)?.Signature
        ?? throw new UsageException(
            $"no space is named '{space}': {Guess.ThereIs(space, Spaces.Select(one => one.Name))} (embeddings.spaces)");

    /// <summary>What vectors of that signature cost.</summary>
    public PurchaseTerms TermsOf(EmbeddingSignature signature) => ProviderFactory.TermsOf(Config.Embeddings, signature);

    /// <summary>Where paid vectors wait for the store; null where they need not.</summary>
    public SpoolFolder? Spool { get; }

    /// <param name="git">Owned by the workspace from here on.</param>
    /// <param name="input">What one source takes instead of its files.</param>
    /// <param name="wait">See <see cref="Wait"/>.</param>
    /// <param name="building">See <see cref="Building"/>.</param>
    public static Workspace Open(
        EmbSyncConfig config, GitDiscovery git, TimeProvider clock, TimeSpan wait = default, StandardInput? input = null,
        IProgress<IndexProgress>? building = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(git);
        if (input is not null && config.Sources.FirstOrDefault(source => source.Name == input.Source) is not JsonSourceConfig)
        {
            throw new UsageException($"--stdin-source '{input.Source}': no source of type json has that name: {Guess.ThereIs(input.Source, config.Sources.OfType<JsonSourceConfig>().Select(source => source.Name))}");
        }

        var sources = config.Sources.Select(source => SourceFactory.Open(source, config, git, input)).ToList();
#pragma warning disable CA2000 // The workspace owns the store.
        return new(config, git, StoreFactory.Open(config.Store, clock), sources, clock)
            { Wait = wait, Building = building ?? new Progress<IndexProgress>() };
#pragma warning restore CA2000
    }

    internal TimeProvider Clock => _clock;

    /// <summary>Who is told how far a vector index is that is being built.</summary>
    public IProgress<IndexProgress> Building { get; init; } = new Progress<IndexProgress>();

    /// <summary>How long a run waits for another one that writes; none by default.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>Rows of a database that a run holds at a time; it goes on with the next when they are done.</summary>
    internal int RowsAtATime { get; set; } = RowSurvey.MostRows;

    /// <summary>
    /// Is told what is learned of the provider's server while it is asked, from several threads; null where nobody listens.
    /// </summary>
    public IProgress<string>? Notices { get; set; }

    /// <summary>The same sources over another store. All stays with its owner: the answer isn't to be disposed.</summary>
    public Workspace With(IStore store) =>
        new(Config, Git, store, Sources, _clock) { Wait = Wait, RowsAtATime = RowsAtATime, Building = Building, Notices = Notices };

    /// <summary>The same, with another patience. All stays with its owner: the answer isn't to be disposed.</summary>
    public Workspace With(TimeSpan wait) =>
        new(Config, Git, Store, Sources, _clock) { Wait = wait, RowsAtATime = RowsAtATime, Building = Building, Notices = Notices };

    /// <summary>The right to write, waited for as long as <see cref="Wait"/> says.</summary>
    /// <exception cref="LockedException">Another run still writes then.</exception>
    public Task<IStoreWriter> BeginWriteAsync(CancellationToken cancellationToken) =>
        PatientlyAsync(() => TryBeginWriteAsync(cancellationToken), cancellationToken);

    /// <summary>The right to write, at once.</summary>
    /// <exception cref="LockedException">Another run writes.</exception>
    internal async Task<IStoreWriter> TryBeginWriteAsync(CancellationToken cancellationToken) =>
        await Store.BeginWriteAsync(
            Config.OwnsItsStore ? ProjectOf(await Store.ReadHeadAsync(cancellationToken)) : Config.Project, cancellationToken);

    /// <summary>Whose the store is: a clone that was renamed, or got another origin, goes on with its own.</summary>
    internal string ProjectOf(StoreHead head) => Config.OwnsItsStore && head.Project is { } owner ? owner : Config.Project;

    /// <summary>
    /// The vector index of what is searched, where it is due. After the writer has let go: it can take minutes, in which searches and other
    /// runs go on, and
    /// what was stored is found all the same.
    /// </summary>
    internal async Task EnsureIndexesAsync(IEnumerable<string> spaces, CancellationToken cancellationToken)
    {
        var head = await Store.ReadHeadAsync(cancellationToken);
        foreach (var active in spaces.Select(head.Active).OfType<Generation>())
        {
            await Store.EnsureIndexAsync(active.Id, Building, cancellationToken);
        }
    }

    /// <summary>What a lock of another run keeps from being done, done as soon as the lock is gone, within <see cref="Wait"/>.</summary>
    /// <exception cref="LockedException">It still isn't.</exception>
    internal async Task<T> PatientlyAsync<T>(Func<Task<T>> begin, CancellationToken cancellationToken)
    {
        for (var begun = _clock.GetTimestamp(); ;)
        {
            try
            {
                return await begin();
            }
            catch (LockedException) when (_clock.GetElapsedTime(begun) is var waited && waited < Wait)
            {
                var left = Wait - waited;
                await Task.Delay(left < LockPause ? left : LockPause, _clock, cancellationToken);
            }
        }
    }

    /// <summary>The named sources, or all.</summary>
    /// <exception cref="UsageException">No source of that name.</exception>
    public IReadOnlyList<ISource> Chosen(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        foreach (var name in names)
        {
            if (!Sources.Any(source => source.Name == name))
            {
                throw new UsageException($"no source is named '{name}': {Guess.ThereIs(name, Sources.Select(source => source.Name))}");
            }
        }

        return names.Count == 0 ? Sources : [.. Sources.Where(source => names.Contains(source.Name))];
    }

    /// <summary>A provider whose vectors are comparable with those of the signature.</summary>
    public IEmbeddingProvider OpenProvider(EmbeddingSignature signature) =>
        ProviderFactory.Open(Config.Embeddings, signature, _clock, Notices);

    /// <param name="maxBatches">Requests of one stream; null for no bound.</param>
    /// <param name="keep">Makes results durable before anybody else sees them; null where the store does.</param>
    public RequestGovernor OpenGovernor(IEmbeddingProvider provider, int? maxBatches = null, KeepResults? keep = null) =>
        ProviderFactory.OpenGovernor(provider, Config.Embeddings, maxBatches, _clock, keep, Notices);

    /// <summary>The same for what costs: results are on disk before anybody sees them.</summary>
    /// <param name="bill">Also gets what comes when nobody waits for it any more.</param>
    /// <param name="space">Number of the space it is for.</param>
    /// <exception cref="StoreException">The spool can't be written: nothing was bought.</exception>
    internal PaidEmbedding OpenPaid(IEmbeddingProvider provider, Bill bill, int? maxBatches = null, int space = 0) =>
        PaidEmbedding.Open(provider.Signature, provider.IsFree ? null : Spool, keep => OpenGovernor(provider, maxBatches, keep), bill,
            space);

    public async ValueTask DisposeAsync()
    {
        foreach (var source in Sources.OfType<IAsyncDisposable>())
        {
            await source.DisposeAsync();
        }

        await Store.DisposeAsync();
        Git.Dispose();
    }
}
