using System.Runtime.CompilerServices;
using ILGPU.Runtime;
using ILGPU.Util;

namespace DlPackNet;

/// <summary>What ILGPU 1.5 keeps to itself, and deferred disposal needs. Tests call each of these.</summary>
internal static class IlgpuInternals
{
    /// <summary>What an object belongs to.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<Accelerator>k__BackingField")]
    public static extern ref Accelerator AcceleratorOf(AcceleratorObject target);

    /// <summary>1 from the first call of <c>Dispose</c>, or the finalizer, on; later calls do nothing.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "disposeBarrier")]
    public static extern ref int DisposeBarrier(DisposeBase target);

    /// <summary>Whether the resource has been freed; what is marked so is not freed.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "isDisposed")]
    public static extern ref bool IsDisposed(DisposeBase target);

    /// <summary>The lock under which an accelerator frees what belongs to it.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "syncRoot")]
    public static extern ref readonly object SyncRoot(Accelerator accelerator);

    /// <summary>Frees the resource unless it is marked as freed, and marks it so.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "DisposeAcceleratorObject_Accelerator")]
    public static extern void Free(AcceleratorObject target, bool disposing);

    /// <summary>Whether one of these is not there, in another version of ILGPU.</summary>
    public static bool IsMissing(Exception failure) => failure is MissingFieldException or MissingMethodException;

    /// <summary>What to throw then.</summary>
    public static DlPackException Unknown(Exception failure) => new(
        $"ILGPU {typeof(Accelerator).Assembly.GetName().Version} keeps and frees its buffers in a way that this "
        + "library does not know: it knows ILGPU 1.5. Use that version, or a newer one of this library.",
        failure);
}
