using System.Runtime.CompilerServices;
using ILGPU.Runtime;
using ILGPU.Util;

namespace DlPackNet;

/// <summary>What ILGPU 1.5 keeps to itself, and deferred disposal needs. Tests call each of these.</summary>
internal static class IlgpuInternals
{
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
}
