namespace EmbSync.Core.Embedding;

internal static class TokenEstimate
{
    public static int Estimate(string text) => (text.Length + 3) / 4;
}
