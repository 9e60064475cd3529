using System.Runtime.CompilerServices;
using System.Threading.Channels;
using EmbSync.Core.Providers;

namespace EmbSync.Core.Buying;

/// <summary>
/// Several streams as one: each input goes to the stream of its space, and all of them work at the same time. When one fails, no other
/// begins a
/// request, and what is under way still comes. A stream that takes no more inputs (a limit on requests) doesn't hold up the others.
/// </summary>
/// <param name="room">Inputs that may wait for a stream.</param>
/// <param name="unclaimed">Takes what answers took that came when nobody waited any more; null for nobody.</param>
internal sealed class SpaceFanOut(IReadOnlyList<EmbedStream> streams, int room, Action<EmbedAnswer>? unclaimed = null)
{
    public async IAsyncEnumerable<EmbedAnswer> EmbedAsync(
        IAsyncEnumerable<EmbedInput> inputs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var left = new CancellationTokenSource();
        using var feed = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        var open = new OpenStreams(streams.Count, feed);
        var queues = streams.Select(_ => Channel.CreateBounded<EmbedInput>(room)).ToList();
        var answers = Channel.CreateUnbounded<Delivery>();
        var feeding = FeedAsync(inputs, queues, feed.Token, stop.Token);
#pragma warning disable CA2025 // The tasks have ended before the sources go: the finally below waits for them.
        var running = streams.Select((stream, index) => Task.Run(
            () => DrainAsync(stream, queues[index], answers.Writer, open, stop, left.Token), CancellationToken.None)).ToList();
#pragma warning restore CA2025
        var ended = EndAsync(running, answers.Writer);
        try
        {
            await foreach (var delivery in answers.Reader.ReadAllAsync(CancellationToken.None))
            {
                yield return delivery.Answer;
                delivery.Committed.TrySetResult();
            }
        }
        finally
        {
            await left.CancelAsync();
            await stop.CancelAsync();
            await Task.WhenAll([feeding, ended]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (answers.Reader.TryRead(out var delivery))
            {
                unclaimed?.Invoke(delivery.Answer.WithoutResults());
            }
        }

        // The cause, not the cancellations that followed from it.
        if (running.Find(task => task.IsFaulted) is { } faulted)
        {
            await faulted;
        }

        await Task.WhenAll(running);
    }

    private static async Task FeedAsync(
        IAsyncEnumerable<EmbedInput> inputs, List<Channel<EmbedInput>> queues, CancellationToken feed, CancellationToken stop)
    {
        Exception? failure = null;
        try
        {
            await foreach (var input in inputs.WithCancellation(feed))
            {
                await queues[input.Space].Writer.WriteAsync(input, feed);
            }
        }
        catch (OperationCanceledException) when (feed.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            // Nobody takes more: what isn't read yet is left for another run.
        }
#pragma warning disable CA1031 // Each stream gets it from its inputs, and brings it out.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
        }

        queues.ForEach(queue => queue.Writer.TryComplete(failure));
    }

    private static async Task DrainAsync(
        EmbedStream stream, Channel<EmbedInput> queue, ChannelWriter<Delivery> answers, OpenStreams open, CancellationTokenSource stop,
        CancellationToken left)
    {
        var whole = false;
        try
        {
            await foreach (var answer in stream(queue.Reader.ReadAllAsync(stop.Token), stop.Token))
            {
                var delivery = new Delivery(answer);
                await answers.WriteAsync(delivery, CancellationToken.None);

                // Who asks for the next answer says that this one is committed.
                await delivery.Committed.Task.WaitAsync(left);
            }

            whole = true;
        }
        finally
        {
            if (!whole)
            {
                await stop.CancelAsync();
            }
        }

        // It takes no more: whatever else is meant for it is left for another run. With the last stream reading ends as well.
        await open.EndedAsync();
        await foreach (var _ in queue.Reader.ReadAllAsync(stop.Token))
        {
        }
    }

    private static async Task EndAsync(List<Task> running, ChannelWriter<Delivery> answers)
    {
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        answers.Complete();
    }

    private sealed class OpenStreams(int count, CancellationTokenSource feed)
    {
        private int _count = count;

        public Task EndedAsync() => Interlocked.Decrement(ref _count) == 0 ? feed.CancelAsync() : Task.CompletedTask;
    }

    private sealed record Delivery(EmbedAnswer Answer)
    {
        public TaskCompletionSource Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
