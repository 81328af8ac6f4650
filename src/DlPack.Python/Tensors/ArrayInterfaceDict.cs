using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary><c>DLPackObject.__array_interface__</c>, version 3.</summary>
internal static unsafe class ArrayInterfaceDict
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
            if (!self->Tensor.device.IsCpuReadable)
            {
                return PythonError.Set(
                    PythonApi.AttributeError,
                    $"__array_interface__ is there in main memory only, and the tensor is on {self->Tensor.device}.");
            }

            Streams.CompleteForHost(self);
            return New(self, "__array_interface__");
        }
        catch (Exception e)
        {
            return PythonError.Set(e);
        }
    }

    /// <summary>What both array interfaces have in common.</summary>
    /// <returns>A new dict, or 0 with an error.</returns>
    public static nint New(PyTensor* self, string name)
    {
        DLTensor* tensor = &self->Tensor;
        if (TypeString.Of(tensor->dtype) is not { } typeString)
        {
            return PythonError.Set(
                PythonApi.AttributeError, $"{name} has no typestr for {tensor->dtype}. Take __dlpack__.");
        }

        nint dict = PythonApi.PyDict_New();
        nint data = Py.TupleTaking(
            PythonApi.PyLong_FromUnsignedLongLong((ulong)tensor->data), Py.NewBool(self->IsReadOnly));
        bool isCompact = Contiguity.IsC(self->Shape, self->Strides);
        bool isDone = dict != 0
            && Put(dict, Names.Shape, Py.NewTuple(self->Shape))
            && Put(dict, Names.TypeString, Py.NewString(typeString))
            && Put(dict, Names.Data, Py.NewRef(data))
            && Put(
                dict,
                Names.Strides,
                isCompact ? Py.NewNone() : Py.NewTuple(self->Strides, tensor->dtype.BytesPerElement))
            && Put(dict, Names.VersionKey, PythonApi.PyLong_FromLongLong(3));
        Py.XDecRef(data);
        if (isDone)
        {
            return dict;
        }

        Py.XDecRef(dict);
        return 0;
    }

    /// <summary>Puts a value, whose reference it takes, into a dict.</summary>
    public static bool Put(nint dict, nint key, nint value)
    {
        if (value == 0)
        {
            return false;
        }

        int result = PythonApi.PyDict_SetItem(dict, key, value);
        Py.DecRef(value);
        return result == 0;
    }
}
