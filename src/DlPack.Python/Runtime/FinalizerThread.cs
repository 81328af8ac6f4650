using System.Runtime.CompilerServices;

namespace DlPackNet.Python;

/// <summary>Which thread is the one that runs finalizers, and so must never wait for the GIL.</summary>
internal static class FinalizerThread
{
    private static int _id;

    /// <summary>Whether this may be it; true for every thread until it is known.</summary>
    public static bool MayBeCurrent
    {
        get
        {
            int id = Volatile.Read(ref _id);
            return id == 0 || id == Environment.CurrentManagedThreadId;
        }
    }

    /// <summary>Has it tell its number.</summary>
    public static void Learn()
    {
        if (Volatile.Read(ref _id) == 0)
        {
            LeaveProbe();
            GC.Collect(0);
        }
    }

    // Apart, so that no local keeps the probe alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LeaveProbe() => _ = new Probe();

    private sealed class Probe
    {
        ~Probe() => Volatile.Write(ref _id, Environment.CurrentManagedThreadId);
    }
}
