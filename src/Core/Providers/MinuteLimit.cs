namespace EmbSync.Core.Providers;

/// <summary>
/// Requests and tokens of the last minute against what a minute may have. A sliding minute and not a bucket: a bucket that is full at the
/// start lets nearly twice the limit through in its first minute. Not safe for threads: the gate's lock is around it.
/// </summary>
/// <param name="requests">A minute at most; null for no limit until an answer names one.</param>
/// <param name="tokens">The same for tokens.</param>
internal sealed class MinuteLimit(long? requests, long? tokens, TimeProvider clock)
{
    public static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Queue<Start> _starts = [];
    private long _tokens;
    private long? _requestsSaid;
    private long? _tokensSaid;
    private Rest? _requestsLeft;
    private Rest? _tokensLeft;

    // What is set holds where the server allows more.
    private long? RequestsAMinute => Least(requests, _requestsSaid);

    private long? TokensAMinute => Least(tokens, _tokensSaid);

    /// <summary>A request that started; its tokens are an estimate until the answer says them.</summary>
    public sealed class Start(long at, long tokens)
    {
        public long At => at;

        public long Tokens { get; set; } = tokens;
    }

    /// <summary>What the server said is left, less what started since.</summary>
    private sealed class Rest(long amount, long from, TimeSpan reset)
    {
        public long Amount { get; set; } = amount;

        public long From => from;

        public TimeSpan Reset => reset;
    }

    /// <summary>
    /// Zero: a request of so many tokens may start now. One that is larger than a minute's tokens waits for an empty minute and goes alone.
    /// </summary>
    public TimeSpan UntilRoomFor(long tokens)
    {
        Forget();
        var wait = Longer(UntilRest(ref _requestsLeft, 1), UntilRest(ref _tokensLeft, Math.Min(tokens, TokensAMinute ?? tokens)));
        var (count, load) = (_starts.Count, _tokens);
        foreach (var start in _starts)
        {
            if (!(count >= RequestsAMinute) && !(load + tokens > TokensAMinute))
            {
                break;
            }

            wait = Longer(wait, Minute - clock.GetElapsedTime(start.At));
            count--;
            load -= start.Tokens;
        }

        return wait;
    }

    public Start Begin(long tokens)
    {
        var start = new Start(clock.GetTimestamp(), tokens);
        _starts.Enqueue(start);
        _tokens += tokens;
        _requestsLeft?.Amount -= 1;
        _tokensLeft?.Amount -= tokens;
        return start;
    }

    /// <summary>The answer says what the request took.</summary>
    public void Correct(Start start, long tokens)
    {
        // One that is older than a minute counts no more.
        if (_starts.Contains(start))
        {
            _tokens += tokens - start.Tokens;
            start.Tokens = tokens;
        }
    }

    public void Learn(RateNotice notice)
    {
        _requestsSaid = notice.RequestsAMinute ?? _requestsSaid;
        _tokensSaid = notice.TokensAMinute ?? _tokensSaid;
        _requestsLeft = Left(notice.RequestsLeft, notice.RequestsReset) ?? _requestsLeft;
        _tokensLeft = Left(notice.TokensLeft, notice.TokensReset) ?? _tokensLeft;
    }

    // A server that names hours is not believed beyond a minute: if it means it, it answers 429 and says so.
    private Rest? Left(long? amount, TimeSpan? reset) =>
        amount is { } left && reset is { } wait ? new(left, clock.GetTimestamp(), wait < Minute ? wait : Minute) : null;

    private TimeSpan UntilRest(ref Rest? rest, long needed)
    {
        if (rest is null || rest.Amount >= needed)
        {
            return TimeSpan.Zero;
        }

        var left = rest.Reset - clock.GetElapsedTime(rest.From);
        if (left > TimeSpan.Zero)
        {
            return left;
        }

        rest = null;
        return TimeSpan.Zero;
    }

    private void Forget()
    {
        while (_starts.TryPeek(out var oldest) && clock.GetElapsedTime(oldest.At) >= Minute)
        {
            _tokens -= _starts.Dequeue().Tokens;
        }
    }

    private static long? Least(long? set, long? said) => set is { } one && said is { } other ? Math.Min(one, other) : set ?? said;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
