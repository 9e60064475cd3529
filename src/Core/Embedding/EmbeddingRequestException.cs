using EmbSync.Core.Model;
using Microsoft.Extensions.AI;

namespace EmbSync.Core.Embedding;

/// <summary>What to do about a request that brought no whole answer.</summary>
internal enum RequestFault
{
    /// <summary>A server's error, a time-out, a broken connection: try again.</summary>
    Transient,

    /// <summary>Nobody listens there: try again, but no text is to blame.</summary>
    Unreachable,

    /// <summary>No whole answer in time: try again, then ask for less at once.</summary>
    TimedOut,

    /// <summary>Too fast: wait, try again, go slower.</summary>
    RateLimited,

    /// <summary>The server asks to wait longer than any request may take.</summary>
    WaitTooLong,

    /// <summary>Every request is refused: key, quota, model, address, dimension.</summary>
    Refused,

    /// <summary>The model makes no vectors of the dimension that was asked for, or can't be asked for one.</summary>
    DimensionRefused,

    /// <summary>The request takes another form now: try again at once.</summary>
    Adapted,

    /// <summary>Some text of the request is refused.</summary>
    TextRefused,

    /// <summary>Too many inputs a request.</summary>
    TooManyInputs,

    /// <summary>Too many tokens, or bytes, a request.</summary>
    TooManyTokens,

    /// <summary>An answer that can't be read or whose vectors can't be told apart.</summary>
    BadAnswer,

    /// <summary>A whole answer of another model or another dimension.</summary>
    WrongAnswer,

    /// <summary>Some vectors of the answer can't be used; the others can.</summary>
    BadVectors,
}

/// <summary>
/// One request failed. The message says what happened, to what and what to do next; it holds no body of an answer and no secret, and so
/// no inner exception of the client does.
/// </summary>
internal sealed class EmbeddingRequestException(RequestFault fault, string message, Exception? inner = null)
    : EmbSyncException(message, fault is RequestFault.Refused or RequestFault.DimensionRefused ? ExitCode.Refused : ExitCode.Failed, inner)
{
    public RequestFault Fault { get; } = fault;

    /// <summary>As the server asks; null when it says nothing.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What the answer says of the account's pace; null when nothing.</summary>
    public RateNotice? Rate { get; init; }

    /// <summary>With <see cref="RequestFault.BadVectors"/>: in the order of the inputs, null where the vector can't be used.</summary>
    public IReadOnlyList<Embedding<float>?> Usable { get; init; } = [];

    /// <summary>With <see cref="RequestFault.BadVectors"/>: what the answer says it costs.</summary>
    public long? BilledTokens { get; init; }
}
