using System.Reflection;

namespace EmbSync.Tests;

/// <summary>Holds the tests of an assembly against <see cref="FaultList"/>.</summary>
internal static class FaultMatrix
{
    /// <summary>Cells that are owed and empty, and tests of what the list doesn't have: one line each.</summary>
    public static IReadOnlyList<string> Faults(Assembly assembly, bool inCore)
    {
        var shown = Shown(assembly).ToHashSet();
        var owed = FaultList.All.Where(fault => fault.InCore == inCore).SelectMany(
            fault => fault.On.Select(on => (fault.Number, fault.Case, on))).ToHashSet();
        return
        [
            .. owed.Where(cell => !shown.Contains(cell)).Select(cell => $"no test shows fault {cell.Number} '{cell.Case}' on {cell.on}"),
            .. shown.Where(cell => !owed.Contains(cell)).Select(
            cell => $"a test shows fault {cell.Number} '{cell.Case}' on {cell.On}, which the list doesn't have"),
        ];
    }

    private static IEnumerable<(int Number, string Case, Touched On)> Shown(Assembly assembly) =>
        from type in assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
        where method.GetCustomAttribute<FactAttribute>() is { Skip: null }   // what doesn't run shows nothing
        from fault in method.GetCustomAttributes<FaultAttribute>()
        from name in fault.Cases
        from part in fault.On.Concat(method.GetCustomAttribute<OnStoresAttribute>()?.Stores ?? [])
        select (fault.Number, name, part);
}
