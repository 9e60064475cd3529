using System.Runtime.InteropServices;
using EmbSync.Core.Configuration.LocalModels;
using EmbSync.Core.Model;

namespace EmbSync.Core.Providers.Local;

/// <summary>The model that the tool carries where OnnxRuntime has a library for the platform, and what is said where it doesn't.</summary>
internal static class BundledModel
{
    public const string Name = "all-MiniLM-L6-v2";
    public const int Dimension = 384;

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "models", Name);

    /// <summary>The hashes are those that src/ModelMaker makes: a test compares.</summary>
    public static readonly LocalModel Model = new(
        Name, Path.Combine(Folder, "model.onnx"), Path.Combine(Folder, "vocab.txt"), Dimension, Pooling.Mean, Window: 512, Uncased: true)
    {
        Pinned = new("f80441959684f180d706430bf6a28a55df31233a0546da854b6b43e2cbbe7c31",
            "b49e80874c5efbc7f4cde245a812673b05ef1360ced56b8bc8c750eaeef3fe0f"),
    };

    /// <summary>This copy of the tool can embed with it. Looks for files and loads nothing.</summary>
    public static bool IsHere => File.Exists(Model.ModelFile) && File.Exists(Path.Combine(AppContext.BaseDirectory, LibraryName));

    /// <summary>OnnxRuntime's library as this system names it.</summary>
    public static string LibraryName =>
        OperatingSystem.IsWindows() ? "onnxruntime.dll" : OperatingSystem.IsMacOS() ? "libonnxruntime.dylib" : "libonnxruntime.so";

    /// <summary>Why this copy can't run a model, and what can be done instead.</summary>
    public static UsageException Missing(Exception? inner = null)
    {
        var platform = RuntimeInformation.RuntimeIdentifier;
        return new(
            $"{Name}, the model of provider local, is not in this copy of embsync ({platform}): it comes with the packages for linux-x64, linux-arm64, win-x64 and osx-arm64, for which OnnxRuntime has a library. "
            + "Run there, or change embeddings.provider: to lexical, which finds shared words, or to openai with the address of a server (embeddings.baseUrl). "
            + "Models are never mixed: after a change 'embsync sync' makes all vectors anew", inner);
    }
}
