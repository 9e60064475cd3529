using EmbSync.Core.Configuration;
using EmbSync.Core.Configuration.LocalModels;
using EmbSync.Core.Model;
using EmbSync.Core.Providers.Local;
using EmbSync.Core.Tests.Configuration;

namespace EmbSync.Core.Tests.Embedding.Local;

/// <summary>Another model of the family, by the path of its files.</summary>
public sealed class ModelsByPath : IDisposable
{
    private const string Usual = "embeddings: { provider: local, model: models/mine, dimension: 384, local: { pooling: mean } }\n";

    private readonly ConfigFolder _folder = new(Usual);

    [Fact]
    public async Task Embed_as_they_would_inside_the_tool()
    {
        Place("models/mine");
        var config = _folder.Load().Embeddings;
        config.Local.ShouldBe(new(
            "mine", InFolder("models/mine/model.onnx"), InFolder("models/mine/vocab.txt"), 384, Pooling.Mean, 512, true));
        (await VectorAsync(config)).ShouldBe(await VectorAsync(LocalSettings.Bundled));
    }

    [Fact]
    public async Task Take_the_first_tokens_vector_where_they_are_made_for_it()
    {
        Place("models/mine");
        _folder.Write("embsync.yaml", Usual.Replace("mean", "cls", StringComparison.Ordinal));
        (await VectorAsync(_folder.Load().Embeddings)).ShouldNotBe(await VectorAsync(LocalSettings.Bundled));
    }

    [Fact]
    public void Are_described_by_their_own_files()
    {
        Place("models/mine", "onnx/model.onnx");
        _folder.Write("models/mine/config.json", """{ "hidden_size": 384, "max_position_embeddings": 512 }""");
        _folder.Write("models/mine/1_Pooling/config.json", """{ "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false }""");
        _folder.Write("models/mine/tokenizer_config.json", """{ "do_lower_case": false, "model_max_length": 1e30 }""");
        _folder.Write("models/mine/sentence_bert_config.json", """{ "max_seq_length": 256 }""");
        _folder.Write("embsync.yaml", "embeddings: { provider: local, model: ./models/mine }\n");
        _folder.Load().Embeddings.Local.ShouldBe(
            new("mine", InFolder("models/mine/onnx/model.onnx"), InFolder("models/mine/vocab.txt"), 384, Pooling.Cls, 256, false));

        _folder.Write("embsync.yaml", "embeddings: { provider: local, model: ./models/mine, local: { pooling: mean, window: 128 } }\n");
        _folder.Load().Embeddings.Local.ShouldBe(
            new("mine", InFolder("models/mine/onnx/model.onnx"), InFolder("models/mine/vocab.txt"), 384, Pooling.Mean, 128, false));
    }

    [Fact]
    public void Have_one_fingerprint_wherever_they_lie()
    {
        Place("models/mine");
        var here = SignatureOf(Usual);
        Place("elsewhere/mine");
        SignatureOf(Usual.Replace("models/mine", "elsewhere/mine", StringComparison.Ordinal)).ShouldBe(here);
    }

    [Fact]
    public void Have_another_fingerprint_when_anything_differs_that_vectors_depend_on()
    {
        Place("models/mine");
        var signatures = new List<EmbeddingSignature> { LocalProvider.SignatureOf(LocalSettings.Bundled), SignatureOf(Usual) };
        foreach (var (text, other) in new[]
        {
            ("mean", "cls"), ("pooling: mean", "pooling: mean, window: 256"), ("local:", "prefixes: { query: 'q: ' }, local:"),
                ("local:", "prefixes: { document: 'q: ' }, local:"),
        })
        {
            signatures.Add(SignatureOf(Usual.Replace(text, other, StringComparison.Ordinal)));
        }

        _folder.Write("models/mine/tokenizer_config.json", """{ "do_lower_case": false }""");
        signatures.Add(SignatureOf(Usual));
        File.Delete(InFolder("models/mine/tokenizer_config.json"));
        File.AppendAllText(InFolder("models/mine/vocab.txt"), "another\n");
        signatures.Add(SignatureOf(Usual));
        File.AppendAllText(InFolder("models/mine/model.onnx"), "x");
        signatures.Add(SignatureOf(Usual));
        File.WriteAllText(InFolder("models/mine/model.onnx_data"), "weights beside it");
        signatures.Add(SignatureOf(Usual));
        signatures.Select(signature => signature.Fingerprint).ShouldBeUnique();
    }

