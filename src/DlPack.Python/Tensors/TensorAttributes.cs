using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>The attributes of <c>DLPackObject</c>.</summary>
internal static unsafe class TensorAttributes
{
    public static PyGetSetDef[] List =>
    [
        Attribute("shape"u8, &OnShape, "The extents, in elements."u8),
        Attribute("strides"u8, &OnStrides, "Elements from one index to the next."u8),
        Attribute("dtype"u8, &OnDType, "The type of the elements, such as 'float32'."u8),
        Attribute("device"u8, &OnDevice, "Where the memory is: (device_type, device_id)."u8),
        Attribute("readonly"u8, &OnReadOnly, "Whether nobody may write."u8),
        Attribute("__array_interface__"u8, &ArrayInterfaceDict.OnGet, "The memory, for NumPy and its kin."u8),
        Attribute("__cuda_array_interface__"u8, &CudaArrayInterfaceDict.OnGet, "The memory, for Numba and CuPy."u8),
    ];

    /// <summary>A new tuple of device type and number.</summary>
    public static nint Device(PyTensor* self)
    {
        DLDevice device = self->Tensor.device;
        return device == DLDevice.Cpu
            ? Py.NewRef(Names.Cpu)
            : Py.NewPair((long)device.device_type, device.device_id);
    }

    private static PyGetSetDef Attribute(
        ReadOnlySpan<byte> name, delegate* unmanaged[Cdecl]<PyTensor*, nint, nint> get, ReadOnlySpan<byte> doc) => new()
        {
            Name = Text.Literal(name),
            Get = get,
            Doc = Text.Literal(doc),
        };

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint OnShape(PyTensor* self, nint closure) =>
        ForkedChild.IsHere ? ForkedChild.Refuse() : Py.NewTuple(self->Shape);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint OnStrides(PyTensor* self, nint closure) =>
        ForkedChild.IsHere ? ForkedChild.Refuse() : Py.NewTuple(self->Strides);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint OnDType(PyTensor* self, nint closure) =>
        ForkedChild.IsHere ? ForkedChild.Refuse() : DType(self);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint OnDevice(PyTensor* self, nint closure) =>
        ForkedChild.IsHere ? ForkedChild.Refuse() : Device(self);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint OnReadOnly(PyTensor* self, nint closure) =>
        ForkedChild.IsHere ? ForkedChild.Refuse() : Py.NewBool(self->IsReadOnly);

    // By itself: the caller is compiled once, and not better by what is learnt later.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint DType(PyTensor* self) => Py.NewString(self->Tensor.dtype.ToString());
}
