using EmbSync.Core.Configuration;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using EmbSync.Core.Storage.VectorFiles;

namespace EmbSync.Core.Tests.Storage;

/// <summary>The form of spool and cache: what comes back is what was written, whatever happened to the file.</summary>
public sealed class VectorFileTests
{
    private static readonly EmbeddingSignature Signature = new("openai", "text-embedding-3-small", 5, """{"document":"d: ","query":"q: "}""");

    [Theory]
    [InlineData(VectorType.Vector)]
    [InlineData(VectorType.HalfVec)]
    public void Comes_back_as_it_was(VectorType numbers)
    {
        var rows = Rows(7);

        var reader = new VectorFileReader(new MemoryStream(Bytes(rows, close: true, numbers)));
        var read = reader.Rows().ToList();

        reader.Header.Signature.ShouldBe(Signature);
        read.Select(row => (row.Hash, row.Tokens)).ShouldBe(rows.Select(row => (row.Hash, row.Tokens)));
        read.Select(row => row.Vector.ToArray()).ShouldBe(rows.Select(row => Rounded(numbers, row.Vector.Span)));
        (reader.CutOff, reader.Damaged).ShouldBe((false, 0));
    }

    [Fact]
    public void Cut_off_at_any_byte_it_gives_the_whole_records_before()
    {
        var rows = Rows(3);
        foreach (var close in new[] { false, true })
        {
            var bytes = Bytes(rows, close);
            var start = Bytes([], close: false).Length;
            var size = (bytes.Length - start) / rows.Count;
            for (var length = 0; length < bytes.Length; length++)
            {
                using var stream = new MemoryStream(bytes, 0, length);
                if (length < start - sizeof(long))
                {
                    Should.Throw<VectorFileException>(() => new VectorFileReader(stream));
                    continue;
                }

                var reader = new VectorFileReader(stream);
                var read = reader.Rows().Select(row => row.Hash).ToList();
                read.ShouldBe(rows.Take((length - start) / size).Select(row => row.Hash), $"at {length}");
                reader.CutOff.ShouldBe(close || length < start || (length - start) % size != 0, $"at {length}");
            }
        }
    }

    [Fact]
    public void A_flipped_bit_anywhere_never_gives_another_vector()
    {
        var rows = Rows(3);
        var bytes = Bytes(rows, close: true);
        for (var at = 0; at < bytes.Length; at++)
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= (byte)(1 << (at % 8));
            using var stream = new MemoryStream(damaged);
            try
            {
                var reader = new VectorFileReader(stream);
                reader.Header.Signature.ShouldBe(Signature);
                foreach (var row in reader.Rows())
                {
                    var original = rows.Single(one => one.Hash == row.Hash);
                    row.Vector.Span.SequenceEqual(original.Vector.Span).ShouldBeTrue($"at {at}");
                    row.Tokens.ShouldBe(original.Tokens);
                }
            }
            catch (VectorFileException)
            {
                at.ShouldBeLessThan(Bytes([], close: true).Length, "only a beginning makes the whole file unreadable");
            }
        }
    }

    [Fact]
    public void A_vector_that_no_store_takes_is_counted_as_damaged()
    {
        var bad = new VectorRow(ContentHash.Of("zero"), new float[5], 1);

        var reader = new VectorFileReader(new MemoryStream(Bytes([bad, .. Rows(1)], close: true)));

        reader.Rows().Count().ShouldBe(1);
        reader.Damaged.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("EMBSYNCV")]
    [InlineData("# A Markdown file that is longer than the beginning of a vector file\n")]
    public void Another_file_is_refused(string content) =>
        Should.Throw<VectorFileException>(() => new VectorFileReader(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content))))
            .Message.ShouldContain("no file of embsync's vectors");

    private static List<VectorRow> Rows(int count) => [.. Enumerable.Range(0, count).Select(i =>
        new VectorRow(ContentHash.Of($"text {i}"), new[] { 0.5f, -0.25f * i, 0.125f, 1f / (i + 3), -1f }, i * 11))];

    private static byte[] Bytes(IReadOnlyList<VectorRow> rows, bool close, VectorType numbers = VectorType.Vector)
    {
        using var stream = new MemoryStream();
        var writer = new VectorFileWriter(stream, VectorFileHeader.Of(Signature, numbers));
        foreach (var part in rows.Chunk(2))
        {
            writer.Append(part);
        }

        if (close)
        {
            writer.Close();
        }

        return stream.ToArray();
    }

    private static float[] Rounded(VectorType numbers, ReadOnlySpan<float> vector)
    {
        var target = new float[vector.Length];
        VectorCodec.Decode(numbers, VectorCodec.Encode(numbers, vector), target);
        return target;
    }
}
