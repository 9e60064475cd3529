using EmbSync.Core.Configuration;

namespace EmbSync.Tool;

/// <summary>
/// What counts as a secret of this process: every environment variable whose name says so, whether the configuration uses it or not, so
/// that errors are safe before any configuration was read.
/// </summary>
internal static class Redaction
{
    private static readonly string[] Names = ["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "DATABASE_URL", "STORE_URL",
        "CONNECTION_STRING", "POSTGRES"];

    /// <summary>Shorter values are words of everyday output.</summary>
    private const int ShortestSecret = 6;

    /// <param name="config">Its key and headers are secret too, whatever their variables are called; null where there is none yet.</param>
    public static Redactor Of(IReadOnlyDictionary<string, string> environment, EmbSyncConfig? config = null) =>
        new([.. config is null ? [] : Redactor.KeysOf(config.Embeddings).Where(key => key.Reveal().Length >= ShortestSecret), .. environment
        .Where(variable => variable.Value.Length >= ShortestSecret
            && Array.Exists(Names, name => variable.Key.EndsWith(name, StringComparison.OrdinalIgnoreCase)))
        .Select(variable => new Secret(variable.Value, "env:" + variable.Key))]);
}
