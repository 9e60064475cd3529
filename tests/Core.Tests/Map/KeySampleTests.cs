using EmbSync.Core.Jobs.Map;

namespace EmbSync.Core.Tests.Map;

public sealed class KeySampleTests
{
    [Fact]
    public void All_are_kept_in_order_while_there_is_room() => Sampled(10, Enumerable.Range(0, 10)).ShouldBe(Enumerable.Range(0, 10));

    [Fact]
    public void Who_is_in_depends_on_the_keys_alone()
    {
        var some = Sampled(20, Enumerable.Range(0, 500));

        some.Count.ShouldBe(20);
        some.ShouldBe([.. some.Order()], "they come in the order of the stream");
        Sampled(20, Enumerable.Range(0, 500).Reverse()).Order().ShouldBe(some);
        Sampled(20, Enumerable.Range(0, 510)).Intersect(some).Count().ShouldBeGreaterThan(
            15, "a stream that grows a little keeps most of its sample");
    }

    private static List<int> Sampled(int capacity, IEnumerable<int> values)
    {
        var sample = new KeySample<int>(capacity);
        foreach (var value in values)
        {
            sample.Offer($"key {value}", value);
        }

        return [.. sample.Values];
    }
}
