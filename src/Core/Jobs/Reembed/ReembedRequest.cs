using EmbSync.Core.Model;

namespace EmbSync.Core.Jobs.Reembed;

/// <summary>What <c>reembed</c> asks of one space of the store.</summary>
/// <param name="Rollback">Back to the generation that was searched before, whatever the configuration says.</param>
/// <param name="Unpin">Only: let the next sync follow the configuration again.</param>
/// <param name="MinRecall">0 to 1: least recall at 10 of the new index against exact search.</param>
/// <param name="DropIndexFirst">Where a retired generation comes back and much of it is missing: build its index anew after the
/// load.</param>
/// <param name="ConcurrentIndex">CREATE INDEX CONCURRENTLY.</param>
public sealed record ReembedRequest(
    string Space = Generation.DefaultSpace,
    bool Rollback = false,
    bool Unpin = false,
    double MinRecall = ReembedRequest.DefaultMinRecall,
    bool DropIndexFirst = true,
    bool ConcurrentIndex = false)
{
    public const double DefaultMinRecall = 0.95;
}

/// <summary>How far it is.</summary>
/// <param name="Phase">For people: <c>embedding</c>, <c>building index: loading tuples</c>.</param>
/// <param name="Done">0 to 1; null where nobody knows.</param>
public sealed record ReembedProgress(string Phase, double? Done, int Chunks, int ChunksTotal, long Tokens);
