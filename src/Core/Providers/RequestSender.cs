using System.Globalization;
using EmbSync.Core.Model;
using Microsoft.Extensions.AI;

namespace EmbSync.Core.Providers;

/// <summary>What came of one request with all its tries.</summary>
/// <param name="Vectors">In the order of the texts; null where there is none.</param>
/// <param name="Fault">Null: every text has its vector.</param>
internal sealed record RequestOutcome(IReadOnlyList<Embedding<float>?> Vectors, EmbeddingRequestException? Fault);

/// <summary>Sends one request and tries again where that can help, within the budget.</summary>
/// <param name="free">Nothing is sent: no request is counted and nothing waits.</param>
internal sealed class RequestSender(
    IEmbeddingGenerator<string, Embedding<float>> generator,
    bool free,
    GovernorOptions options,
    RequestGate gate,
    RequestCaps caps,
    Backoff backoff,
    TimeProvider clock)
{
    // An answer that can't be used was paid for: few more are bought.
    private const int BadAnswers = 3;
    private const int WrongAnswers = 2;

    // Parts of a request that failed for good are tried only to see whether they fail too.
    private const int SuspectTries = 2;

    // Of a first request that the server fails at: one with a single text shows soon whether it is the number of them.
    private const int QuickTries = 3;

    public RequestMeter NewMeter() => new(free);

    /// <param name="tokens">Estimate of what the texts take.</param>
    /// <param name="owner">Who sends it, and releases the gate in the end.</param>
    /// <param name="suspect">Part of a request that failed beyond all tries.</param>
    /// <param name="quick">Few tries where the server says that it fails.</param>
    /// <param name="meter">Counts each try and what it is billed at, whatever comes of it.</param>
    /// <param name="stop">No further try begins.</param>
    /// <param name="abort">The request under way ends too.</param>
    /// <exception cref="ProviderRefusedException">Every request would be refused.</exception>
    public async Task<RequestOutcome> SendAsync(
        IReadOnlyList<string> texts, long tokens, object owner, bool suspect, bool quick, RequestMeter meter, CancellationToken stop,
        CancellationToken abort)
    {
        var spent = TimeSpan.Zero;
        var adapted = 0;
        EmbeddingGenerationOptions? form = null;
        for (var tries = 1; ; tries++)
        {
            var start = await gate.EnterAsync(free ? 0 : tokens, stop, owner);
            if (texts.Count > 1 && texts.Count > caps.Inputs)
            {
                gate.Learn(start, 0, null);
                gate.Leave();
                return new([], new(RequestFault.Overtaken, "Another request showed that this one is too large."));
            }

            // Places are taken on the caller's thread, in the order of the batches; the work goes on beside it.
            await Task.Yield();
            TimeSpan pause;
            bool isAdapted;
            EmbeddingRequestException fault;
            try
            {
                meter.Sent(again: tries > 1);
                var answer = await TryAsync(texts, form, abort);
                meter.Answered(answer.Usage?.InputTokenCount, tokens);
                gate.Answered();
                Learn(start, answer.Usage?.InputTokenCount, answer.AdditionalProperties?[RateNotice.Property] as RateNotice);
                return new([.. answer], null);
            }
            catch (EmbeddingRequestException caught) when (caught.Fault is RequestFault.Refused or RequestFault.ShapeRefused)
            {
                meter.Wasted(caught.BilledTokens, tokens);
                var refusal = new ProviderRefusedException(caught.Message, caught);
                gate.Shut(refusal);
                throw refusal;
            }
            catch (EmbeddingRequestException caught)
            {
                fault = caught;
                if (fault.Fault == RequestFault.BadVectors && fault.Usable.Any(vector => vector is not null))
                {
                    meter.Answered(fault.BilledTokens, tokens);
                }
                else
                {
                    meter.Wasted(fault.BilledTokens, tokens);
                }

                isAdapted = fault.Fault is RequestFault.Adapted or RequestFault.AdaptedPlain;
                adapted += isAdapted ? 1 : 0;
                form = fault.Fault == RequestFault.AdaptedPlain ? RequestForm.Plain : null;
                pause = isAdapted ? TimeSpan.Zero : backoff.Pause(tries, fault.RetryAfter);
                if (!IsLesson(fault.Fault) && !(quick && fault.Refusal is not null))
                {
                    gate.EndScouting();
                }

                Learn(start, fault.BilledTokens, fault.Rate);
                if (fault.Fault == RequestFault.RateLimited)
                {
                    gate.SlowDown(start, pause < options.RetryBudget ? pause : options.RetryBudget);
                }
            }
            finally
            {
                gate.Leave();
            }

            if (isAdapted)
            {
                // There are few lessons, and the server has just answered: nothing is waited for.
                continue;
            }

            if (fault.RetryAfter is { } asked && asked > options.RetryBudget)
            {
                return new(fault.Usable, TooLong(fault, asked));
            }

            spent += clock.GetElapsedTime(start.At);
            var left = options.RetryBudget - spent;
            if (tries >= Math.Min(MostTries(fault, suspect, quick), 1L + options.MaxRetries + adapted)
                || left < (fault.RetryAfter ?? pause))
            {
                return new(fault.Usable, fault);
            }

            pause = pause < left ? pause : left;
            spent += pause;
            await Task.Delay(pause, clock, stop);
        }
    }

    private void Learn(MinuteLimit.Start start, long? tokens, RateNotice? notice)
    {
        if (free)
        {
            return;
        }

        gate.Learn(start, tokens, notice);
        if (notice?.TokensAMinute is { } most)
        {
            caps.KeepTokensBelow(most);
        }
    }

    private EmbeddingRequestException TooLong(EmbeddingRequestException fault, TimeSpan asked) => new(
        RequestFault.WaitTooLong,
        string.Create(CultureInfo.InvariantCulture, $"{fault.Message} It asks to wait {Words(asked)}, longer than the {options.RetryBudget.TotalSeconds:0.#} s of {options.BudgetSetting}: nothing more was sent."),
        fault);

    // The header's reader bounds what it reads at a day.
    private static string Words(TimeSpan wait) => wait.TotalHours switch
    {
        >= 24 => "a day or more",
        >= 2 => string.Create(CultureInfo.InvariantCulture, $"{wait.TotalHours:0.#} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{wait.TotalSeconds:0} s"),
    };

    private async Task<GeneratedEmbeddings<Embedding<float>>> TryAsync(
        IReadOnlyList<string> texts, EmbeddingGenerationOptions? form, CancellationToken abort)
    {
        using var timeout = new CancellationTokenSource(options.RequestTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, abort);
        try
        {
            var answer = await generator.GenerateAsync(texts, form, either.Token);
            return answer.Count == texts.Count
                ? answer
                : throw new EmbeddingRequestException(
                    RequestFault.BadAnswer, $"The provider answered {answer.Count} vectors for {texts.Count} texts.")
                {
                    BilledTokens = answer.Usage?.InputTokenCount,
                };
        }
        catch (OperationCanceledException caught) when (timeout.IsCancellationRequested && !abort.IsCancellationRequested)
        {
            throw new EmbeddingRequestException(
                RequestFault.TimedOut, $"The provider gave no whole answer within {options.RequestTimeout.TotalSeconds:0.#} s.", caught);
        }
    }

    /// <summary>A refusal that says how to ask, or may, or an answer that can't be used: the next request should know it.</summary>
    private static bool IsLesson(RequestFault fault) =>
        fault is not (RequestFault.Transient or RequestFault.TimedOut or RequestFault.RateLimited or RequestFault.Unreachable or RequestFault.WaitTooLong);

    public void Release(object owner) => gate.Release(owner);

    private static int MostTries(EmbeddingRequestException fault, bool suspect, bool quick) => fault.Fault switch
    {
        RequestFault.Transient or RequestFault.TimedOut =>
            suspect ? SuspectTries : quick && fault.Refusal is not null ? QuickTries : int.MaxValue,
        RequestFault.RateLimited or RequestFault.Unreachable => int.MaxValue,
        RequestFault.BadAnswer => suspect ? SuspectTries : BadAnswers,
        RequestFault.WrongAnswer => WrongAnswers,
        _ => 1,
    };
}
