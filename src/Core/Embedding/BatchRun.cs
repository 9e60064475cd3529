using System.Threading.Channels;
using EmbSync.Core.Model;
using Microsoft.Extensions.AI;

namespace EmbSync.Core.Embedding;

/// <summary>
/// Embeds one batch whatever it takes: one request when all goes well; halves when the request is too large or a text in it is refused,
/// down to the text to blame, which is set aside. Every result is written as soon as it is there.
/// </summary>
internal sealed class BatchRun(RequestSender sender, RequestCaps caps, ProviderPulse pulse, ChannelWriter<EmbedAnswer?> answers, KeepResults? keep)
{
    private readonly Queue<Part> _parts = [];
    private long _answersBefore;
    private int _requests;
    private int _retries;
    private long? _billed;

    /// <param name="Again">Its vectors were unusable once.</param>
    /// <param name="Suspect">Part of a request that failed beyond all tries.</param>
    private sealed record Part(IReadOnlyList<EmbedInput> Inputs, bool Again, bool Suspect);

    /// <exception cref="ProviderRefusedException">Every request would be refused.</exception>
    /// <exception cref="ProviderFailedException">Nothing gets through.</exception>
    public async Task RunAsync(IReadOnlyList<EmbedInput> batch, CancellationToken stop, CancellationToken abort)
    {
        _answersBefore = pulse.Answers;
        _parts.Enqueue(new(batch, Again: false, Suspect: false));

        // Halves are tried breadth first: a bad text's other half then soon shows that the provider lives.
        while (_parts.TryDequeue(out var part))
        {
            if (part.Inputs.Count > 1 && !caps.Fits(part.Inputs))
            {
                Halve(part);
                continue;
            }

            var outcome = await sender.SendAsync([.. part.Inputs.Select(input => input.Text)], part.Inputs.Sum(input => (long)input.Tokens), part.Suspect, stop, abort);
            _requests += outcome.Requests;
            _retries += Math.Max(0, outcome.Requests - 1);
            if (outcome.BilledTokens is { } billed)
            {
                _billed = (_billed ?? 0) + billed;
            }

            if (outcome.Fault is null)
            {
                Deliver(part, outcome.Vectors);
            }
            else
            {
                Mend(part, outcome.Vectors, outcome.Fault);
            }
        }
    }

    private void Mend(Part part, IReadOnlyList<Embedding<float>?> usable, EmbeddingRequestException fault)
    {
        switch (fault.Fault)
        {
            case RequestFault.BadVectors:
                Deliver(part, usable);
                KeepUnusable(part, usable, fault);
                break;
            case RequestFault.TooManyInputs:
                caps.LowerInputs(part.Inputs);
                Narrow(part, fault);
                break;
            case RequestFault.TooManyTokens:
                caps.LowerTokens(part.Inputs);
                Narrow(part, fault);
                break;
            case RequestFault.TextRefused:
                Narrow(part, fault);
                break;
            case RequestFault.Transient or RequestFault.TimedOut or RequestFault.BadAnswer:
                Doubt(part, fault);
                break;
            default:
                throw ProviderPulse.GaveUp(fault);
        }
    }

    /// <summary>Some text, or the number of them, is refused.</summary>
    private void Narrow(Part part, EmbeddingRequestException fault)
    {
        if (part.Inputs.Count > 1)
        {
            Halve(part);
            return;
        }

        SetAside(part.Inputs, ProblemCodes.InputRefused, fault);
    }

    /// <summary>The request failed beyond all tries: the provider's fault, or a text's that breaks it.</summary>
    private void Doubt(Part part, EmbeddingRequestException fault)
    {
        pulse.Failed(fault);
        if (part.Inputs.Count > 1)
        {
            if (fault.Fault == RequestFault.TimedOut)
            {
                caps.LowerInputs(part.Inputs);
            }

            Halve(part with { Suspect = true });
            return;
        }

        var failure = FailureOf(part.Inputs, ProblemCodes.ProviderFailed, fault.Message);
        if (pulse.Judge(failure, _answersBefore) is { } sure)
        {
            answers.TryWrite(sure);
        }
    }

    private void KeepUnusable(Part part, IReadOnlyList<Embedding<float>?> usable, EmbeddingRequestException fault)
    {
        EmbedInput[] unusable = [.. part.Inputs.Where((_, index) => usable[index] is null)];
        if (part.Again)
        {
            SetAside(unusable, ProblemCodes.BadVector, fault);
        }
        else
        {
            _parts.Enqueue(new(unusable, Again: true, part.Suspect));
        }
    }

    private void Halve(Part part)
    {
        var middle = (part.Inputs.Count + 1) / 2;
        _parts.Enqueue(part with { Inputs = [.. part.Inputs.Take(middle)] });
        _parts.Enqueue(part with { Inputs = [.. part.Inputs.Skip(middle)] });
    }

    /// <summary>Writes the vectors that there are.</summary>
    private void Deliver(Part part, IReadOnlyList<Embedding<float>?> vectors)
    {
        var results = part.Inputs.Zip(vectors)
            .Where(pair => pair.Second is not null)
            .Select(pair => new EmbedResult(pair.First, pair.Second!.Vector, null))
            .ToList();
        if (results.Count == 0)
        {
            return;
        }

        StoreException? lost = null;
        try
        {
            keep?.Invoke(results);
        }
        catch (StoreException caught)
        {
            // Paid all the same: the store may still take it. Nothing more is bought.
            lost = caught;
        }

        answers.TryWrite(Account(results));
        foreach (var released in pulse.Beat())
        {
            answers.TryWrite(released);
        }

        if (lost is not null)
        {
            throw lost;
        }
    }

    private void SetAside(IReadOnlyList<EmbedInput> inputs, string code, EmbeddingRequestException fault)
    {
        answers.TryWrite(FailureOf(inputs, code, fault.Message));
        pulse.SetAside(inputs.Count, fault);
    }

    private EmbedAnswer FailureOf(IReadOnlyList<EmbedInput> inputs, string code, string message) =>
        Account([.. inputs.Select(input => new EmbedResult(input, ReadOnlyMemory<float>.Empty, new(code, message)))]);

    /// <summary>Requests and tokens since the last answer go with this one.</summary>
    private EmbedAnswer Account(IReadOnlyList<EmbedResult> results)
    {
        var answer = new EmbedAnswer(results, _requests, _billed) { Retries = _retries };
        _requests = 0;
        _retries = 0;
        _billed = null;
        return answer;
    }
}
