using System.Numerics.Tensors;
using EmbSync.Core.Buying;
using EmbSync.Core.Jobs.Reembed;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using EmbSync.Core.Providers;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Repair;

/// <summary>Embeds a sample of what is stored once more and compares: providers have changed the model behind a name before.</summary>
/// <param name="generations">That are searched.</param>
internal sealed class Verifier(Workspace workspace, RepairRequest request, IReadOnlyList<Generation> generations)
{
    private readonly List<(Generation Generation, IReadOnlyList<(VectorRow Vector, EmbedInput Input)> Sample, int Unreadable,
        PurchaseEstimate Estimate)> _samples = [];

    /// <summary>What it would cost.</summary>
    public PurchaseEstimate Estimate { get; private set; } = new(0, 0, 0, 0m, 0);

    /// <summary>The same by space, in the order of the generations.</summary>
    public IReadOnlyList<(string Space, EmbeddingSignature Signature, PurchaseEstimate Estimate)> Spaces =>
        [.. _samples.Select(one => (one.Generation.Space, one.Generation.Signature, one.Estimate))];

    /// <summary>Chooses the sample and says what it costs. Reads only.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var texts = new ChunkTexts(workspace);
        foreach (var (space, generation) in generations.Index())
        {
            var sample = new List<(VectorRow, EmbedInput)>();
            var unreadable = 0;
            var stored = await workspace.Store.ReadSampleAsync(generation.Id, request.Verify, request.Seed, cancellationToken);
            var found = await texts.FindAsync([.. stored.Select(one => one.Chunk)], cancellationToken);
            foreach (var (vector, chunk) in stored)
            {
                if (found.GetValueOrDefault(chunk.Hash) is { } text)
                {
                    sample.Add((vector, new(chunk.Hash, text, TokenEstimate.Estimate(text)) { Space = space }));
                }
                else
                {
                    unreadable++;
                }
            }

            var purchase = PurchaseEstimate.For(
                sample.Count, sample.Sum(one => (long)one.Item2.Tokens), workspace.TermsOf(generation.Signature));
            _samples.Add((generation, sample, unreadable, purchase));
            Estimate = new(Estimate.Chunks + purchase.Chunks, Estimate.Requests + purchase.Requests, Estimate.Tokens + purchase.Tokens,
                Estimate.Cost + purchase.Cost, Estimate.Seconds + purchase.Seconds)
            {
                PriceFrom = purchase.PriceFrom ?? Estimate.PriceFrom,
            };
        }
    }

    /// <summary>Embeds and compares; what was compared before it ends early is in the list as well.</summary>
    /// <exception cref="GuardException">It would cost more than the budget allows, and nothing was bought; or it did cost more than was
    /// estimated.</exception>
    public async Task RunAsync(SpendLimit spend, Bill bill, List<Verification> found, CancellationToken cancellationToken)
    {
        if (spend.Violation(Estimate, _samples.TrueForAll(one => workspace.TermsOf(one.Generation.Signature).IsFree), byParts: false) is
            { } violation)
        {
            throw new GuardException("--verify: " + violation);
        }

        foreach (var (generation, sample, unreadable, _) in _samples)
        {
            var cosines = new List<double>();
            var least = Verification.LeastOf(generation.Signature.Provider);
            try
            {
                await CompareAsync(generation, sample, bill, cosines, cancellationToken);
            }
            finally
            {
                found.Add(new(generation.Space, generation.Signature.Model, generation.Signature.Dimension, request.Seed, cosines.Count,
                    unreadable + sample.Count - cosines.Count,
                    cosines.Count == 0 ? 1 : Math.Round(cosines.Min(), 6), cosines.Count == 0 ? 1
                    : Math.Round(cosines.Average(), 6), cosines.Count(cosine => cosine < least)) { Least = least });
            }
        }
    }

    private async Task CompareAsync(
        Generation generation, IReadOnlyList<(VectorRow Vector, EmbedInput Input)> sample, Bill bill, List<double> cosines,
        CancellationToken cancellationToken)
    {
        using var provider = workspace.OpenProvider(generation.Signature);
        var space = generations.Index().First(one => one.Item == generation).Index;
        var stored = sample.ToDictionary(one => one.Vector.Hash, one => one.Vector.Vector);
        var governor = workspace.OpenGovernor(provider);
        governor.Unclaimed = answer => bill.Add(answer with { Space = space });
        await new BuyingLoop((inputs, token) => governor.EmbedAsync(inputs, token).Select(answer => answer with { Space = space }), bill)
            .RunAsync(sample.Select(one => one.Input).ToAsyncEnumerable(), CompareAsync, cancellationToken);

        Task CompareAsync(EmbedAnswer answer, IReadOnlyList<VectorRow> vectors)
        {
            cosines.AddRange(vectors.Select(
                vector => (double)TensorPrimitives.CosineSimilarity(vector.Vector.Span, stored[vector.Hash].Span)));
            return Task.CompletedTask;
        }
    }
}
