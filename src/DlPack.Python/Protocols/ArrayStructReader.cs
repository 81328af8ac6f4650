using System.Runtime.CompilerServices;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>Reads by <c>__array_struct__</c>.</summary>
internal static unsafe class ArrayStructReader
{
    /// <summary>Reads a tensor.</summary>
    public static Reading Read(nint item, out nint tensor)
    {
        tensor = 0;
        if (!Py.GetOptional(item, Names.ArrayStruct, out nint capsule))
        {
            return Reading.Failed;
        }

        if (capsule == 0 || capsule == PythonApi.None)
        {
            Py.XDecRef(capsule);
            return Reading.Absent;
        }

        if (Py.TypeOf(capsule) == PythonApi.CapsuleType)
        {
            // It has no name.
            var array = (ArrayStruct*)PythonApi.PyCapsule_GetPointer(capsule, null);
            tensor = array is null ? 0 : Read(item, *array);
        }
        else
        {
            PythonError.Set(PythonApi.BufferError, $"It is no capsule, but of type {Py.TypeName(capsule)}.");
        }

        Py.DecRefKeepingError(capsule);
        return tensor == 0 ? Reading.Failed : Reading.Done;
    }

    // A copy: what is asked of the object in between may change the struct.
    [SkipLocalsInit]
    private static nint Read(nint item, ArrayStruct array)
    {
        if (array.Two != 2 || array.NDim is < 0 or > DimensionLimit.Most || array.ItemSize <= 0
            || (array.NDim != 0 && array.Shape is null))
        {
            return PythonError.Set(PythonApi.BufferError, "Its capsule carries no array struct.");
        }

        char kind = (char)array.TypeKind;
        bool isNative = (array.Flags & ArrayStruct.NativeByteOrder) != 0;
        char order = isNative == BitConverter.IsLittleEndian ? '<' : '>';
        DLPackFlags flags = (array.Flags & ArrayStruct.Writable) == 0 ? DLPackFlags.ReadOnly : DLPackFlags.None;
        if (!InterfaceDType.TryRead(
            item, $"{order}{kind}{array.ItemSize}", kind, array.ItemSize, out DLDataType dtype, ref flags))
        {
            return 0;
        }

        int ndim = array.NDim;
        long* dims = stackalloc long[2 * DimensionLimit.Most];
        long* strides = array.Strides is null ? null : dims + ndim;
        for (int i = 0; i < ndim; i++)
        {
            dims[i] = array.Shape[i];
        }

        if (strides is not null
            && !ByteStrides.TryDivide(new(array.Strides, ndim), dims, array.ItemSize, strides, out string problem))
        {
            return PythonError.Set(PythonApi.BufferError, problem);
        }

        PyTensor* self = PyTensor.New(Protocol.ArrayStruct);
        if (self is null)
        {
            return 0;
        }

        self->SourceKind = PyTensorSource.Reference;
        self->Source = Py.NewRef(item);
        var description = new DLTensor
        {
            data = array.Data,
            device = DLDevice.Cpu,
            ndim = ndim,
            dtype = dtype,
            shape = dims,
            strides = strides,
        };
        return PyTensor.DescribeOrDrop(self, &description, flags);
    }
}
