using System.Runtime.CompilerServices;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>Reads by the buffer protocol.</summary>
internal static unsafe class BufferReader
{
    /// <summary>Reads a tensor.</summary>
    public static Reading Read(nint item, out nint tensor)
    {
        tensor = 0;
        PyTensor* self = PyTensor.New(Protocol.Buffer);
        if (self is null)
        {
            return Reading.Failed;
        }

        if (PythonApi.PyObject_GetBuffer(item, &self->View, PyBuffer.AnyLayout) != 0)
        {
            PyTensor.DropReference(self);

            // That is how an object says that it has no buffer at all, unless its own __buffer__ says it.
            bool hasOwn = PythonApi.PyObject_CheckBuffer is not null && PythonApi.PyObject_CheckBuffer(item) != 0;
            return !hasOwn && PythonError.ClearIf(PythonApi.TypeError) ? Reading.Absent : Reading.Failed;
        }

        self->SourceKind = PyTensorSource.View;
        tensor = Describe(self);
        return tensor == 0 ? Reading.Failed : Reading.Done;
    }

    [SkipLocalsInit]
    private static nint Describe(PyTensor* self)
    {
        PyBuffer* view = &self->View;
        if (!BufferFormat.TryParse(view->Format, view->ItemSize, out DLDataType dtype, out string refusal))
        {
            return Refuse(self, refusal);
        }

        int ndim = view->NDim;
        if (ndim is < 0 or > DimensionLimit.Most)
        {
            return Refuse(self, $"The buffer has {ndim} dimensions; the most is {DimensionLimit.Most}.");
        }

        if (view->SubOffsets is not null && HasSubOffset(view))
        {
            return Refuse(self, "The buffer has suboffsets: its rows lie apart. Copy it first, as by bytes().");
        }

        // A buffer without a shape is so many items in a row.
        if (ndim > 1 && view->Shape is null)
        {
            return Refuse(self, $"The buffer has {ndim} dimensions and no shape.");
        }

        long items = view->Len / view->ItemSize;
        long* dims = stackalloc long[2 * DimensionLimit.Most];
        long* strides = dims + ndim;
        for (int i = 0; i < ndim; i++)
        {
            dims[i] = view->Shape is null ? items : view->Shape[i];
        }

        if (view->Strides is null)
        {
            strides = null;
        }
        else if (!ByteStrides.TryDivide(new(view->Strides, ndim), dims, view->ItemSize, strides, out string problem))
        {
            return Refuse(self, problem);
        }

        var description = new DLTensor
        {
            data = view->Buf,
            device = DLDevice.Cpu,
            ndim = ndim,
            dtype = dtype,
            shape = dims,
            strides = strides,
        };
        return PyTensor.DescribeOrDrop(
            self, &description, view->ReadOnly != 0 ? DLPackFlags.ReadOnly : DLPackFlags.None);
    }

    private static bool HasSubOffset(PyBuffer* view)
    {
        for (int i = 0; i < view->NDim; i++)
        {
            if (view->SubOffsets[i] >= 0)
            {
                return true;
            }
        }

        return false;
    }

    private static nint Refuse(PyTensor* self, string reason)
    {
        PyTensor.DropReference(self);
        return PythonError.Set(PythonApi.BufferError, reason);
    }
}
