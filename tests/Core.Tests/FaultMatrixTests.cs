using EmbSync.Tests;

namespace EmbSync.Core.Tests;

/// <summary>The faults that only the engine's own tests can bring about; the others are in the tests of the command line.</summary>
public sealed class FaultMatrixTests
{
    [Fact]
    public void Every_fault_that_is_owed_here_has_a_test() =>
        FaultMatrix.Faults(typeof(FaultMatrixTests).Assembly, inCore: true).ShouldBeEmpty();
}
