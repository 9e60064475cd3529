using System.Reflection;
using System.Text.RegularExpressions;
using EmbSync.Core.Reporting;

namespace EmbSync.Core.Tests.Reporting;

/// <summary>Where there is one of a thing, every text says so: "1 chunk", not "1 chunks".</summary>
public sealed partial class OneOfEach
{
    private static readonly string[] Statuses = ["planned", "done", "partial", "stopped", "failed", "interrupted", "left", "mended",
        "well", "missing", "stale", "orphaned", "blocked"];

    /// <summary>All that makes text of a report, found by its form, so that a new one is tested from its first day.</summary>
    private static IReadOnlyList<MethodInfo> Renderers { get; } =
    [
        .. typeof(SyncText).Assembly.GetTypes().Where(type => type.Namespace == typeof(SyncText)
            .Namespace && type.IsAbstract && type.IsSealed && type.Name.EndsWith("Text", StringComparison.Ordinal))
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(method => method.ReturnType == typeof(string) && method.GetParameters() is [{ ParameterType: var first }, ..]
                && first.IsClass && first != typeof(string) && !typeof(Exception).IsAssignableFrom(first)
                && Array.TrueForAll(method.GetParameters()[1..], parameter => parameter.ParameterType == typeof(Ink)
                    || parameter.ParameterType == typeof(string))
                && first.GetMethod("<Clone>$") is not null),
    ];

    [Fact]
    public void There_are_renderers() => Renderers.Count.ShouldBeGreaterThan(20);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_text_counts_one_as_one(bool flags)
    {
        var wrong = new List<string>();
        foreach (var renderer in Renderers)
        {
            foreach (var status in Statuses)
            {
                var report = Ones.Of(renderer.GetParameters()[0].ParameterType, status, flags);
                object[] arguments = [report, .. renderer.GetParameters()[1..].Select(
                    parameter => parameter.ParameterType == typeof(Ink) ? (object)Ink.Plain : "1")];
                var text = (string)renderer.Invoke(null, arguments)!;
                wrong.AddRange(Plural().Matches(text).Select(
                    match => $"{renderer.DeclaringType!.Name}.{renderer.Name} ({status}): {match.Value}"));
            }
        }

        wrong.Distinct().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1, "chunk", "1 chunk")]
    [InlineData(0, "chunk", "0 chunks")]
    [InlineData(1_234, "blocked item", "1,234 blocked items")]
    [InlineData(2, "entry", "2 entries")]
    [InlineData(2, "day", "2 days")]
    [InlineData(2, "index", "2 indexes")]
    [InlineData(1, "index", "1 index")]
    [InlineData(2, "match", "2 matches")]
    public void A_noun_follows_its_number(long count, string noun, string text) => Core.Model.Text.Count(count, noun).ShouldBe(text);

    [GeneratedRegex(@"(?<![\d.,/])1 (?:[a-z]+ )?(?:items|chunks|requests|tokens|rows|vectors|texts|files|runs|rounds|dimensions|errors|warnings|remarks|bytes|spaces|sources|ids|generations|points|columns|steps|are|have|were|lack|show)\b")]
    private static partial Regex Plural();

    /// <summary>Values in which every number is one and every list has one element.</summary>
    private static class Ones
    {
        public static object Of(Type type, string text, bool flags)
        {
            if (Nullable.GetUnderlyingType(type) is { } inner)
            {
                return Of(inner, text, flags);
            }

            return type == typeof(string) ? text
                : type == typeof(bool) ? flags
                : type == typeof(DateTimeOffset) ? DateTimeOffset.UnixEpoch
                : type == typeof(TimeSpan) ? TimeSpan.FromSeconds(1)
                : type.IsEnum ? Enum.GetValues(type).GetValue(0)!
                : type.IsPrimitive || type == typeof(decimal) ? Convert.ChangeType(
                    1, type, System.Globalization.CultureInfo.InvariantCulture)
                : typeof(System.Text.Json.Nodes.JsonNode).IsAssignableFrom(type) ? System.Text.Json.Nodes.JsonNode.Parse("1")!
                : type.IsGenericType && type.GetGenericArguments() is [var element] && type.IsAssignableFrom(element.MakeArrayType())
                    ? ListOf(element, text, flags)
                : type.IsGenericType && type.GetGenericArguments() is [var member] && type.IsAssignableFrom(
                    typeof(HashSet<>).MakeGenericType(member))
                    ? Activator.CreateInstance(typeof(HashSet<>).MakeGenericType(member), ListOf(member, text, flags))!
                : RecordOf(type, text, flags);
        }

        private static Array ListOf(Type element, string text, bool flags)
        {
            var list = Array.CreateInstance(element, 1);
            list.SetValue(Of(element, text, flags), 0);
            return list;
        }

        private static object RecordOf(Type type, string text, bool flags)
        {
            var constructor = type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Where(one => one.GetParameters() is not [{ ParameterType: var only }] || only != type)
                    .MaxBy(one => one.GetParameters().Length)!;
            var value = constructor.Invoke([.. constructor.GetParameters().Select(parameter => Of(parameter.ParameterType, text, flags))]);
            var named = constructor.GetParameters().Select(parameter => parameter.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
            foreach (var property in type.GetProperties().Where(
                property => property.SetMethod is not null && !named.Contains(property.Name) && property.GetIndexParameters().Length == 0))
            {
                property.SetValue(value, Of(property.PropertyType, text, flags));
            }

            return value;
        }
    }
}
