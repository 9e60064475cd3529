using EmbSync.Core.Configuration.Definition;

namespace EmbSync.Core.Configuration;

/// <summary>A value that never prints: <see cref="ToString"/> shows where it came from, not what it is.</summary>
/// <param name="origin">Environment variable or flag it came from.</param>
public sealed class Secret(string value, string origin) : IEquatable<Secret>
{
    public string Origin { get; } = origin;

    /// <summary>The value itself, for the one place that sends it.</summary>
    public string Reveal() => value;

    /// <summary>A flag's value: written out, or <c>env:NAME</c>.</summary>
    /// <exception cref="Model.UsageException">The variable is not set, or has no possible name.</exception>
    public static Secret FromFlag(string flag, string text, IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (EnvironmentReference.NameIn(text) is not { } name)
        {
            return new(text, flag);
        }

        if (!EnvironmentReference.IsName(name))
        {
            // Not repeated: it may be an address after all.
            throw new Model.UsageException($"{flag} env:...: what follows env: is no name of a variable");
        }

        return EnvironmentReference.Value(environment, name) is { } found ? new(found, text) : throw new Model.UsageException(
            $"{flag} {text}: that variable is not set");
    }

    public override string ToString() => $"({Origin})";

    public bool Equals(Secret? other) => other is not null && other.Reveal() == value;

    public override bool Equals(object? obj) => Equals(obj as Secret);

    public override int GetHashCode() => value.GetHashCode(StringComparison.Ordinal);
}
