namespace EmbSync.Tests;

/// <summary>What the fake server does wrong with one request.</summary>
internal sealed record Fault
{
    private Fault(FaultKind kind) => Kind = kind;

    public FaultKind Kind { get; private init; }

    /// <summary>HTTP status of a refusal.</summary>
    public int HttpStatus { get; private init; } = 200;

    public string? Code { get; private init; }

    public string? Message { get; private init; }

    public IReadOnlyDictionary<string, string> Headers { get; private init; } = new Dictionary<string, string>();

    /// <summary>Seconds from the answer on, sent as an HTTP date.</summary>
    public TimeSpan? RetryAtDate { get; private init; }

    /// <summary>Position of the input whose vector is spoilt; -1 for all.</summary>
    public int Position { get; private init; }

    /// <summary>Its meaning is the kind's: a dimension, a number of vectors too many or too few.</summary>
    public int Number { get; private init; }

    public string? Model { get; private init; }

    /// <summary>The answer holds a usable vector of the input at that position.</summary>
    public bool DeliversAt(int position) => Kind switch
    {
        FaultKind.None or FaultKind.Shuffle or FaultKind.NoUsage or FaultKind.Floats or FaultKind.Unnormalised => true,
        FaultKind.NaN or FaultKind.Infinity or FaultKind.Zero or FaultKind.WrongDimension => Position >= 0 && Position != position,
        _ => false,
    };

    /// <summary>No fault: a place in a schedule where all goes well.</summary>
    public static Fault None() => new(FaultKind.None);

    /// <summary>A redirect to there.</summary>
    public static Fault Redirect(int status, string target) =>
        Status(status) with { Headers = new Dictionary<string, string> { ["Location"] = target } };

    public static Fault Status(int status, string? code = null, string? message = null) =>
        new(FaultKind.Refuse) { HttpStatus = status, Code = code, Message = message };

    /// <param name="retryAfter">Whole seconds in <c>Retry-After</c>; null sends no header.</param>
    public static Fault RateLimited(TimeSpan? retryAfter = null) =>
        RateLimitedWith("Retry-After", retryAfter is { } wait ? $"{(long)wait.TotalSeconds}" : null);

    public static Fault RateLimitedMs(TimeSpan retryAfter) => RateLimitedWith("retry-after-ms", $"{retryAfter.TotalMilliseconds}");

    public static Fault RateLimitedUntil(TimeSpan fromNow) => Status(429, "rate_limit_exceeded") with { RetryAtDate = fromNow };

    public static Fault RateLimitedWith(string header, string? value) => Status(429, "rate_limit_exceeded") with
    {
        Headers = value is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [header] = value },
    };

    public static Fault Quota() => Status(429, "insufficient_quota", "You exceeded your current quota");

    /// <summary>The connection ends in the middle of the body.</summary>
    public static Fault Truncate() => new(FaultKind.Truncate);

    /// <summary>A body that ends early but says so: valid HTTP, half of the JSON.</summary>
    public static Fault HalfJson() => new(FaultKind.HalfJson);

    public static Fault Html() => new(FaultKind.Body) { Message = "<html><body>Sign in to the network</body></html>" };

    public static Fault Empty() => new(FaultKind.Body) { Message = "" };

    /// <summary>Status 200 and a body that is no answer.</summary>
    public static Fault Body(string body) => new(FaultKind.Body) { Message = body };

    /// <summary>A status with a body of any form.</summary>
    public static Fault Answer(int status, string body) => new(FaultKind.Body) { HttpStatus = status, Message = body };

    public static Fault Reset() => new(FaultKind.Reset);

    /// <summary>No answer until the client goes.</summary>
    public static Fault Hang() => new(FaultKind.Hang);

    /// <summary>A byte at a time, without end.</summary>
    public static Fault Trickle() => new(FaultKind.Trickle);

    public static Fault Shuffle() => new(FaultKind.Shuffle);

    public static Fault MissingIndex() => new(FaultKind.MissingIndex);

    public static Fault DoubledIndex() => new(FaultKind.DoubledIndex);

    public static Fault Fewer() => new(FaultKind.Count) { Number = -1 };

    public static Fault More() => new(FaultKind.Count) { Number = 1 };

    public static Fault NaN(int position = 0) => new(FaultKind.NaN) { Position = position };

    public static Fault Infinity(int position = 0) => new(FaultKind.Infinity) { Position = position };

    public static Fault Zero(int position = 0) => new(FaultKind.Zero) { Position = position };

    public static Fault WrongDimension(int dimension = 7, int position = -1) =>
        new(FaultKind.WrongDimension) { Number = dimension, Position = position };

    public static Fault Unnormalised() => new(FaultKind.Unnormalised);

    public static Fault OtherModel(string model = "other-model") => new(FaultKind.OtherModel) { Model = model };

    public static Fault NoUsage() => new(FaultKind.NoUsage);

    /// <summary>Arrays of floats, whatever was asked for.</summary>
    public static Fault Floats() => new(FaultKind.Floats);
}

internal enum FaultKind
{
    None,
    Refuse,
    Truncate,
    HalfJson,
    Body,
    Reset,
    Hang,
    Trickle,
    Shuffle,
    MissingIndex,
    DoubledIndex,
    Count,
    NaN,
    Infinity,
    Zero,
    WrongDimension,
    Unnormalised,
    OtherModel,
    NoUsage,
    Floats,
}
