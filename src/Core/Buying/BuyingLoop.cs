using System.Runtime.CompilerServices;
using EmbSync.Core.Model;
using EmbSync.Core.Providers;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Buying;

/// <summary>Commits what one answer brought. It takes no token: paid is paid, and an interruption waits for it.</summary>
/// <param name="answer">With its failures.</param>
/// <param name="vectors">Those that came, ready for a store.</param>
internal delegate Task AnswerSink(EmbedAnswer answer, IReadOnlyList<VectorRow> vectors);

/// <summary>
/// The one loop that spends: inputs come from a feed, are sent as long as the bill takes them, and each answer is on the bill before its
/// sink commits it
/// and before the next one is asked for.
/// </summary>
/// <param name="embed">The request governor, or several as one.</param>
internal sealed class BuyingLoop(EmbedStream embed, Bill bill)
{
    /// <param name="settle">What is left to commit once all answers are in; null for nothing.</param>
    /// <exception cref="GuardException">The budget is used up; what was bought is kept.</exception>
    public async Task RunAsync(
        IAsyncEnumerable<EmbedInput> feed, AnswerSink sink, CancellationToken cancellationToken, Func<Task>? settle = null)
    {
        await foreach (var answer in embed(AffordableAsync(feed, cancellationToken), cancellationToken))
        {
            bill.Add(answer);
            await sink(answer, [.. answer.Results.Where(result => result.Failure is null)
                .Select(result => new VectorRow(result.Input.Hash, result.Vector, result.Input.Tokens))]);
        }

        if (settle is not null)
        {
            await settle();
        }

        bill.RefuseUsedUp();
    }

    private async IAsyncEnumerable<EmbedInput> AffordableAsync(
        IAsyncEnumerable<EmbedInput> feed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var input in feed.WithCancellation(cancellationToken))
        {
            if (!bill.Takes(input))
            {
                yield break;
            }

            yield return input;
        }
    }
}
