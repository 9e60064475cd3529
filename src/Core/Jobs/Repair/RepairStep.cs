using EmbSync.Core.Model;
using EmbSync.Core.Providers.Local;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Jobs.Repair;

public enum RepairState
{
    /// <summary>A dry run: it would be done.</summary>
    Planned,

    Done,

    /// <summary>Repair may not do it: the text says what does.</summary>
    Left,
}

/// <summary>One thing that is not as it should be, and what became of it.</summary>
/// <param name="Amount">Of what it is about.</param>
/// <param name="Name">For programs: <c>orphans</c>, <c>bad-vectors</c>.</param>
/// <param name="Sentence">For people: a sentence without its end.</param>
public sealed record RepairStep(string Name, string Subject, long Amount, RepairState State, string Sentence)
{
    /// <summary>Left because it would take away more than the bound on deletions allows.</summary>
    public bool IsRefused { get; init; }

    public static RepairStep Of(StoreFault fault, RepairState state, long count)
    {
        ArgumentNullException.ThrowIfNull(fault);
        var (name, sentence) = fault.Kind switch
        {
            StoreFaultKind.BadVectors => ("bad-vectors", $"{Verb(state, "deleted")} {Text.Count(count, "vector")} that no search can use; the next sync buys what is needed of them"),
            StoreFaultKind.SpareVectors =>
            ("spare-vectors", $"{Verb(state, "deleted")} {Text.Count(count, "vector")} that no chunk refers to, {Size(fault.Bytes)}"),
            StoreFaultKind.RetiredGeneration => ("retired-generation", $"{Verb(state, "dropped")} a generation that was retired for longer than the grace time, {Size(fault.Bytes)}"),
            StoreFaultKind.LeftoverWork =>
            ("leftover-work", $"{Verb(state, "deleted")} {Text.Count(count, "row")} of a queue that nobody works on"),
            StoreFaultKind.MissingTable =>
            ("missing-table", $"{Verb(state, "made")} an empty table in place of one that was gone; the next sync fills it"),
            StoreFaultKind.View => ("view", $"{Verb(state, "made anew")} the public view"),
            StoreFaultKind.InvalidIndex => ("invalid-index", $"{Verb(state, "dropped")} an INVALID index, left by a build that failed"),
            _ => ("missing-index", $"{Verb(state, "built")} the index"),
        };
        return new(name, fault.Subject, count, state, sentence);
    }

    /// <summary>What is left for that reason.</summary>
    public static RepairStep Refused(string name, string subject, long count, string violation) =>
        new(name, subject, count, RepairState.Left, violation) { IsRefused = true };

    private static string Verb(RepairState state, string done) => state == RepairState.Planned ? $"to be {done}:" : done;

    private static string Size(long bytes) => Text.Of($"about {bytes / 1_048_576.0:N1} MB");
}

/// <summary>How stored vectors compare with those that the model makes now.</summary>
/// <param name="Sampled">Chunks compared.</param>
/// <param name="Unreadable">Chunks whose text is neither in the store nor in its source any more, or that failed.</param>
/// <param name="Minimum">Least cosine.</param>
/// <param name="Below">Chunks with less than <see cref="Least"/>.</param>
public sealed record Verification(
    string Space, string Model, int Dimension, int Seed, int Sampled, int Unreadable, double Minimum, double Mean, int Below)
{
    /// <summary>Cosine that the same model reaches at the least, see <see cref="LeastOf"/>.</summary>
    public double Least { get; init; }

    /// <summary>
    /// Half precision alone leaves more than 0.9999: below 0.99 the model behind the name is another. A model that runs here is rounded by
    /// this processor; others may do it otherwise, and its files are known by their hashes anyway.
    /// </summary>
    public static double LeastOf(string provider) => provider == LocalProvider.ProviderName ? 0.97 : 0.99;
}
