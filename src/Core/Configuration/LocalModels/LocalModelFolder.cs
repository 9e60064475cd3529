using System.Text.Json;
using EmbSync.Core.Model;
using EmbSync.Core.Providers.Local;

namespace EmbSync.Core.Configuration.LocalModels;

/// <summary>
/// Finds a model's files where <c>embeddings.model</c> points, laid out as on the model hub, and reads what they say of themselves:
/// <c>config.json</c>, <c>tokenizer_config.json</c>, <c>sentence_bert_config.json</c>, <c>1_Pooling/config.json</c>. Settings win over
/// them.
/// </summary>
internal static class LocalModelFolder
{
    /// <summary>What models of the family take unless they say otherwise.</summary>
    private const int UsualWindow = 512;

    // Exporters write numbers without meaning (1e30) where there is no limit.
    private const int MostWindow = 32_768;

    private const string ModelName = "model.onnx", VocabularyName = "vocab.txt";

    /// <param name="path">A folder or an ONNX file, absolute.</param>
    /// <param name="dimension">As configured; null for what the files say.</param>
    /// <exception cref="UsageException">The files aren't there or don't say enough: with what was expected.</exception>
    public static LocalModel Read(string path, Pooling? pooling, int? window, int? dimension)
    {
        var onnx = FindModel(path);
        var beside = Path.GetDirectoryName(onnx)!;
        var folder = new[] { beside, Path.GetDirectoryName(beside) }.FirstOrDefault(
            one => one is not null && File.Exists(Path.Combine(one, VocabularyName)))
            ?? throw new UsageException($"{beside} has no {VocabularyName}, and neither has the folder above: expected the vocabulary of a BERT model (WordPiece), one piece a line, beside the model. "
                + "A tokenizer.json is not read");
        var own = Number(folder, "config.json", "hidden_size");
        if (dimension is not null && own is not null && own != dimension)
        {
            throw new UsageException($"embeddings.dimension {dimension}: {folder} makes vectors of {own} only");
        }

        return new(
            NameOf(onnx, folder), onnx, Path.Combine(folder, VocabularyName),
            own ?? dimension
                ?? throw new UsageException($"embeddings.dimension is needed: {folder} has no config.json with hidden_size. Write the length of the model's vectors"),
            pooling ?? PoolingOf(folder)
                ?? throw new UsageException($"embeddings.local.pooling is needed: {folder} has no 1_Pooling/config.json that says mean or cls. The model's card does"),
            window ?? new[] { UsualWindow, Number(folder, "config.json", "max_position_embeddings"), Number(folder,
                "tokenizer_config.json", "model_max_length"), Number(folder, "sentence_bert_config.json", "max_seq_length") }.Min()!.Value,
            Boolean(folder, "tokenizer_config.json", "do_lower_case") ?? true);
    }

    private static string FindModel(string path)
    {
        if (File.Exists(path))
        {
            return Path.GetExtension(path) == ".onnx" ? path : throw new UsageException(
                $"{path} is not a folder and not an .onnx file: expected a model in ONNX with {VocabularyName} beside it");
        }

        if (!Directory.Exists(path))
        {
            throw new UsageException($"{path} does not exist: embeddings.model of provider local is {BundledModel.Name}, or the path of a folder with {ModelName} and {VocabularyName}, or of an .onnx file with {VocabularyName} beside it");
        }

        string[] places = [path, Path.Combine(path, "onnx")];
        return places.Select(place => Path.Combine(place, ModelName)).FirstOrDefault(File.Exists) ?? throw new UsageException(
            places.Where(Directory.Exists).SelectMany(place => Directory.EnumerateFiles(place, "*.onnx")).Order(StringComparer.Ordinal)
            .ToList() is { Count: > 0 } others
                ? $"{path} has no {ModelName}: write which one is meant: {string.Join(", ", others)}"
                : $"{path} holds no model: expected {ModelName} there or in its folder onnx. A model in another format (safetensors, GGUF) has to be exported to ONNX, or served by an endpoint (provider: openai, baseUrl)");
    }

    /// <summary>
    /// Of the folder that has the vocabulary, and of the file where it isn't the usual one: two variants of one model must not have one
    /// name.
    /// </summary>
    private static string NameOf(string onnx, string folder)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
        var variant = Path.GetFileNameWithoutExtension(onnx);
        return Path.GetFileName(onnx) == ModelName ? name : $"{name}/{variant}";
    }

    private static Pooling? PoolingOf(string folder) =>
        (Boolean(folder, "1_Pooling/config.json", "pooling_mode_cls_token"),
        Boolean(folder, "1_Pooling/config.json", "pooling_mode_mean_tokens")) switch
    {
        (true, not true) => Pooling.Cls,
        (not true, true) => Pooling.Mean,
        _ => null,
    };

    private static int? Number(string folder, string file, string key) =>
        Find(folder, file, key) is { ValueKind: JsonValueKind.Number } value && value.GetDouble() is >= 1 and <= MostWindow and var number
            ? (int)number : null;

    private static bool? Boolean(string folder, string file, string key) =>
        Find(folder, file, key) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean() : null;

    private static JsonElement? Find(string folder, string file, string key)
    {
        var path = Path.Combine(folder, file);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(key, out var value)
                ? value.Clone() : null;
        }
        catch (Exception caught) when (caught is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}, a file of the model in embeddings.model, can't be read: {caught.Message}", caught);
        }
    }
}
