using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>
/// The functions of <c>DLPackObject.__dlpack_c_exchange_api__</c>, which cost a consumer no Python call.
/// </summary>
internal static unsafe class ExchangeApi
{
    private const int Success = 0;
    private const int Failure = -1;

    // Consumers keep the pointer, so that it lives as long as the process.
    private static readonly DLPackExchangeAPI* _functions = MakeFunctions();

    /// <summary>What consumers call.</summary>
    public static nint[] Callbacks =>
    [
        (nint)_functions->managed_tensor_allocator,
        (nint)_functions->managed_tensor_from_py_object_no_sync,
        (nint)_functions->managed_tensor_to_py_object_no_sync,
        (nint)_functions->dltensor_from_py_object_no_sync,
        (nint)_functions->current_work_stream,
    ];

    /// <summary>The name of its capsule.</summary>
    public static ReadOnlySpan<byte> CapsuleName => "dlpack_exchange_api"u8;

    /// <summary>Makes it an attribute of the type. Needs the GIL.</summary>
    public static void Attach(nint type)
    {
        nint capsule = PythonApi.PyCapsule_New(_functions, Text.Literal(CapsuleName), 0);
        if (capsule == 0 || PythonApi.PyObject_SetAttr(type, Names.ExchangeApi, capsule) != 0)
        {
            throw PythonError.Take();
        }

        Py.DecRef(capsule);
    }

    private static DLPackExchangeAPI* MakeFunctions()
    {
        var api = (DLPackExchangeAPI*)NativeMemory.AllocZeroed((nuint)sizeof(DLPackExchangeAPI));
        api->header.version = DLPackVersion.Current;
        api->managed_tensor_allocator = &OnAllocate;
        api->managed_tensor_from_py_object_no_sync = &OnFromObject;
        api->managed_tensor_to_py_object_no_sync = &OnToObject;
        api->dltensor_from_py_object_no_sync = &OnView;
        api->current_work_stream = &OnCurrentStream;
        return api;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int OnAllocate(
        DLTensor* prototype,
        DLManagedTensorVersioned** result,
        void* context,
        delegate* unmanaged[Cdecl]<void*, byte*, byte*, void> setError)
    {
        if (ForkedChild.IsHere)
        {
            if (setError is not null)
            {
                setError(context, Text.Literal("RuntimeError"u8), Text.Literal(ForkedChild.Refusal));
            }

            return Failure;
        }

        try
        {
            *result = Allocate(prototype);
            return Success;
        }
        catch (Exception e)
        {
            // May be called without the GIL, so that no Python error can be set.
            byte[] message = System.Text.Encoding.UTF8.GetBytes(PythonWords.Of(e.Message) + '\0');
            fixed (byte* text = message)
            {
                ReadOnlySpan<byte> kind = e is OutOfMemoryException ? "MemoryError"u8 : "BufferError"u8;
                if (setError is not null)
                {
                    setError(context, Text.Literal(kind), text);
                }
            }

            return Failure;
        }
    }

    private static DLManagedTensorVersioned* Allocate(DLTensor* prototype)
    {
        if (prototype is null || prototype->ndim is < 0 or > DimensionLimit.Most
            || (prototype->ndim != 0 && prototype->shape is null))
        {
            throw new DlPackException(
                $"The prototype is NULL, has no shape, or its ndim is not from 0 to {DimensionLimit.Most}.");
        }

        var shape = new ReadOnlySpan<long>(prototype->shape, prototype->ndim);
        DLDevice device = prototype->device;
        if (device == DLDevice.Cpu)
        {
            using DlPackObject tensor = DlPack.Allocate(prototype->dtype, shape, zeroed: false);
            return DlPack.Export(tensor);
        }

        if (!DlPackDeviceRuntime.TryGet(device.device_type, out DlPackDeviceRuntime? runtime))
        {
            throw new DlPackException($"Memory can be allocated on the CPU only, not on {device}.");
        }

        using DlPackObject there = runtime.Allocate(device, prototype->dtype, shape);
        return DlPack.Export(there);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int OnFromObject(void* item, DLManagedTensorVersioned** result)
    {
        if (ForkedChild.IsHere)
        {
            _ = ForkedChild.Refuse();
            return Failure;
        }

        try
        {
            if (!IsTensor(item))
            {
                return Failure;
            }

            Streams.OrderDefault((PyTensor*)item);
            *result = Lending.Lend((PyTensor*)item);
            return Success;
        }
        catch (Exception e)
        {
            PythonError.Set(e);
            return Failure;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int OnToObject(DLManagedTensorVersioned* tensor, void** result)
    {
        if (ForkedChild.IsHere)
        {
            _ = ForkedChild.Refuse();
            return Failure;
        }

        try
        {
            nint item = tensor is null
                ? PythonError.Set(PythonApi.ValueError, "The tensor is NULL.")
                : PyTensor.Import(tensor, Protocol.ExchangeApi);
            *result = (void*)item;
            return item == 0 ? Failure : Success;
        }
        catch (Exception e)
        {
            PythonError.Set(e);
            return Failure;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int OnView(void* item, DLTensor* result)
    {
        if (ForkedChild.IsHere)
        {
            _ = ForkedChild.Refuse();
            return Failure;
        }

        try
        {
            if (!IsTensor(item))
            {
                return Failure;
            }

            Streams.OrderDefault((PyTensor*)item);
            *result = ((PyTensor*)item)->Tensor;
            return Success;
        }
        catch (Exception e)
        {
            PythonError.Set(e);
            return Failure;
        }
    }

    // We queue no work of our own, and what is lent here is complete in the order of the default stream.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int OnCurrentStream(DLDeviceType type, int id, void** result)
    {
        if (ForkedChild.IsHere)
        {
            _ = ForkedChild.Refuse();
            return Failure;
        }

        *result = null;
        return Success;
    }

    private static bool IsTensor(void* item)
    {
        if (Py.TypeOf((nint)item) == PyTensorType.Type)
        {
            return true;
        }

        PythonError.Set(PythonApi.TypeError, $"A dlpack.DLPackObject is expected, not {Py.TypeName((nint)item)}.");
        return false;
    }
}
