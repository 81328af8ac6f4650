using System.Runtime.CompilerServices;
using DlPackNet.Lifetime;
using Xunit;

namespace DlPackNet.Tests.Lifetime;

/// <summary>The state of a thread for which memory ran out while it was being made.</summary>
public sealed class UnfinishedThreadStateTests : LeakCheckedTests
{
    /// <summary>An exception would end the process.</summary>
    [Fact]
    public void It_is_finalized_without_an_exception_and_counts_for_nothing()
    {
        Abandon();
        Collect.Everything();

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Abandon() => _ = RuntimeHelpers.GetUninitializedObject(typeof(PerThread));
    }
}
