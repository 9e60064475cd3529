using System.Text.Json.Nodes;
using EmbSync.Core.Configuration.Parsing;

namespace EmbSync.Core.Configuration.Definition;

/// <summary>What a setting's value may be: reads it, checks it, and says so in JSON Schema and in messages.</summary>
internal abstract class ValueKind
{
    /// <summary>Completes "must be ...".</summary>
    public abstract string Expected { get; }

    public abstract JsonObject Schema();

    /// <summary>Reports what is wrong with the value as it is written; references to the environment are not followed.</summary>
    public abstract void Check(ConfigNode node, ValueReading reading);
}

internal abstract class ValueKind<T> : ValueKind
{
    /// <summary>False when something was reported, or when a reference was met that the reading doesn't follow.</summary>
    public abstract bool TryRead(ConfigNode node, ValueReading reading, out T value);

    /// <summary>The value as it would be written in a file.</summary>
    public abstract JsonNode ToJson(T value);

    public override void Check(ConfigNode node, ValueReading reading) => TryRead(node, reading with { Environment = null }, out _);
}

/// <param name="Subject">The setting as messages name it: <c>embeddings.model</c>, <c>sources[0].name</c>.</param>
/// <param name="Where">File, variable or flag.</param>
/// <param name="Environment">Variables that <c>env:NAME</c> may stand for; null to leave references alone.</param>
internal sealed record ValueReading(string Subject, string Where, IReadOnlyDictionary<string, string>? Environment, ConfigProblems Problems)
{
    public void Report(ConfigNode node, string message) => Problems.Add(Where, node.Line, node.Column, message);
}

/// <summary>A single value: text, number or true/false, or <c>env:NAME</c> in its place.</summary>
internal abstract class ScalarKind<T> : ValueKind<T>
{
    public override bool TryRead(ConfigNode node, ValueReading reading, out T value)
    {
        value = default!;
        if (node is not ScalarNode scalar)
        {
            reading.Report(node, $"{reading.Subject} must be {Expected}, not {Quoting.Describe(node)}");
            return false;
        }

        if (EnvironmentReference.NameIn(scalar.Text) is not { } name)
        {
            return TryReadPlain(scalar, reading, out value);
        }

        if (!EnvironmentReference.IsName(name))
        {
            reading.Report(node, $"{reading.Subject}: {Quoting.Quote(name)} can't be the name of an environment variable: write env:NAME");
            return false;
        }

        if (reading.Environment is null)
        {
            return false;
        }

        if (EnvironmentReference.Value(reading.Environment, name) is not { } found)
        {
            reading.Report(node, $"{reading.Subject} is taken from the environment variable {name}, which is not set (or empty): set it, or write a value here");
            return false;
        }

        return TryReadPlain(scalar with { Text = found, Form = ScalarForm.Environment }, reading, out value);
    }

    public override JsonObject Schema()
    {
        var own = OwnSchema();
        var isAnyText = own.Count == 1 && own["type"]?.GetValue<string>() == "string";
        return isAnyText ? own : new JsonObject { ["anyOf"] = new JsonArray(own, EnvironmentReference.Schema()) };
    }

    /// <summary>JSON Schema of the value without the reference.</summary>
    protected abstract JsonObject OwnSchema();

    /// <param name="hint">What to do instead, to end the message; null when <see cref="ValueKind.Expected"/> says it all.</param>
    protected abstract bool TryParse(ScalarNode scalar, out T value, out string? hint);

    private bool TryReadPlain(ScalarNode scalar, ValueReading reading, out T value)
    {
        if (scalar.Form == ScalarForm.Nothing)
        {
            value = default!;
            reading.Report(scalar, $"{reading.Subject} has no value: it must be {Expected}, or the line goes");
            return false;
        }

        if (TryParse(scalar, out value, out var hint))
        {
            return true;
        }

        var end = hint is null ? "" : $": {hint}";
        reading.Report(scalar, $"{reading.Subject} must be {Expected}, not {Quoting.Describe(scalar)}{end}");
        return false;
    }
}
