using System.Threading.Channels;
using EmbSync.Core.Model;
using Microsoft.Extensions.AI;

namespace EmbSync.Core.Providers;

/// <summary>
/// Embeds one batch whatever it takes: one request when all goes well; halves when the request is too large or a text in it is refused,
/// down to the text to blame, which is set aside. Where nothing was ever answered and nobody says why, a single text is tried first. Every
/// result is written as soon as it is there.
/// </summary>
internal sealed class BatchRun(
    RequestSender sender, RequestCaps caps, ProviderPulse pulse, ChannelWriter<EmbedAnswer?> answers, KeepResults? keep)
{
    private readonly LinkedList<Part> _parts = [];
    private readonly RequestMeter _meter = sender.NewMeter();
    private long _answersBefore;
    private bool _believesPlaces = true;

    /// <param name="Again">Its vectors were unusable once.</param>
    /// <param name="Suspect">Part of a request that failed beyond all tries.</param>
    private sealed record Part(IReadOnlyList<EmbedInput> Inputs, bool Again, bool Suspect)
    {
        /// <summary>Refused together with a text that now goes alone: not sent again before anything was answered.</summary>
        public bool Waits { get; init; }

        /// <summary>The server named this text as the one to blame.</summary>
        public bool IsNamed { get; init; }

        /// <summary>One of a few that grow: its halves come next, so that what they show holds for the others.</summary>
        public bool IsSpread { get; init; }

        public Split? From { get; init; }
    }

    /// <exception cref="ProviderRefusedException">Every request would be refused.</exception>
    /// <exception cref="ProviderFailedException">Nothing gets through.</exception>
    public async Task RunAsync(IReadOnlyList<EmbedInput> batch, CancellationToken stop, CancellationToken abort)
    {
        try
        {
            await SendAllAsync(batch, stop, abort);
        }
        finally
        {
            sender.Release(this);

            // What requests took that brought nothing.
            if (_meter.IsPending)
            {
                answers.TryWrite(_meter.Tell([]));
            }
        }
    }

    private async Task SendAllAsync(IReadOnlyList<EmbedInput> batch, CancellationToken stop, CancellationToken abort)
    {
        _answersBefore = pulse.Answers;
        _parts.AddLast(new Part(batch, Again: false, Suspect: false));

        // Halves are tried breadth first: a bad text's other half then soon shows that the provider lives.
        while (_parts.First is { Value: var part })
        {
            _parts.RemoveFirst();
            if (part.Inputs.Count > 1 && part.Waits && !pulse.HasAnswered)
            {
                Peel(part, Shortest(part), part.Suspect);
                continue;
            }

            if (part.Inputs.Count > 1 && !caps.Fits(part.Inputs))
            {
                Halve(part, part.From);
                continue;
            }

            var quick = part.Inputs.Count > 1 && !pulse.HasAnswered;
            var outcome = await sender.SendAsync(
                [.. part.Inputs.Select(input => input.Text)], part.Inputs.Sum(input => (long)input.Tokens), this, part.Suspect, quick,
                _meter, stop, abort);
            if (outcome.Fault is null)
            {
                _believesPlaces &= !part.IsNamed;
                Deliver(part, outcome.Vectors);
                part.From?.Done(part.Inputs.Count, caps);
            }
            else
            {
                Mend(part, outcome.Vectors, outcome.Fault, quick);
            }
        }
    }

    private void Mend(Part part, IReadOnlyList<Embedding<float>?> usable, EmbeddingRequestException fault, bool quick)
    {
        switch (fault.Fault)
        {
            case RequestFault.BadVectors:
                Deliver(part, usable);
                part.From?.Done(part.Inputs.Count, caps);
                KeepUnusable(part, usable, fault);
                break;
            case RequestFault.Overtaken:
                Halve(part, part.From);
                break;
            case RequestFault.TooManyInputs:
                caps.LowerInputs(part.Inputs, fault.Refusal?.Limit);
                Narrow(part, fault);
                break;
            case RequestFault.TooManyTokens:
                caps.LowerTokens(part.Inputs, fault.Refusal?.Limit);
                Narrow(part, fault);
                break;
            case RequestFault.TextRefused or RequestFault.Unclear:
                Narrow(part, fault);
                break;
            case RequestFault.Transient or RequestFault.TimedOut or RequestFault.BadAnswer:
                Doubt(part, fault, quick);
                break;
            default:
                throw ProviderPulse.GaveUp(fault);
        }
    }

    /// <summary>Some text, or the number of them, is refused.</summary>
    private void Narrow(Part part, EmbeddingRequestException fault)
    {
        if (part.Inputs.Count == 1)
        {
            part.From?.Blame();
            SetAside(part.Inputs, ProblemCodes.InputRefused, fault);
        }
        else if (_believesPlaces && fault.Refusal?.TextIndex is { } place && place < part.Inputs.Count)
        {
            Peel(part, place, part.Suspect, isNamed: true);
        }
        else if (fault.Fault == RequestFault.Unclear && !pulse.HasAnswered)
        {
            Peel(part, Shortest(part), part.Suspect);
        }
        else if (fault.Fault == RequestFault.Unclear)
        {
            Halve(part, new(part.From));
        }
        else
        {
            // Too much for the server, as it says: that is learned already.
            part.From?.Blame();
            Halve(part, null);
        }
    }

    /// <summary>The request failed beyond all tries: the provider's fault, or a text's that breaks it.</summary>
    private void Doubt(Part part, EmbeddingRequestException fault, bool quick)
    {
        if (quick && !part.Suspect && fault is { Fault: RequestFault.Transient, Refusal: not null })
        {
            // One text alone is as patient as they would have been together; the others wait for it.
            Peel(part, Shortest(part), isSuspect: true);
            return;
        }

        pulse.Failed(fault);
        if (part.Inputs.Count > 1)
        {
            if (fault.Fault == RequestFault.TimedOut)
            {
                caps.LowerInputs(part.Inputs);
            }

            if (part.Waits)
            {
                Spread(part);
            }
            else
            {
                Halve(part with { Suspect = true }, fault.Refusal is null ? null : new(part.From));
            }

            return;
        }

        part.From?.Blame();

        // It may be held back for good: what it took is told beside it.
        var failure = new EmbedAnswer(Failed(part.Inputs, ProblemCodes.ProviderFailed, fault.Message), 0, null);
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
            _parts.AddLast(new Part(unusable, Again: true, part.Suspect));
        }
    }

    /// <param name="split">What its halves' ends are told to.</param>
    private void Halve(Part part, Split? split)
    {
        var middle = (part.Inputs.Count + 1) / 2;
        split?.Add();
        var (first, second) = (part with { Inputs = [.. part.Inputs.Take(middle)], Waits = false, From = split }, part with
            { Inputs = [.. part.Inputs.Skip(middle)], Waits = false, From = split });
        if (part.IsSpread)
        {
            _parts.AddFirst(second);
            _parts.AddFirst(first);
        }
        else
        {
            _parts.AddLast(first);
            _parts.AddLast(second);
        }
    }

    /// <summary>One text goes alone and next, the others after it.</summary>
    /// <param name="isSuspect">So are the others.</param>
    private void Peel(Part part, int place, bool isSuspect, bool isNamed = false)
    {
        part.From?.Blame();
        _parts.AddFirst(part with
            { Inputs = [.. part.Inputs.Where((_, index) => index != place)], Waits = !isNamed, Suspect = isSuspect, From = null });
        _parts.AddFirst(part with { Inputs = [part.Inputs[place]], IsNamed = isNamed, Waits = false, From = null });
    }

    /// <summary>One text went through and all together don't: a few, then more.</summary>
    private void Spread(Part part)
    {
        for (var (taken, next) = (0, 1); taken < part.Inputs.Count; taken += next, next *= 2)
        {
            _parts.AddLast(part with { Inputs = [.. part.Inputs.Skip(taken).Take(next)], Suspect = true, Waits = false, IsSpread = true });
        }
    }

    private static int Shortest(Part part) => part.Inputs.Index().MinBy(input => input.Item.Tokens).Index;

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

        answers.TryWrite(_meter.Tell(results));
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
        answers.TryWrite(_meter.Tell(Failed(inputs, code, fault.Message)));
        pulse.SetAside(inputs.Count, fault);
    }

    private static List<EmbedResult> Failed(IReadOnlyList<EmbedInput> inputs, string code, string message) =>
        [.. inputs.Select(input => new EmbedResult(input, ReadOnlyMemory<float>.Empty, new(code, message)))];
}
