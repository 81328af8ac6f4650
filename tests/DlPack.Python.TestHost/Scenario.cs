using System.Runtime.CompilerServices;

namespace DlPackNet.Python.TestHost;

/// <summary>Steps of the programs.</summary>
internal static class Scenario
{
    /// <summary>Ends the program where something does not hold.</summary>
    public static void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException("Not so: " + what);
        }
    }

    /// <summary>Ends the program unless it throws what cannot be done.</summary>
    public static void Throws(Action action)
    {
        try
        {
            action();
        }
        catch (DlPackException)
        {
            return;
        }

        throw new InvalidOperationException("No DlPackException came.");
    }

    /// <summary>Borrows from Python and leaves the rest to the finalizer.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Forget(nint item) => _ = DlPack.FromPython(item);

    /// <summary>Runs what finalizers there are.</summary>
    public static void RunFinalizers()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
