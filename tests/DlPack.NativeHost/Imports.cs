using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.NativeHost;

/// <summary>Tensors lent by C to .NET. A handle is 0 where .NET threw; the tensor has then been deleted.</summary>
internal static unsafe class Imports
{
    /// <summary>Takes a tensor in and keeps it.</summary>
    [UnmanagedCallersOnly(EntryPoint = "host_import")]
    public static nint Import(DLManagedTensorVersioned* tensor) => Guard.Try(() => Keep(DlPack.FromDlpack(tensor)));

    /// <summary>Takes a legacy tensor in and keeps it.</summary>
    [UnmanagedCallersOnly(EntryPoint = "host_import_legacy")]
    public static nint ImportLegacy(DLManagedTensor* tensor) => Guard.Try(() => Keep(DlPack.FromDlpack(tensor)));

    /// <summary>The sum of a compact float32 tensor's elements, through a span on the producer's memory.</summary>
    [UnmanagedCallersOnly(EntryPoint = "host_sum")]
    public static double Sum(nint handle)
    {
        double sum = 0;
        foreach (float element in Kept(handle).AsReadOnlySpan<float>())
        {
            sum += element;
        }
        return sum;
    }

    /// <summary>Writes to every element of a compact float32 tensor.</summary>
    [UnmanagedCallersOnly(EntryPoint = "host_fill")]
    public static void Fill(nint handle, float value) => Kept(handle).AsSpan<float>().Fill(value);

    /// <summary>Lends an imported tensor on.</summary>
    [UnmanagedCallersOnly(EntryPoint = "host_lend")]
    public static DLManagedTensorVersioned* Lend(nint handle) =>
        (DLManagedTensorVersioned*)Guard.Try(() => (nint)DlPack.Export(Kept(handle)));

    /// <summary>Disposes an imported tensor.</summary>
    [UnmanagedCallersOnly(EntryPoint = "host_drop")]
    public static void Drop(nint handle)
    {
        Kept(handle).Dispose();
        GCHandle.FromIntPtr(handle).Free();
    }

    /// <summary>Forgets an imported tensor without disposing it, as careless programs do.</summary>
    [UnmanagedCallersOnly(EntryPoint = "host_forget")]
    public static void Forget(nint handle) => GCHandle.FromIntPtr(handle).Free();

    /// <summary>Runs all finalizers, and returns how much of the library is alive after that.</summary>
    [UnmanagedCallersOnly(EntryPoint = "host_live")]
    public static long Live()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        return DlPackDiagnostics.LiveObjects + DlPackDiagnostics.LiveCapsules + DlPackDiagnostics.LiveBlocks
            + DlPackDiagnostics.LivePins + DlPackDiagnostics.LiveAllocations + DlPackDiagnostics.LiveImports;
    }

    private static nint Keep(DlPackObject tensor) => GCHandle.ToIntPtr(GCHandle.Alloc(tensor));

    private static DlPackObject Kept(nint handle) => (DlPackObject)GCHandle.FromIntPtr(handle).Target!;
}
