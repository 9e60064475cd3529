using EmbSync.Core.Buying;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Providers;

namespace EmbSync.Core.Jobs.Sync;

/// <summary>The provider of each space of a plan, in its order.</summary>
internal sealed class SpaceProviders : IDisposable
{
    private readonly List<IEmbeddingProvider> _providers = [];

    /// <exception cref="UsageException">One can't be used as configured.</exception>
    /// <exception cref="ProviderRefusedException">A key is needed and not set.</exception>
    public static SpaceProviders Open(Workspace workspace, SyncPlan plan)
    {
        var opened = new SpaceProviders();
        try
        {
            foreach (var space in plan.Spaces)
            {
                opened._providers.Add(workspace.OpenProvider(space.Target.Signature));
            }

            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Streams to all of them, whose answers are on disk before anybody sees them.</summary>
    /// <exception cref="StoreException">The spool can't be written: nothing was bought.</exception>
    public SpaceEmbedding OpenEmbedding(Workspace workspace, SyncRequest request, Bill bill) => new(workspace, _providers, request, bill);

    public void Dispose() => _providers.ForEach(provider => provider.Dispose());
}

/// <summary>What is embedded in one run: one stream, to one provider or several at the same time.</summary>
internal sealed class SpaceEmbedding : IDisposable
{
    private readonly List<PaidEmbedding> _spaces = [];

    public SpaceEmbedding(Workspace workspace, IReadOnlyList<IEmbeddingProvider> providers, SyncRequest request, Bill bill)
    {
        try
        {
            foreach (var (space, provider) in providers.Index())
            {
                _spaces.Add(workspace.OpenPaid(provider, bill, request.MaxBatches, space));
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        Stream = _spaces.Count == 1 ? _spaces[0].EmbedAsync
            : new SpaceFanOut([.. _spaces.Select(space => (EmbedStream)space.EmbedAsync)], 2 * workspace.Config.Embeddings.BatchSize,
                bill.Add).EmbedAsync;
    }

    public EmbedStream Stream { get; }

    /// <summary>One for each space.</summary>
    public IReadOnlyList<EmbedStream> Streams => [.. _spaces.Select(space => (EmbedStream)space.EmbedAsync)];

    public void Dispose() => _spaces.ForEach(space => space.Dispose());
}
