#pragma warning disable RS0030 // Runs what was made.
using System.Reflection;
using System.Security.Cryptography;
using EmbSync.Core.Providers.Local;
using EmbSync.ModelMaker;
using Microsoft.ML.OnnxRuntime;

namespace EmbSync.Core.Tests.Embedding.Local;

/// <summary>What the build makes of a packaged model.</summary>
public sealed class QuantisedModels : IDisposable
{
    private static readonly string Package = typeof(QuantisedModels).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "MiniLmPackage").Value!;

    private readonly string _folder = Directory.CreateTempSubdirectory("embsync-").FullName;

    [Fact]
    public void Are_what_the_tool_takes_them_for()
    {
        var pinned = PinnedModel.All.Single(model => model.Name == BundledModel.Name);
        BundledModel.Model.Pinned.ShouldBe(new(pinned.Result, pinned.Vocabulary));
        BundledModel.IsHere.ShouldBeTrue();
        Hash(BundledModel.Model.ModelFile).ShouldBe(pinned.Result);
        Hash(BundledModel.Model.VocabularyFile).ShouldBe(pinned.Vocabulary);
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(BundledModel.Model.ModelFile)!, "NOTICE")).ShouldContain("quantised");
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(BundledModel.Model.ModelFile)!, "LICENSE")).ShouldContain("Apache License");
    }

    /// <summary>A column of small weights beside one of large: one scale for both would round the small ones away.</summary>
    [Fact]
    public void Keep_each_columns_and_rows_precision()
    {
        const int Rows = 64, Columns = 8, Entries = 5, Width = 16;
        var random = new Random(7);
        float[] weights = [.. Enumerable.Range(0, Rows * Columns).Select(
            i => (float)((random.NextDouble() - 0.5) * Math.Pow(10, -(i % Columns))))];
        float[] table = [.. Enumerable.Range(0, Entries * Width).Select(
            i => (float)((random.NextDouble() - 0.5) * Math.Pow(10, -(i / Width))))];
        float[] input = [.. Enumerable.Range(0, Rows).Select(_ => (float)random.NextDouble())];
        var model = TinyOnnx.ProductAndLookup(weights, Rows, Columns, table, Entries);
        for (var entry = 0L; entry < Entries; entry++)
        {
            var (products, row) = Run(model, input, entry);
            var (quantised, quantisedRow) = Run(Quantiser.Quantise(model), input, entry);
            for (var column = 0; column < Columns; column++)
            {
                ((double)quantised[column]).ShouldBe(products[column], 0.05 * Math.Pow(10, -column), $"column {column}");
            }

            for (var i = 0; i < Width; i++)
            {
                ((double)quantisedRow[i]).ShouldBe(row[i], 0.004 * Math.Pow(10, -entry), $"row {entry}");
            }
        }
    }

    /// <summary>Two neighbours of a column go through sixteen bits together on processors without VNNI.</summary>
    [Fact]
    public void Have_no_neighbours_that_overflow_sixteen_bits()
    {
        var file = ProtoMessage.Parse(File.ReadAllBytes(BundledModel.Model.ModelFile));
        var graph = ProtoMessage.Parse(file.Fields.Single(field => field.Number == 7).Bytes);
        var products = graph.Fields.Where(field => field.Number == 1).Select(field => OnnxNode.Of(ProtoMessage.Parse(field.Bytes)))
            .Where(node => node.Operator == "MatMulInteger").Select(node => node.Inputs[1]).ToHashSet();
        products.Count.ShouldBe(36);
        foreach (var tensor in graph.Fields.Where(field => field.Number == 5).Select(field => ProtoMessage.Parse(field.Bytes)).Where(
            tensor => products.Contains(OnnxTensor.NameOf(tensor))))
        {
            var columns = (int)tensor.Numbers(1)[1];
            var weights = tensor.Fields.Single(field => field.Number == 9).Bytes.Span;
            var most = 0;
            for (var i = 0; i + columns < weights.Length; i += i % (2 * columns) == columns - 1 ? columns + 1 : 1)
            {
                most = Math.Max(most, Math.Abs((sbyte)weights[i]) + Math.Abs((sbyte)weights[i + columns]));
            }

            most.ShouldBeInRange(120, 128, OnnxTensor.NameOf(tensor));
        }
    }

    [Fact]
    public void Are_refused_when_the_package_holds_another_one()
    {
        // An assembly with a resource of the model's name would do: this test's own has none.
        Should.Throw<InvalidDataException>(() => PinnedModel.All[0].Make(typeof(QuantisedModels).Assembly.Location, _folder))
            .Message.ShouldContain("holds no resource whose name ends with 'model.onnx'");
        Should.Throw<InvalidDataException>(() => (PinnedModel.All[0] with { Source = "0" }).Make(Package, _folder))
            .Message.ShouldContain("is not the pinned one of all-MiniLM-L6-v2: its SHA-256 is 4a64cee3");
        Directory.EnumerateFiles(_folder).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("0a05616263")]
    [InlineData("ffffffffffffffffffffff")]
    [InlineData("0b")]
    public void Are_refused_when_the_file_is_cut_off_or_no_message(string hex) =>
        Should.Throw<InvalidDataException>(() => Quantiser.Quantise(Convert.FromHexString(hex)));

    [Fact]
    public void Keep_what_is_not_understood()
    {
        var written = new ProtoMessage().Add(1, -1).Add(9, "text").Add(9, [1, 2]).ToBytes();
        byte[] bytes = [.. written, (12 << 3) | 5, 1, 2, 3, 4, (13 << 3) | 1, 1, 2, 3, 4, 5, 6, 7, 8];
        ProtoMessage.Parse(bytes).ToBytes().ShouldBe(bytes);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Hash(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));

    private static (float[] Products, float[] Row) Run(byte[] model, float[] input, long at)
    {
        using var session = new InferenceSession(model);
        using var options = new RunOptions();
        using var x = OrtValue.CreateTensorValueFromMemory(input, [1, input.Length]);
        using var index = OrtValue.CreateTensorValueFromMemory(new[] { at }, [1, 1]);
        using var outputs = session.Run(options, ["x", "at"], [x, index], ["y", "z"]);
        return (outputs[0].GetTensorDataAsSpan<float>().ToArray(), outputs[1].GetTensorDataAsSpan<float>().ToArray());
    }
}
