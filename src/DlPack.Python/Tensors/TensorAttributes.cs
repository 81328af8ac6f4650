using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>The attributes of <c>DLPackObject</c>.</summary>
internal static unsafe class TensorAttributes
{
    public static PyGetSetDef[] List =>
    [
        Attribute("shape"u8, &OnShape, "Elements along each dimension."u8),
        Attribute(
            "strides"u8,
            &OnStrides,
            "The distance of neighbours along each dimension, in elements; it may be negative."u8),
        Attribute("dtype"u8, &OnDType, "The element type, such as 'float32' or 'bfloat16'."u8),
        Attribute(
            "device"u8, &OnDevice, "DLPack's device type (1 is the CPU, 2 CUDA) and the device's number."u8),
        Attribute("readonly"u8, &OnReadOnly, "Whether the elements must not be written to."u8),
        Attribute(
            "__array_interface__"u8,
            &ArrayInterfaceDict.OnGet,
            "Only where the CPU can read the memory; elsewhere an AttributeError."u8),
        Attribute(
            "__cuda_array_interface__"u8,
            &CudaArrayInterfaceDict.OnGet,
            "Version 3. Only for CUDA memory; elsewhere an AttributeError."u8),
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
