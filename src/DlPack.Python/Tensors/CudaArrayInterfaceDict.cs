using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary><c>DLPackObject.__cuda_array_interface__</c>, version 3.</summary>
internal static unsafe class CudaArrayInterfaceDict
{
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint OnGet(PyTensor* self, nint closure)
    {
        if (ForkedChild.IsHere)
        {
            return ForkedChild.Refuse();
        }

        try
        {
            if (self->Tensor.device.device_type is not (DLDeviceType.kDLCUDA or DLDeviceType.kDLCUDAManaged))
            {
                return PythonError.Set(
                    PythonApi.AttributeError,
                    $"__cuda_array_interface__ is there on CUDA only, and the tensor is on {self->Tensor.device}.");
            }

            long? stream = Stream(self);
            nint dict = ArrayInterfaceDict.New(self, "__cuda_array_interface__");
            if (dict != 0 && ArrayInterfaceDict.Put(
                dict, Names.Stream, stream is { } number ? PythonApi.PyLong_FromLongLong(number) : Py.NewNone()))
            {
                return dict;
            }

            Py.XDecRef(dict);
            return 0;
        }
        catch (Exception e)
        {
            return PythonError.Set(e);
        }
    }

    // A .NET tensor keeps the number of its stream to itself, and has another one wait for it if asked.
    private static long? Stream(PyTensor* self)
    {
        if (self->SourceKind == PyTensorSource.Managed)
        {
            Streams.OrderDefault(self);
            return Streams.Default(self->Tensor.device.device_type);
        }

        return self->ProducerStream == PyTensor.NoStream ? null : self->ProducerStream;
    }
}
