using System.Security.Cryptography;
using System.Text.Json.Nodes;
using EmbSync.Core.Configuration;
using EmbSync.Core.Configuration.LocalModels;
using EmbSync.Core.Model;

namespace EmbSync.Core.Providers.Local;

/// <summary>
/// All that decides about a local model's vectors, beside its name and dimension: what generations keep and fingerprints cover.
/// </summary>
/// <param name="Model">SHA-256 of the ONNX file, and so of how it was quantised.</param>
/// <param name="Vocabulary">SHA-256.</param>
/// <param name="Tokenizer">Version of how text becomes ids and windows.</param>
internal sealed record LocalRules(
    string Model, string Vocabulary, string Tokenizer, Pooling Pooling, int Window, bool Uncased, RolePrefixes Prefixes)
{
    private const string WindowsVersion = "windows-1";

    /// <summary>Reads both files through, unless their hashes are known.</summary>
    /// <exception cref="UsageException">A file can't be read.</exception>
    public static LocalRules Of(LocalModel model, RolePrefixes prefixes)
    {
        var (onnx, vocabulary) = model.Pinned ?? HashesOf(model);
        return new(onnx, vocabulary, $"{WordPieceTokenizer.Version} {WindowsVersion}", model.Pooling, model.Window, model.Uncased,
            prefixes);
    }

    /// <returns>Null: written by another version of the tool.</returns>
    public static LocalRules? TryParse(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject json
                && Enum.TryParse<Pooling>((string?)json["pooling"], ignoreCase: true, out var pooling)
                && json is { } && (string?)json["model"] is { } model && (string?)json["vocabulary"] is { } vocabulary
                    && (string?)json["tokenizer"] is { } tokenizer
                && (int?)json["window"] is { } window && (bool?)json["uncased"] is { } uncased
                ? new(model, vocabulary, tokenizer, pooling, window, uncased, new(
                    (string?)json["document"] ?? "", (string?)json["query"] ?? ""))
                : null;
        }
        catch (Exception caught) when (caught is System.Text.Json.JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    public override string ToString() => new JsonObject
    {
        ["model"] = Model,
        ["vocabulary"] = Vocabulary,
        ["tokenizer"] = Tokenizer,
        ["pooling"] = Pooling == Pooling.Cls ? "cls" : "mean",
        ["window"] = Window,
        ["uncased"] = Uncased,
        ["document"] = Prefixes.Document,
        ["query"] = Prefixes.Query,
    }.ToJsonString();

    /// <summary>Weights that an exporter put beside the model belong to it.</summary>
    private static LocalModelHashes HashesOf(LocalModel model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in new[] { model.ModelFile, model.ModelFile + "_data", model.ModelFile + ".data" }.Where(
            (file, index) => index == 0 || File.Exists(file)))
        {
            Append(hash, file);
        }

        var onnx = Convert.ToHexStringLower(hash.GetHashAndReset());
        Append(hash, model.VocabularyFile);
        return new(onnx, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static void Append(IncrementalHash hash, string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var buffer = new byte[1 << 16];
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                hash.AppendData(buffer.AsSpan(0, read));
            }
        }
        catch (Exception caught) when (caught is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{file}, a file of the model in embeddings.model, can't be read: {caught.Message}", caught);
        }
    }
}
