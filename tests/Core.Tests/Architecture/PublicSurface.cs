using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Architecture;

/// <summary>What the engine shows to others is a list that somebody approved: it grows by decision, not by a forgotten modifier.</summary>
public sealed class PublicSurface
{
    [Fact]
    public void Is_as_it_was_approved() => Approval.Verify(string.Concat(typeof(ContentHash).Assembly.GetExportedTypes()
        .Where(type => !type.IsNested)
        .GroupBy(type => type.Namespace!["EmbSync.Core.".Length..], StringComparer.Ordinal).OrderBy(
            group => group.Key, StringComparer.Ordinal)
        .Select(group => $"{group.Key}\n{string.Concat(group.Select(NameOf).Order(StringComparer.Ordinal).Select(name => $"    {name}\n"))}")));

    private static string NameOf(Type type) =>
        $"{type.Name.Split('`')[0]}{(type.IsInterface ? " (interface)" : type.IsEnum ? " (enum)" : "")}";
}
