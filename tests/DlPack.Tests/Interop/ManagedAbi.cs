using DlPackNet.Interop;

namespace DlPackNet.Tests.Interop;

/// <summary>Sizes and offsets as the .NET runtime lays the structs out, under their C names.</summary>
internal static unsafe class ManagedAbi
{
    /// <summary>"Struct" to its size and "Struct.field" to its offset, both in bytes.</summary>
    public static Dictionary<string, long> Layout()
    {
        DLPackVersion version;
        DLDevice device;
        DLDataType dtype;
        DLTensor tensor;
        DLManagedTensor legacy;
        DLManagedTensorVersioned versioned;
        DLPackExchangeAPIHeader header;
        DLPackExchangeAPI api;

        Number(&legacy, sizeof(DLManagedTensor));
        Number(&versioned, sizeof(DLManagedTensorVersioned));
        Number(&api, sizeof(DLPackExchangeAPI));

        // Addresses rather than Marshal.OffsetOf, which describes marshalled copies and not the memory itself.
        return new Dictionary<string, long>
        {
            ["DLPackVersion"] = sizeof(DLPackVersion),
            ["DLPackVersion.major"] = Distance(&version, &version.major),
            ["DLPackVersion.minor"] = Distance(&version, &version.minor),
            ["DLDevice"] = sizeof(DLDevice),
            ["DLDevice.device_type"] = Distance(&device, &device.device_type),
            ["DLDevice.device_id"] = Distance(&device, &device.device_id),
            ["DLDataType"] = sizeof(DLDataType),
            ["DLDataType.code"] = Distance(&dtype, &dtype.code),
            ["DLDataType.bits"] = Distance(&dtype, &dtype.bits),
            ["DLDataType.lanes"] = Distance(&dtype, &dtype.lanes),
            ["DLTensor"] = sizeof(DLTensor),
            ["DLTensor.data"] = Distance(&tensor, &tensor.data),
            ["DLTensor.device"] = Distance(&tensor, &tensor.device),
            ["DLTensor.ndim"] = Distance(&tensor, &tensor.ndim),
            ["DLTensor.dtype"] = Distance(&tensor, &tensor.dtype),
            ["DLTensor.shape"] = Distance(&tensor, &tensor.shape),
            ["DLTensor.strides"] = Distance(&tensor, &tensor.strides),
            ["DLTensor.byte_offset"] = Distance(&tensor, &tensor.byte_offset),
            ["DLManagedTensor"] = sizeof(DLManagedTensor),
            ["DLManagedTensor.dl_tensor"] = Distance(&legacy, &legacy.dl_tensor),
            ["DLManagedTensor.manager_ctx"] = Distance(&legacy, &legacy.manager_ctx),
            ["DLManagedTensor.deleter"] = (long)legacy.deleter,
            ["DLManagedTensorVersioned"] = sizeof(DLManagedTensorVersioned),
            ["DLManagedTensorVersioned.version"] = Distance(&versioned, &versioned.version),
            ["DLManagedTensorVersioned.manager_ctx"] = Distance(&versioned, &versioned.manager_ctx),
            ["DLManagedTensorVersioned.deleter"] = (long)versioned.deleter,
            ["DLManagedTensorVersioned.flags"] = Distance(&versioned, &versioned.flags),
            ["DLManagedTensorVersioned.dl_tensor"] = Distance(&versioned, &versioned.dl_tensor),
            ["DLPackExchangeAPIHeader"] = sizeof(DLPackExchangeAPIHeader),
            ["DLPackExchangeAPIHeader.version"] = Distance(&header, &header.version),
            ["DLPackExchangeAPIHeader.prev_api"] = Distance(&header, &header.prev_api),
            ["DLPackExchangeAPI"] = sizeof(DLPackExchangeAPI),
            ["DLPackExchangeAPI.header"] = Distance(&api, &api.header),
            ["DLPackExchangeAPI.managed_tensor_allocator"] = (long)api.managed_tensor_allocator,
            ["DLPackExchangeAPI.managed_tensor_from_py_object_no_sync"] =
                (long)api.managed_tensor_from_py_object_no_sync,
            ["DLPackExchangeAPI.managed_tensor_to_py_object_no_sync"] = (long)api.managed_tensor_to_py_object_no_sync,
            ["DLPackExchangeAPI.dltensor_from_py_object_no_sync"] = (long)api.dltensor_from_py_object_no_sync,
            ["DLPackExchangeAPI.current_work_stream"] = (long)api.current_work_stream,
        };
    }

    // Words that each hold their own offset: function pointers, which are properties, then tell theirs when read.
    private static void Number(void* start, int size)
    {
        for (int offset = 0; offset < size; offset += sizeof(long))
        {
            *(long*)((byte*)start + offset) = offset;
        }
    }

    private static long Distance(void* start, void* field) => (byte*)field - (byte*)start;
}
