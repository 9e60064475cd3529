using EmbSync.Core.Model;
using Microsoft.Extensions.AI;

namespace EmbSync.Core.Providers;

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

    /// <summary>A field of the request, or its value, is refused; no text is to blame.</summary>
    ShapeRefused,

    /// <summary>The request takes another form now: try again at once.</summary>
    Adapted,

    /// <summary>
    /// Before anything was ever answered a text was refused without a reason: try again at once, with what every server takes.
    /// </summary>
    AdaptedPlain,

    /// <summary>Some text of the request is refused, or their number, or the request's form: nothing says which.</summary>
    Unclear,

    /// <summary>Some text of the request is refused.</summary>
    TextRefused,

    /// <summary>Not sent: meanwhile another request was refused for as many inputs.</summary>
    Overtaken,

    /// <summary>Too many inputs a request.</summary>
    TooManyInputs,

    /// <summary>Too many tokens, or bytes, a request.</summary>
    TooManyTokens,

    /// <summary>An answer that can't be read.</summary>
    BadAnswer,

    /// <summary>A whole answer of another model or another dimension, or one whose vectors can't be told apart.</summary>
    WrongAnswer,

    /// <summary>Some vectors of the answer can't be used; the others can.</summary>
    BadVectors,
}

/// <summary>
/// One request failed. The message says what happened, to what and what to do next; it holds no body of an answer and no secret, and so
/// no inner exception of the client does.
/// </summary>
internal sealed class EmbeddingRequestException(RequestFault fault, string message, Exception? inner = null)
    : EmbSyncException(message, fault is RequestFault.Refused or RequestFault.ShapeRefused ? ExitCode.Refused : ExitCode.Failed, inner)
{
    public RequestFault Fault { get; } = fault;

    /// <summary>As the server asks; null when it says nothing.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What the answer says of the account's pace; null when nothing.</summary>
    public RateNotice? Rate { get; set; }

    /// <summary>What the server's refusal means; null where it refused nothing.</summary>
    public OpenAi.Refusal? Refusal { get; init; }

    /// <summary>One line of the server's own words, redacted; they may hold a text. Null where it said nothing.</summary>
    public string? ServersWords { get; init; }

    /// <summary>With <see cref="RequestFault.BadVectors"/>: in the order of the inputs, null where the vector can't be used.</summary>
    public IReadOnlyList<Embedding<float>?> Usable { get; init; } = [];

    /// <summary>What an answer that can't be used says it costs; null when it says nothing, or nothing was answered.</summary>
    public long? BilledTokens { get; set; }
}
