using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>The values of Python arguments. What fails leaves a Python error. All members need the GIL.</summary>
internal static unsafe class Arguments
{
    /// <summary>A stream: None or a number.</summary>
    public static bool TryStream(nint value, out long? stream)
    {
        stream = null;
        if (value == PythonApi.None)
        {
            return true;
        }

        if (!TryNumber(value, "stream must be None or an int", out long number))
        {
            return false;
        }

        stream = number;
        return true;
    }

    /// <summary>A flag: None, True or False.</summary>
    public static bool TryFlag(nint value, out bool? flag)
    {
        flag = value == PythonApi.True ? true : value == PythonApi.False ? false : null;
        return flag is not null || value == PythonApi.None || Wrong(value, "copy must be None, True or False");
    }

    /// <summary>A version: None or two numbers.</summary>
    public static bool TryVersion(nint value, out DLPackVersion? version)
    {
        version = null;
        if (value == PythonApi.None)
        {
            return true;
        }

        if (!TryPair(
            value, "max_version must be None or a tuple (major, minor) of ints", out long major, out long minor))
        {
            return false;
        }

        if (major is < 0 or > uint.MaxValue || minor is < 0 or > uint.MaxValue)
        {
            PythonError.Set(PythonApi.ValueError, $"max_version is ({major}, {minor}), which is no version.");
            return false;
        }

        version = new DLPackVersion((uint)major, (uint)minor);
        return true;
    }

    /// <summary>A device: None or its type and number.</summary>
    public static bool TryDevice(nint value, string name, out DLDevice? device)
    {
        device = null;
        if (value == PythonApi.None)
        {
            return true;
        }

        if (!TryPair(
            value, name + " must be None or a tuple (device_type, device_id) of ints", out long type, out long id))
        {
            return false;
        }

        if (type is <= 0 or > int.MaxValue || id is < 0 or > int.MaxValue)
        {
            PythonError.Set(PythonApi.ValueError, $"{name} is ({type}, {id}), which is no device; the CPU is (1, 0).");
            return false;
        }

        device = new DLDevice((DLDeviceType)type, (int)id);
        return true;
    }

    /// <summary>Two numbers in a tuple.</summary>
    public static bool TryPair(nint value, string expected, out long first, out long second)
    {
        first = second = 0;
        if (PythonApi.PyType_IsSubtype(Py.TypeOf(value), PythonApi.TupleType) == 0)
        {
            return Wrong(value, expected);
        }

        nint size = PythonApi.PyTuple_Size(value);
        if (size != 2)
        {
            PythonError.Set(PythonApi.TypeError, $"{expected}, not a tuple of {size}.");
            return false;
        }

        return TryNumber(PythonApi.PyTuple_GetItem(value, 0), expected, out first)
            && TryNumber(PythonApi.PyTuple_GetItem(value, 1), expected, out second);
    }

    /// <summary>A whole number of 64 bits.</summary>
    public static bool TryNumber(nint value, string expected, out long number)
    {
        // Python 3.9 would make one of a fraction, too.
        nint index = PythonApi.PyNumber_Index(value);
        number = index == 0 ? -1 : PythonApi.PyLong_AsLongLong(index);
        Py.XDecRef(index);
        if (number != -1 || PythonApi.PyErr_Occurred() == 0)
        {
            return true;
        }

        if (PythonError.ClearIf(PythonApi.TypeError))
        {
            return Wrong(value, expected);
        }

        if (PythonError.ClearIf(PythonApi.OverflowError))
        {
            PythonError.Set(PythonApi.ValueError, expected + ", and it does not fit into 64 bits.");
        }

        return false;
    }

    /// <summary>Raises a TypeError for an argument.</summary>
    public static bool Wrong(nint value, string expected)
    {
        PythonError.Set(PythonApi.TypeError, $"{expected}, not {Py.TypeName(value)}.");
        return false;
    }

    /// <summary>Which of the expected names a keyword is; -1 with a TypeError if none.</summary>
    public static int Match(nint keyword, string function, params ReadOnlySpan<nint> expected)
    {
        // Nearly always the very same object, since names in code are interned.
        int index = expected.IndexOf(keyword);
        if (index >= 0)
        {
            return index;
        }

        string? name = Py.ToText(keyword);
        for (int i = 0; i < expected.Length; i++)
        {
            if (name is not null && name == Py.ToText(expected[i]))
            {
                return i;
            }
        }

        PythonError.Set(PythonApi.TypeError, $"{function}() got an unexpected keyword argument '{name}'");
        return -1;
    }
}
