namespace EmbSync.Core.Configuration;

/// <summary>A value that never prints: <see cref="ToString"/> shows where it came from, not what it is.</summary>
/// <param name="origin">Environment variable or flag it came from.</param>
public sealed class Secret(string value, string origin) : IEquatable<Secret>
{
    public string Origin { get; } = origin;

    /// <summary>The value itself, for the one place that sends it.</summary>
    public string Reveal() => value;

    public override string ToString() => $"({Origin})";

    public bool Equals(Secret? other) => other is not null && other.Reveal() == value;

    public override bool Equals(object? obj) => Equals(obj as Secret);

    public override int GetHashCode() => value.GetHashCode(StringComparison.Ordinal);
}
