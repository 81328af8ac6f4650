using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Tests.Native;

/// <summary>Tensors put together by hand in native memory, without the library, that count their deletions.</summary>
internal static unsafe class HandMadeTensor
{
    private static int _deleterCalls;

    /// <summary>How often the deleter of any hand-made tensor has been called.</summary>
    public static int DeleterCalls => Volatile.Read(ref _deleterCalls);

    /// <summary>Makes a row-major versioned tensor of memory that the caller keeps alive.</summary>
    public static DLManagedTensorVersioned* Versioned(void* data, DLDataType dtype, params long[] shape)
    {
        var tensor = (DLManagedTensorVersioned*)Allocate(sizeof(DLManagedTensorVersioned), shape.Length);
        tensor->version = DLPackVersion.Current;
        tensor->deleter = &DeleteVersioned;
        Fill(&tensor->dl_tensor, (long*)(tensor + 1), data, dtype, shape);
        return tensor;
    }

    /// <summary>Makes a row-major legacy tensor of memory that the caller keeps alive.</summary>
    public static DLManagedTensor* Legacy(void* data, DLDataType dtype, params long[] shape)
    {
        var tensor = (DLManagedTensor*)Allocate(sizeof(DLManagedTensor), shape.Length);
        tensor->deleter = &DeleteLegacy;
        Fill(&tensor->dl_tensor, (long*)(tensor + 1), data, dtype, shape);
        return tensor;
    }

    private static void* Allocate(int structSize, int ndim) =>
        NativeMemory.AllocZeroed((nuint)(structSize + (2 * ndim * sizeof(long))));

    private static void Fill(DLTensor* tensor, long* extents, void* data, DLDataType dtype, long[] shape)
    {
        tensor->data = data;
        tensor->device = DLDevice.Cpu;
        tensor->ndim = shape.Length;
        tensor->dtype = dtype;
        tensor->shape = shape.Length == 0 ? null : extents;
        tensor->strides = shape.Length == 0 ? null : extents + shape.Length;
        long stride = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            tensor->shape[i] = shape[i];
            tensor->strides[i] = stride;
            stride *= shape[i];
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void DeleteVersioned(DLManagedTensorVersioned* self) => Delete(self);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void DeleteLegacy(DLManagedTensor* self) => Delete(self);

    private static void Delete(void* self)
    {
        Interlocked.Increment(ref _deleterCalls);
        NativeMemory.Free(self);
    }
}
