namespace EmbSync.Core.Configuration;

/// <summary>How vectors come over the wire.</summary>
public enum VectorEncoding
{
    /// <summary>Four bytes a number, as text: a third of the size of digits.</summary>
    Base64,

    /// <summary>Arrays of numbers, asked for by name.</summary>
    Float,

    /// <summary>Nothing is asked for: every server that was looked at answers with arrays of numbers then.</summary>
    Unsaid,
}

/// <summary>What a request to the provider looks like where the file says so; what it leaves open is learned from the server.</summary>
/// <param name="NamesDimension">The request carries <c>dimensions</c>; null to learn it.</param>
/// <param name="Encoding">Null to learn it.</param>
/// <param name="Model">Name that the server answers with, or <see cref="AnyModel"/>; null for the configured model's.</param>
/// <param name="Extra">Fields beside model, input, dimensions and encoding, in the order of their names.</param>
/// <param name="Headers">In the order of the file.</param>
public sealed record RequestConfig(
    bool? NamesDimension, VectorEncoding? Encoding, string? Model, IReadOnlyList<ExtraField> Extra, IReadOnlyList<ExtraHeader> Headers)
{
    public const string AnyModel = "any";

    public static readonly RequestConfig Learned = new(null, null, null, [], []);
}

/// <summary>A field of the request's body. Its values are JSON.</summary>
/// <param name="Document">For texts that are stored; null where the field is left out then.</param>
/// <param name="Query">For texts that are searched for; null where the field is left out then.</param>
public sealed record ExtraField(string Name, string? Document, string? Query)
{
    /// <summary>Variables that values come from: they go only where the key may go.</summary>
    public IReadOnlyList<Secret> Secrets { get; init; } = [];

    public bool HasRoles => Document != Query;
}

/// <param name="Value">Null where <paramref name="Variable"/> is not set.</param>
/// <param name="Variable">Environment variable that holds the value; null for one that is written out, which is no secret.</param>
public sealed record ExtraHeader(string Name, Secret? Value, string? Variable);