    [Theory]
    [InlineData("", "models/mine does not exist: embeddings.model of provider local is all-MiniLM-L6-v2, or the path of a folder with model.onnx and vocab.txt")]
    [InlineData("model.onnx", "models/mine has no vocab.txt, and neither has the folder above")]
    [InlineData("vocab.txt", "models/mine holds no model: expected model.onnx there or in its folder onnx")]
    [InlineData("vocab.txt model_q.onnx", "models/mine has no model.onnx: write which one is meant: {folder}/models/mine/model_q.onnx")]
    public void Are_missed_by_name(string files, string message)
    {
        foreach (var file in files.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            _folder.Write("models/mine/" + file, "");
        }

        _folder.Errors().ShouldContain(message.Replace("{folder}", _folder.Root, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("model: models/mine, dimension: 384", "embeddings.local.pooling is needed: ")]
    [InlineData("model: models/mine, local: { pooling: mean }", "embeddings.dimension is needed: ")]
    [InlineData("model: models/mine/vocab.txt", "is not a folder and not an .onnx file")]
    [InlineData("model: lexical-v1", "'lexical-v1' is a model of provider lexical, not of local: write provider: lexical")]
    [InlineData("model: text-embedding-3-small", "is a model of provider openai, not of local: write provider: openai")]
    [InlineData("dimension: 512", "embeddings.dimension 512: 'all-MiniLM-L6-v2' makes vectors of 384 only")]
    [InlineData("local: { pooling: cls }", "embeddings.local.pooling is for a model that provider local gets by path")]
    [InlineData("local: { window: 8 }", "embeddings.local.window must be a whole number from 32 to 32768")]
    public void Are_refused_where_settings_do_not_fit(string settings, string message)
    {
        Place("models/mine");
        ErrorsIn($"embeddings: {{ provider: local, {settings} }}\n").ShouldContain(message);
    }

    [Fact]
    public void Are_refused_where_the_dimension_is_another_than_their_files_say()
    {
        Place("models/mine");
        _folder.Write("models/mine/config.json", """{ "hidden_size": 384 }""");
        ErrorsIn(Usual.Replace("384", "256", StringComparison.Ordinal)).ShouldContain("makes vectors of 384 only");
        _folder.Write("models/mine/config.json", "{ not json");
        ErrorsIn(Usual).ShouldContain("config.json, a file of the model in embeddings.model, can't be read");
    }

    [Fact]
    public void Are_refused_where_the_file_is_no_model()
    {
        Place("models/mine");
        File.WriteAllText(InFolder("models/mine/model.onnx"), "not a model");
        Should.Throw<UsageException>(() => Open(_folder.Load().Embeddings)).Message.ShouldContain("model.onnx can't be loaded as a model");
        File.Delete(InFolder("models/mine/vocab.txt"));
        File.WriteAllText(InFolder("models/mine/vocab.txt"), "<s>\n");
        Should.Throw<UsageException>(() => Open(_folder.Load().Embeddings)).Message.ShouldContain("has no line [CLS]");
    }

    [Fact]
    public void Are_refused_where_the_model_is_of_another_kind()
    {
        Place("models/mine");
        File.WriteAllBytes(InFolder("models/mine/model.onnx"), TinyOnnx.Identity("pixel_values", "features", elementType: 1, 1, 3, 224));
        Should.Throw<UsageException>(() => Open(_folder.Load().Embeddings)).Message.ShouldContain(
            "takes pixel_values of Float; expected an ONNX model of the BERT family");
        File.WriteAllBytes(InFolder("models/mine/model.onnx"), TinyOnnx.Identity("input_ids", "logits", elementType: 7, 1, 7));
        Should.Throw<UsageException>(() => Open(_folder.Load().Embeddings)).Message.ShouldContain(
            "answers logits of Int64 [1, 7]; expected");
    }

    [Fact]
    public void Are_refused_where_they_make_another_dimension()
    {
        Place("models/mine");
        _folder.Write("embsync.yaml", Usual.Replace("384", "256", StringComparison.Ordinal));
        Should.Throw<UsageException>(() => Open(_folder.Load().Embeddings)).Message.ShouldContain(
            "makes vectors of 384 dimensions, not 256: set embeddings.dimension to 384");
    }

    /// <summary>The store's vectors stay those of the model that made them: another file behind the path isn't taken for it.</summary>
    [Fact]
    public void Are_not_mixed_when_the_file_behind_the_path_changes()
    {
        Place("models/mine");
        var made = SignatureOf(Usual);
        File.AppendAllText(InFolder("models/mine/vocab.txt"), "another\n");
        Should.Throw<UsageException>(() => LocalProvider.Open(_folder.Load().Embeddings, made)).Message.ShouldContain(
            "the vectors in use were made by local model mine (SHA-256 ");

        // The one inside the tool can always be had, whatever is configured.
        using var bundled = LocalProvider.Open(_folder.Load().Embeddings, LocalProvider.SignatureOf(LocalSettings.Bundled));
        bundled.Signature.Model.ShouldBe("all-MiniLM-L6-v2");
    }

    public void Dispose() => _folder.Dispose();

    private static LocalProvider Open(EmbeddingsConfig config) =>
        (LocalProvider)LocalProvider.Open(config, LocalProvider.SignatureOf(config));

    private static async Task<float[]> VectorAsync(EmbeddingsConfig config)
    {
        using var provider = Open(config);
        return (await provider.Documents.GenerateAsync(["A text of a few words, Ärger included."])).Single().Vector.ToArray();
    }

    private EmbeddingSignature SignatureOf(string yaml)
    {
        _folder.Write("embsync.yaml", yaml);
        return LocalProvider.SignatureOf(_folder.Load().Embeddings);
    }

    private string ErrorsIn(string yaml)
    {
        _folder.Write("embsync.yaml", yaml);
        return _folder.Errors();
    }

    private void Place(string folder, string model = "model.onnx")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(InFolder($"{folder}/{model}"))!);
        File.Copy(BundledModel.Model.ModelFile, InFolder($"{folder}/{model}"));
        File.Copy(BundledModel.Model.VocabularyFile, InFolder($"{folder}/vocab.txt"));
    }

    private string InFolder(string path) => Path.Combine(_folder.Root, path);
}
