namespace EmbSync.Core.Providers.OpenAi;

/// <summary>How an answer says whose a vector is.</summary>
internal enum IndexForm
{
    Number,

    /// <summary>Not there, or null.</summary>
    Missing,

    /// <summary>Text, a fraction, a negative number.</summary>
    Unusable,
}

/// <param name="Index">From 0; 0 where <paramref name="Form"/> is not <see cref="IndexForm.Number"/>.</param>
/// <param name="Vector">Empty where it can't be used: null, or nothing.</param>
internal readonly record struct AnswerRow(int Index, IndexForm Form, ReadOnlyMemory<float> Vector)
{
    /// <summary>A list of vectors where one was expected.</summary>
    public bool IsNested { get; init; }
}

/// <summary>What a server answered, before it is believed.</summary>
/// <param name="Rows">In the answer's order.</param>
/// <param name="Tokens">Null when the answer says nothing of them, or says 0, which no text takes.</param>
/// <param name="Rate">What the headers say of the account's pace.</param>
internal sealed record OpenAiAnswer(IReadOnlyList<AnswerRow> Rows, string? Model, long? Tokens, RateNotice? Rate = null);
