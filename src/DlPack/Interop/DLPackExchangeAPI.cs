using System.Runtime.InteropServices;

namespace DlPackNet.Interop;

/// <summary>
/// The functions by which native code exchanges tensors with a Python type without calling Python methods (C:
/// <c>DLPackExchangeAPI</c>, 56 bytes on 64-bit; since 1.3).
/// </summary>
/// <remarks>
/// It hangs on the type as the attribute <c>__dlpack_c_exchange_api__</c>, a capsule named "dlpack_exchange_api",
/// and lives as long as the process. No function synchronizes: the consumer asks <see cref="current_work_stream"/>.
/// Functions return 0, or -1 with a Python error set (the allocator reports through its callback instead). All but
/// the allocator need the interpreter lock.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct DLPackExchangeAPI
{
    /// <summary>Offset 0: version and predecessor.</summary>
    public DLPackExchangeAPIHeader header;

    // No fields of a function pointer's type: Mono overflows its stack when it loads a struct that has one.
    private void* _managed_tensor_allocator;
    private void* _managed_tensor_from_py_object_no_sync;
    private void* _managed_tensor_to_py_object_no_sync;
    private void* _dltensor_from_py_object_no_sync;
    private void* _current_work_stream;

    /// <summary>
    /// Offset 16: allocates a tensor like <c>prototype</c> (device, dtype, shape) and stores it in <c>out</c>; on
    /// failure it calls <c>SetError(error_ctx, kind, message)</c> and returns -1.
    /// </summary>
    public delegate* unmanaged[Cdecl]<
        DLTensor*, DLManagedTensorVersioned**, void*, delegate* unmanaged[Cdecl]<void*, byte*, byte*, void>, int>
        managed_tensor_allocator
    {
        readonly get => (delegate* unmanaged[Cdecl]<
            DLTensor*, DLManagedTensorVersioned**, void*, delegate* unmanaged[Cdecl]<void*, byte*, byte*, void>, int>)
            _managed_tensor_allocator;
        set => _managed_tensor_allocator = value;
    }

    /// <summary>Offset 24: lends a Python object's tensor; the caller owns what is stored in <c>out</c>.</summary>
    public delegate* unmanaged[Cdecl]<void*, DLManagedTensorVersioned**, int> managed_tensor_from_py_object_no_sync
    {
        readonly get => (delegate* unmanaged[Cdecl]<void*, DLManagedTensorVersioned**, int>)
            _managed_tensor_from_py_object_no_sync;
        set => _managed_tensor_from_py_object_no_sync = value;
    }

    /// <summary>Offset 32: makes a Python object of a tensor, which it takes over; stores a new reference.</summary>
    public delegate* unmanaged[Cdecl]<DLManagedTensorVersioned*, void**, int> managed_tensor_to_py_object_no_sync
    {
        readonly get => (delegate* unmanaged[Cdecl]<DLManagedTensorVersioned*, void**, int>)
            _managed_tensor_to_py_object_no_sync;
        set => _managed_tensor_to_py_object_no_sync = value;
    }

    /// <summary>
    /// Offset 40, may be null: fills a struct of the caller with a Python object's tensor, valid while the object
    /// lives and control stays with the caller.
    /// </summary>
    public delegate* unmanaged[Cdecl]<void*, DLTensor*, int> dltensor_from_py_object_no_sync
    {
        readonly get => (delegate* unmanaged[Cdecl]<void*, DLTensor*, int>)_dltensor_from_py_object_no_sync;
        set => _dltensor_from_py_object_no_sync = value;
    }

    /// <summary>Offset 48: stores the stream on which the producer works on that device; null on the CPU.</summary>
    public delegate* unmanaged[Cdecl]<DLDeviceType, int, void**, int> current_work_stream
    {
        readonly get => (delegate* unmanaged[Cdecl]<DLDeviceType, int, void**, int>)_current_work_stream;
        set => _current_work_stream = value;
    }
}
