using System.Runtime.CompilerServices;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>
/// Makes a tensor of what an array interface says, in any of its forms. All members need the GIL; what fails leaves a
/// Python error.
/// </summary>
internal static unsafe class InterfaceReader
{
    /// <summary>Makes it.</summary>
    /// <param name="item">The object that has the interface.</param>
    /// <param name="parts">What the interface says.</param>
    /// <param name="device">Where the memory is.</param>
    /// <param name="protocol">Which of the forms it is.</param>
    /// <returns>A new reference, or 0.</returns>
    [SkipLocalsInit]
    public static nint Read(nint item, in InterfaceParts parts, DLDevice device, Protocol protocol)
    {
        PyTensor* self = PyTensor.New(protocol);
        if (self is null)
        {
            return 0;
        }

        long* dims = stackalloc long[2 * DimensionLimit.Most];
        var description = new DLTensor { device = device, shape = dims };
        DLPackFlags flags = DLPackFlags.None;
        bool isDone = TryRead(item, parts, self, &description, dims, ref flags);
        if (isDone)
        {
            return PyTensor.DescribeOrDrop(self, &description, flags);
        }

        using (PendingError.PutAside())
        {
            PyTensor.DropReference(self);
        }

        return 0;
    }

    private static bool TryRead(
        nint item, in InterfaceParts parts, PyTensor* self, DLTensor* description, long* dims, ref DLPackFlags flags)
    {
        if (parts.Mask != 0 && parts.Mask != PythonApi.None)
        {
            MaskedArrays.Refuse();
            return false;
        }

        if (!InterfaceDType.TryRead(item, parts.TypeString, out description->dtype, out long itemSize, ref flags)
            || !TryNumbers(parts.Shape, "shape", dims, out description->ndim))
        {
            return false;
        }

        if (parts.Strides != 0 && parts.Strides != PythonApi.None)
        {
            description->strides = dims + description->ndim;
            if (!TryStrides(parts.Strides, description, itemSize))
            {
                return false;
            }
        }

        return InterfaceData.TryRead(item, parts, self, description, itemSize, ref flags);
    }

    [SkipLocalsInit]
    private static bool TryStrides(nint strides, DLTensor* description, long itemSize)
    {
        nint* bytes = stackalloc nint[DimensionLimit.Most];
        if (!TryNumbers(strides, "strides", (long*)bytes, out int count))
        {
            return false;
        }

        if (count != description->ndim)
        {
            return Refuse($"It has {count} strides for {description->ndim} dimensions.");
        }

        return ByteStrides.TryDivide(
            new(bytes, count), description->shape, (nint)itemSize, description->strides, out string problem)
            || Refuse(problem);
    }

    private static bool TryNumbers(nint tuple, string name, long* numbers, out int count)
    {
        count = 0;
        if (tuple == 0 || PythonApi.PyType_IsSubtype(Py.TypeOf(tuple), PythonApi.TupleType) == 0)
        {
            return Refuse($"Its {name} is {(tuple == 0 ? "missing" : "of type " + Py.TypeName(tuple))}, not a tuple.");
        }

        nint length = PythonApi.PyTuple_Size(tuple);
        if (length > DimensionLimit.Most)
        {
            return Refuse($"It has {length} dimensions; the most is {DimensionLimit.Most}.");
        }

        for (nint i = 0; i < length; i++)
        {
            nint number = PythonApi.PyTuple_GetItem(tuple, i);
            if (!Arguments.TryNumber(number, name + " must be a tuple of ints", out numbers[i]))
            {
                return false;
            }
        }

        count = (int)length;
        return true;
    }

    private static bool Refuse(string reason)
    {
        PythonError.Set(PythonApi.BufferError, reason);
        return false;
    }
}
