namespace EmbSync.Core.Embedding.OpenAi;

/// <summary>What a server answered, before it is believed.</summary>
/// <param name="Rows">In the answer's order; the index says whose vector it is, 0 where the answer says nothing.</param>
/// <param name="Tokens">Null when the answer has no usage.</param>
/// <param name="Rate">What the headers say of the account's pace.</param>
internal sealed record OpenAiAnswer(IReadOnlyList<(int Index, ReadOnlyMemory<float> Vector)> Rows, string? Model, long? Tokens, RateNotice? Rate = null);
