using System.Diagnostics.CodeAnalysis;

namespace EmbSync.Core.Documents;

/// <summary>Leaves a parser from its depth; caught where the parser was called, never seen outside of Documents.</summary>
[SuppressMessage("Design", "CA1064:Exceptions should be public",
    Justification = "It never leaves Documents; callers get a problem as a value.")]
internal sealed class RefusedException(Refusal refusal) : Exception(refusal.Message)
{
    public Refusal Refusal { get; } = refusal;
}
