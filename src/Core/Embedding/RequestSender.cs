using EmbSync.Core.Model;
using Microsoft.Extensions.AI;

namespace EmbSync.Core.Embedding;

/// <summary>What came of one request with all its tries.</summary>
/// <param name="Requests">Tries made.</param>
/// <param name="Vectors">In the order of the texts; null where there is none.</param>
/// <param name="Fault">Null: every text has its vector.</param>
internal sealed record RequestOutcome(
    int Requests, IReadOnlyList<Embedding<float>?> Vectors, long? BilledTokens, EmbeddingRequestException? Fault);

/// <summary>Sends one request and tries again where that can help, within the budget.</summary>
/// <param name="free">Nothing is sent: no request is counted and nothing waits.</param>
internal sealed class RequestSender(
    IEmbeddingGenerator<string, Embedding<float>> generator,
    bool free,
    GovernorOptions options,
    RequestGate gate,
    Backoff backoff,
    TimeProvider clock)
{
    // An answer that can't be used was paid for: few more are bought.
    private const int BadAnswers = 3;
    private const int WrongAnswers = 2;

    // Parts of a request that failed for good are tried only to see whether they fail too.
    private const int SuspectTries = 2;

    /// <param name="suspect">Part of a request that failed beyond all tries.</param>
    /// <param name="stop">No further try begins.</param>
    /// <param name="abort">The request under way ends too.</param>
    /// <exception cref="ProviderRefusedException">Every request would be refused.</exception>
    public async Task<RequestOutcome> SendAsync(
        IReadOnlyList<string> texts, bool suspect, CancellationToken stop, CancellationToken abort)
    {
        var spent = TimeSpan.Zero;
        for (var tries = 1; ; tries++)
        {
            var requests = free ? 0 : tries;
            var start = await gate.EnterAsync(stop);
            TimeSpan pause;
            EmbeddingRequestException fault;
            try
            {
                var answer = await TryAsync(texts, abort);
                gate.Answered();
                return new(requests, [.. answer], free ? 0 : answer.Usage?.InputTokenCount, null);
            }
            catch (EmbeddingRequestException caught) when (caught.Fault is RequestFault.Refused or RequestFault.DimensionRefused)
            {
                var refusal = new ProviderRefusedException(caught.Message, caught);
                gate.Shut(refusal);
                throw refusal;
            }
            catch (EmbeddingRequestException caught)
            {
                fault = caught;
                pause = fault.Fault == RequestFault.Adapted ? TimeSpan.Zero : backoff.Pause(tries, fault.RetryAfter);
                if (fault.Fault == RequestFault.RateLimited)
                {
                    gate.SlowDown(start, pause);
                }
            }
            finally
            {
                gate.Leave();
            }

            spent += clock.GetElapsedTime(start) + pause;
            if (tries >= MostTries(fault.Fault, suspect) || spent > options.RetryBudget)
            {
                return new(requests, fault.Usable, fault.BilledTokens, fault);
            }

            await Task.Delay(pause, clock, stop);
        }
    }

    private async Task<GeneratedEmbeddings<Embedding<float>>> TryAsync(IReadOnlyList<string> texts, CancellationToken abort)
    {
        using var timeout = new CancellationTokenSource(options.RequestTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, abort);
        try
        {
            var answer = await generator.GenerateAsync(texts, null, either.Token);
            return answer.Count == texts.Count
                ? answer
                : throw new EmbeddingRequestException(RequestFault.BadAnswer, $"The provider answered {answer.Count} vectors for {texts.Count} texts.");
        }
        catch (OperationCanceledException caught) when (timeout.IsCancellationRequested && !abort.IsCancellationRequested)
        {
            throw new EmbeddingRequestException(
                RequestFault.TimedOut, $"The provider gave no whole answer within {options.RequestTimeout.TotalSeconds:0.#} s.", caught);
        }
    }

    private static int MostTries(RequestFault fault, bool suspect) => fault switch
    {
        RequestFault.Transient or RequestFault.TimedOut => suspect ? SuspectTries : int.MaxValue,
        RequestFault.RateLimited or RequestFault.Unreachable or RequestFault.Adapted => int.MaxValue,
        RequestFault.BadAnswer => suspect ? SuspectTries : BadAnswers,
        RequestFault.WrongAnswer => WrongAnswers,
        _ => 1,
    };
}
