using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.NativeHost;

/// <summary>Tensors lent by .NET to C. Each returns a tensor that the caller deletes, or null if .NET threw.</summary>
internal static unsafe class Exports
{
    /// <summary>A pinned managed array of 0, 1, 2 …, lent without an object.</summary>
    [UnmanagedCallersOnly(EntryPoint = "host_export_array")]
    public static DLManagedTensorVersioned* Array(long rows, long columns) => Guard.Try(
        () => (nint)DlPack.Export(Ramp(rows * columns), [rows, columns])).Versioned();

    /// <summary>The same in the struct from before DLPack 1.0.</summary>
    [UnmanagedCallersOnly(EntryPoint = "host_export_array_legacy")]
    public static DLManagedTensor* ArrayLegacy(long rows, long columns) => Guard.Try(
        () => (nint)DlPack.ExportLegacy(Ramp(rows * columns), [rows, columns])).Legacy();

    /// <summary>A view through negative strides, lent by an object that is disposed at once.</summary>
    [UnmanagedCallersOnly(EntryPoint = "host_export_reversed")]
    public static DLManagedTensorVersioned* Reversed(long length) => Guard.Try(() =>
    {
        using DlPackObject tensor = DlPack.AsDlPack(Ramp(length), [length], [-1], offset: length - 1);
        return (nint)DlPack.Export(tensor);
    }).Versioned();

    /// <summary>Native memory of the library's own, which the checker watches to the byte.</summary>
    [UnmanagedCallersOnly(EntryPoint = "host_export_allocated")]
    public static DLManagedTensorVersioned* Allocated(long rows, long columns) => Guard.Try(() =>
    {
        using DlPackObject tensor = DlPack.Allocate<float>([rows, columns]);
        Ramp(rows * columns).CopyTo(tensor.AsSpan<float>());
        return (nint)DlPack.Export(tensor);
    }).Versioned();

    /// <summary>A row of C's own memory, which .NET gives back by calling C; lent through a capsule.</summary>
    [UnmanagedCallersOnly(EntryPoint = "host_export_owned")]
    public static DLManagedTensorVersioned* Owned(
        float* data, long length, delegate* unmanaged[Cdecl]<void*, void> release) => Guard.Try(() =>
        {
            using DlPackObject tensor = DlPack.AsDlPack(
                data, DLDataType.Float32, [length], owner: DlPackOwner.FromCallback(release, data));
            using DlPackCapsule unused = tensor.Dlpack();
            return tensor.Dlpack().Consume();
        }).Versioned();

    /// <summary>The same, lent through a capsule that nobody consumes or disposes.</summary>
    [UnmanagedCallersOnly(EntryPoint = "host_forget_capsule")]
    public static void ForgetCapsule(float* data, long length, delegate* unmanaged[Cdecl]<void*, void> release) =>
        Guard.Try(() =>
        {
            using DlPackObject tensor = DlPack.AsDlPack(
                data, DLDataType.Float32, [length], owner: DlPackOwner.FromCallback(release, data));
            _ = tensor.Dlpack();
            return 0;
        });

    /// <summary>More dimensions than blocks are pooled for.</summary>
    [UnmanagedCallersOnly(EntryPoint = "host_export_many_dimensions")]
    public static DLManagedTensorVersioned* ManyDimensions(int ndim) => Guard.Try(() =>
    {
        var shape = new long[ndim];
        System.Array.Fill(shape, 1);
        return (nint)DlPack.Export(Ramp(1), shape);
    }).Versioned();

    /// <summary>
    /// An export that fails on its way: the shape does not fit the array. 1 if .NET threw, as it must.
    /// </summary>
    [UnmanagedCallersOnly(EntryPoint = "host_export_failing")]
    public static int Failing() => Guard.Try(() => (nint)DlPack.Export(Ramp(6), [2, 4])) == 0 ? 1 : 0;

    private static float[] Ramp(long length)
    {
        var array = new float[length];
        for (int i = 0; i < array.Length; i++)
        {
            array[i] = i;
        }
        return array;
    }

    private static DLManagedTensorVersioned* Versioned(this nint tensor) => (DLManagedTensorVersioned*)tensor;

    private static DLManagedTensor* Legacy(this nint tensor) => (DLManagedTensor*)tensor;
}
