using EmbSync.Core.Configuration;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Tests.Storage;

public sealed class VectorCodecTests
{
    private static readonly float[] Numbers = [1, -2, 0.1f, 65_504, 6e-8f, 1.0009766f, 1.0004883f];

    [Theory]
    [InlineData(VectorType.HalfVec)]
    [InlineData(VectorType.Vector)]
    public void What_is_written_is_read_again(VectorType type)
    {
        var numbers = new float[Numbers.Length];
        VectorCodec.Decode(type, VectorCodec.Encode(type, Numbers), numbers);
        numbers.ShouldBe(type == VectorType.Vector ? Numbers : [.. Numbers.Select(number => (float)(Half)number)]);
    }

    [Fact]
    public void Bytes_are_in_the_order_that_is_asked_for()
    {
        Span<byte> bytes = stackalloc byte[4];
        VectorCodec.Encode(VectorType.HalfVec, [1, -2], bytes, bigEndian: true);
        bytes.ToArray().ShouldBe([0x3C, 0x00, 0xC0, 0x00]);
        VectorCodec.Encode(VectorType.HalfVec, [1, -2], bytes, bigEndian: false);
        bytes.ToArray().ShouldBe([0x00, 0x3C, 0x00, 0xC0]);
        VectorCodec.Encode(VectorType.Vector, [1], bytes, bigEndian: true);
        bytes.ToArray().ShouldBe([0x3F, 0x80, 0, 0]);
        VectorCodec.Encode(VectorType.Vector, [1], bytes, bigEndian: false);
        bytes.ToArray().ShouldBe([0, 0, 0x80, 0x3F]);
    }
}
