namespace EmbSync.Core.Providers;

/// <summary>What requests took since it was last told, tries that failed included. Of one batch, so of one thread at a time.</summary>
/// <param name="free">Nothing is sent: no request is counted, and all is billed at nothing.</param>
internal sealed class RequestMeter(bool free)
{
    private int _requests;
    private int _retries;
    private long? _billed;
    private long _covered;
    private long _unbilled;

    /// <summary>There is something to tell.</summary>
    public bool IsPending => _requests > 0 || _billed is not null;

    /// <summary>A request goes out.</summary>
    public void Sent(bool again)
    {
        _requests += free ? 0 : 1;
        _retries += free || !again ? 0 : 1;
    }

    /// <summary>An answer came whose vectors can be used, some of them at least.</summary>
    /// <param name="tokens">As it bills; null when it says nothing.</param>
    /// <param name="estimate">Of its texts.</param>
    public void Answered(long? tokens, long estimate)
    {
        if (!free && tokens is null)
        {
            _unbilled += estimate;
            return;
        }

        Wasted(free ? 0 : tokens, estimate);
    }

    /// <summary>An answer came that can't be used; it costs what it says.</summary>
    public void Wasted(long? tokens, long estimate)
    {
        if (tokens is { } billed)
        {
            _billed = (_billed ?? 0) + billed;
            _covered += estimate;
        }
    }

    /// <summary>The results with what is to tell, which is told by that.</summary>
    public EmbedAnswer Tell(IReadOnlyList<EmbedResult> results)
    {
        var answer = new EmbedAnswer(results, _requests, _billed) { Retries = _retries, Covered = _covered, Unbilled = _unbilled };
        (_requests, _retries, _billed, _covered, _unbilled) = (0, 0, null, 0, 0);
        return answer;
    }
}
