using System.Globalization;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>
/// Where the elements of an array interface are: at an address, in another object's buffer, or in the object's own. All
/// members need the GIL; what fails leaves a Python error.
/// </summary>
internal static unsafe class InterfaceData
{
    /// <summary>Finds them, and has the tensor keep them.</summary>
    public static bool TryRead(
        nint item, in InterfaceParts parts, PyTensor* self, DLTensor* description, long itemSize, ref DLPackFlags flags)
    {
        bool isPair = parts.Data != 0
            && PythonApi.PyType_IsSubtype(Py.TypeOf(parts.Data), PythonApi.TupleType) != 0;
        if (!isPair && description->device != DLDevice.Cpu)
        {
            // A buffer is main memory, whatever the interface says of it.
            return Refuse("Its data is not (address, read-only).");
        }

        if (!isPair)
        {
            nint holder = parts.Data == 0 || parts.Data == PythonApi.None ? item : parts.Data;
            return TryBuffer(holder, parts.Offset, self, description, itemSize, ref flags);
        }

        if (PythonApi.PyTuple_Size(parts.Data) != 2
            || !TryAddress(PythonApi.PyTuple_GetItem(parts.Data, 0), out ulong address))
        {
            return PythonApi.PyErr_Occurred() == 0 && Refuse("Its data is not (address, read-only).");
        }

        int isReadOnly = PythonApi.PyObject_IsTrue(PythonApi.PyTuple_GetItem(parts.Data, 1));
        if (isReadOnly < 0)
        {
            return false;
        }

        flags |= isReadOnly != 0 ? DLPackFlags.ReadOnly : DLPackFlags.None;
        description->data = (void*)address;
        self->SourceKind = PyTensorSource.Reference;
        self->Source = Py.NewRef(item);
        return true;
    }

    // An int; the oldest form of the interface has text, in hexadecimal.
    private static bool TryAddress(nint value, out ulong address)
    {
        if (PythonApi.PyType_IsSubtype(Py.TypeOf(value), PythonApi.UnicodeType) != 0)
        {
            string text = Py.ToText(value) ?? string.Empty;
            return ulong.TryParse(
                text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text,
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out address);
        }

        address = 0;
        nint number = PythonApi.PyNumber_Index(value);
        if (number == 0)
        {
            return false;
        }

        address = PythonApi.PyLong_AsUnsignedLongLong(number);
        Py.DecRef(number);
        return address != ulong.MaxValue || PythonApi.PyErr_Occurred() == 0;
    }

    private static bool TryBuffer(
        nint holder, nint offsetValue, PyTensor* self, DLTensor* description, long itemSize, ref DLPackFlags flags)
    {
        long offset = 0;
        if (offsetValue != 0 && !Arguments.TryNumber(offsetValue, "offset must be an int", out offset))
        {
            return false;
        }

        if (PythonApi.PyObject_GetBuffer(holder, &self->View, PyBuffer.Simple) != 0)
        {
            return false;
        }

        self->SourceKind = PyTensorSource.View;
        flags |= self->View.ReadOnly != 0 ? DLPackFlags.ReadOnly : DLPackFlags.None;
        description->data = (byte*)self->View.Buf + offset;
        return Fits(description, offset, itemSize, self->View.Len)
            || Refuse($"Its shape and strides reach outside of the buffer, which has {self->View.Len} bytes.");
    }

    private static bool Fits(DLTensor* description, long offset, long itemSize, long bytes)
    {
        try
        {
            checked
            {
                long first = 0, last = 0, compact = 1;
                for (int i = description->ndim - 1; i >= 0; i--)
                {
                    long extent = description->shape[i];
                    if (extent <= 0)
                    {
                        return offset >= 0 && offset <= bytes;
                    }

                    long reach = (extent - 1) * (description->strides is null ? compact : description->strides[i]);
                    first += Math.Min(reach, 0);
                    last += Math.Max(reach, 0);
                    compact *= extent;
                }

                return offset + (first * itemSize) >= 0 && offset + ((last + 1) * itemSize) <= bytes;
            }
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    private static bool Refuse(string reason)
    {
        PythonError.Set(PythonApi.BufferError, reason);
        return false;
    }
}
