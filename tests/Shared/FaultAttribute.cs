using System.Reflection;
using Xunit.Sdk;

namespace EmbSync.Tests;

/// <summary>What a fault can touch. Some are found before any store or provider is opened.</summary>
public enum Touched
{
    Sqlite,
    Postgres,
    Memory,
    OpenAi,
    Lexical,
    NoStore,
}

/// <summary>The test shows what embsync does with a fault of <see cref="FaultList"/>, in the cases named.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class FaultAttribute(int number, params string[] cases) : Attribute
{
    public int Number => number;

    public IReadOnlyList<string> Cases => cases;

    /// <summary>Beside the stores that <see cref="OnStoresAttribute"/> runs the test on.</summary>
    public Touched[] On { get; init; } = [];
}

/// <summary>
/// Runs a theory once for each store, and for each case of its <see cref="FaultAttribute"/>s where it has a second parameter.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OnStoresAttribute(params Touched[] stores) : DataAttribute
{
    public IReadOnlyList<Touched> Stores => stores.Length > 0 ? stores : [Touched.Sqlite, Touched.Postgres];

    public override IEnumerable<object[]> GetData(MethodInfo testMethod)
    {
        var cases = testMethod.GetCustomAttributes<FaultAttribute>().SelectMany(fault => fault.Cases).ToList();
        return testMethod.GetParameters().Length == 1
            ? Stores.Select(store => new object[] { store })
            : Stores.SelectMany(store => cases.Select(name => new object[] { store, name }));
    }
}
