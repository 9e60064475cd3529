using System.Numerics.Tensors;
using EmbSync.Core.Embedding;
using EmbSync.Core.Model;
using EmbSync.Core.Reembed;
using EmbSync.Core.Storage;
using EmbSync.Core.Sync;

namespace EmbSync.Core.Repair;

/// <summary>Embeds a sample of what is stored once more and compares: providers have changed the model behind a name before.</summary>
internal sealed class Verifier(Workspace workspace, RepairRequest request)
{
    private readonly List<(Generation Generation, IReadOnlyList<(VectorRow Vector, EmbedInput Input)> Sample, int Unreadable)> _samples = [];

    /// <summary>What it would cost.</summary>
    public PurchaseEstimate Estimate { get; private set; } = new(0, 0, 0, 0m, 0);

    /// <summary>Chooses the sample and says what it costs. Reads only.</summary>
    public async Task PrepareAsync(StoreHead head, CancellationToken cancellationToken)
    {
        var texts = new ChunkTexts(workspace);
        foreach (var generation in head.Generations.Where(one => one.State == GenerationState.Active))
        {
            var sample = new List<(VectorRow, EmbedInput)>();
            var unreadable = 0;
            var stored = await workspace.Store.ReadSampleAsync(generation.Id, request.Verify, request.Seed, cancellationToken);
            var found = await texts.FindAsync([.. stored.Select(one => one.Chunk)], cancellationToken);
            foreach (var (vector, chunk) in stored)
            {
                if (found.GetValueOrDefault(chunk.Hash) is { } text)
                {
                    sample.Add((vector, new(chunk.Hash, text, TokenEstimate.Estimate(text))));
                }
                else
                {
                    unreadable++;
                }
            }

            _samples.Add((generation, sample, unreadable));
            var purchase = PurchaseEstimate.For(sample.Count, sample.Sum(one => (long)one.Item2.Tokens), workspace.TermsOf(generation.Signature));
            Estimate = new(Estimate.Chunks + purchase.Chunks, Estimate.Requests + purchase.Requests, Estimate.Tokens + purchase.Tokens, Estimate.Cost + purchase.Cost, Estimate.Seconds + purchase.Seconds)
            {
                PriceFrom = purchase.PriceFrom ?? Estimate.PriceFrom,
            };
        }
    }

    /// <exception cref="GuardException">It would cost more than the budget allows: nothing was bought.</exception>
    public async Task<IReadOnlyList<Verification>> RunAsync(SpendLimit spend, CancellationToken cancellationToken)
    {
        var found = new List<Verification>();
        foreach (var (generation, sample, unreadable) in _samples)
        {
            if (spend.Violation(Estimate, workspace.TermsOf(generation.Signature)) is { } violation)
            {
                throw new GuardException("--verify: " + violation);
            }

            using var provider = workspace.OpenProvider(generation.Signature);
            var stored = sample.ToDictionary(one => one.Vector.Hash, one => one.Vector.Vector);
            var cosines = new List<double>();
            await foreach (var answer in workspace.OpenGovernor(provider, new SyncRequest { Command = "repair" }).EmbedAsync(sample.Select(one => one.Input).ToAsyncEnumerable(), cancellationToken))
            {
                cosines.AddRange(answer.Results.Where(result => result.Failure is null)
                    .Select(result => (double)TensorPrimitives.CosineSimilarity(result.Vector.Span, stored[result.Input.Hash].Span)));
            }

            found.Add(new(generation.Space, generation.Signature.Model, generation.Signature.Dimension, request.Seed, cosines.Count, unreadable + sample.Count - cosines.Count,
                cosines.Count == 0 ? 1 : Math.Round(cosines.Min(), 6), cosines.Count == 0 ? 1 : Math.Round(cosines.Average(), 6), cosines.Count(cosine => cosine < Verification.Least)));
        }

        return found;
    }
}
