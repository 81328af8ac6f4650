using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DlPackNet;

/// <summary>Makes tensors of page-locked arrays of any dimensions.</summary>
internal static unsafe class PageLockLender
{
    /// <summary>A tensor over an array; its lock is held until the last borrower is done.</summary>
    public static DlPackObject Lend<T>(
        PageLockedArray<T>? locked, Array? array, AcceleratorStream? stream, DLDataType? dtype)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(locked, nameof(array));
        ObjectDisposedException.ThrowIf(locked.IsDisposed, locked);
        if (typeof(T) == typeof(global::ILGPU.Half))
        {
            dtype ??= DLDataType.Float16;
        }

        var shape = new long[array!.Rank];
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = array.GetLength(i);
        }

        if (array.Length == 0 || ScopeOf(locked) is not { } scope)
        {
            return DlPack.AsDlPack((T*)null, shape, dtype: dtype);
        }

        Accelerator accelerator = scope.Accelerator;
        Lender.CheckStream(accelerator, stream);
        var cuda = accelerator as CudaAccelerator;
        if (cuda is null)
        {
            return Lend<T>(array, shape, scope, DLDevice.Cpu, producer: null, dtype);
        }

        CudaGuard.CheckLendable(cuda);
        DlPackCuda.Initialize();
        ProducerStream? producer = stream is null ? null : ProducerStream.Take(cuda, stream);
        try
        {
            return Lend<T>(array, shape, scope, new DLDevice(DLDeviceType.kDLCUDAHost), producer, dtype);
        }
        catch
        {
            producer?.Return();
            throw;
        }
    }

    private static DlPackObject Lend<T>(
        Array array,
        long[] shape,
        PageLockScope<T> scope,
        DLDevice device,
        ProducerStream? producer,
        DLDataType? dtype)
        where T : unmanaged
    {
        DisposalHold hold = DisposalHold.Take(scope);
        var owner = new PageLockOwner(array, scope, hold, producer);
        try
        {
            var items = (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
            return DlPack.AsDlPack(items, shape, dtype: dtype, device: device, owner: owner);
        }
        catch
        {
            owner.Abandon();
            throw;
        }
    }

    private static PageLockScope<T>? ScopeOf<T>(PageLockedArray<T> locked)
        where T : unmanaged => ScopeAccess<T>.Get(locked);

    // Generic accessors work in a generic class only.
    private static class ScopeAccess<T>
        where T : unmanaged
    {
        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Scope")]
        public static extern PageLockScope<T>? Get(PageLockedArray<T> target);
    }
}
