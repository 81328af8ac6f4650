using System.Runtime.CompilerServices;
using System.Text;

namespace DlPackNet.Python;

/// <summary>Short forms of what is done to Python objects everywhere. All need the GIL.</summary>
internal static unsafe class Py
{
    private const nuint HeapTypeFlag = 1 << 9;

    /// <summary>The type of an object, borrowed. The stable ABI has it behind the reference count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint TypeOf(nint item) => ((nint*)item)[1];

    /// <summary>Whether a type is one that lives forever and cannot be changed.</summary>
    public static bool IsStaticType(nint type) => (PythonApi.PyType_GetFlags(type) & HeapTypeFlag) == 0;

    /// <summary>Takes a reference and returns it.</summary>
    public static nint NewRef(nint item)
    {
        PythonApi.Py_IncRef(item);
        return item;
    }

    /// <summary>A reference to None.</summary>
    public static nint NewNone() => NewRef(PythonApi.None);

    /// <summary>A reference to True or False.</summary>
    public static nint NewBool(bool value) => NewRef(value ? PythonApi.True : PythonApi.False);

    /// <summary>Gives a reference back.</summary>
    public static void DecRef(nint item)
    {
        // Only the last one needs Python, and no call is as quick as a subtraction. The count has 32 bits at least; it
        // is negative in objects that live forever, which do not count.
        int count = (int)*(nint*)item;
        if (count > 1)
        {
            --*(nint*)item;
        }
        else if (count >= 0)
        {
            PythonApi.Py_DecRef(item);
        }
    }

    /// <summary>Gives a reference back, if there is one.</summary>
    public static void XDecRef(nint item)
    {
        if (item != 0)
        {
            DecRef(item);
        }
    }

    /// <summary>
    /// Gives back a reference to what may be the last of a foreign object, while an error may be pending.
    /// </summary>
    public static void DecRefKeepingError(nint item)
    {
        using (PendingError.PutAside())
        {
            DecRef(item);
        }
    }

    /// <summary>A tuple of new references to these.</summary>
    public static nint TupleOf(params ReadOnlySpan<nint> items)
    {
        nint tuple = PythonApi.PyTuple_New(items.Length);
        for (int i = 0; tuple != 0 && i < items.Length; i++)
        {
            _ = PythonApi.PyTuple_SetItem(tuple, i, NewRef(items[i]));
        }

        return tuple;
    }

    /// <summary>A tuple of two references that it takes, or 0 with an error.</summary>
    public static nint TupleTaking(nint first, nint second)
    {
        nint tuple = first == 0 || second == 0 ? 0 : TupleOf(first, second);
        XDecRef(first);
        XDecRef(second);
        return tuple;
    }

    /// <summary>A tuple of numbers, or 0 with an error.</summary>
    public static nint NewTuple(ReadOnlySpan<long> numbers, long factor = 1)
    {
        nint tuple = PythonApi.PyTuple_New(numbers.Length);
        for (int i = 0; tuple != 0 && i < numbers.Length; i++)
        {
            nint number = PythonApi.PyLong_FromLongLong(numbers[i] * factor);
            if (number == 0)
            {
                DecRef(tuple);
                return 0;
            }

            _ = PythonApi.PyTuple_SetItem(tuple, i, number);
        }

        return tuple;
    }

    /// <summary>A tuple of two numbers.</summary>
    public static nint NewPair(long first, long second) => NewTuple([first, second]);

    /// <summary>A string.</summary>
    public static nint NewString(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* pointer = bytes)
        {
            byte nothing = 0;
            return PythonApi.PyUnicode_FromStringAndSize(pointer is null ? &nothing : pointer, bytes.Length);
        }
    }

    /// <summary>The text of a Python string, or null if it cannot be had; no error is left.</summary>
    public static string? ToText(nint text)
    {
        nint bytes = text == 0 ? 0 : PythonApi.PyUnicode_AsUTF8String(text);
        byte* start;
        nint length;
        if (bytes == 0 || PythonApi.PyBytes_AsStringAndSize(bytes, &start, &length) != 0)
        {
            PythonApi.PyErr_Clear();
            XDecRef(bytes);
            return null;
        }

        string result = Encoding.UTF8.GetString(start, (int)length);
        DecRef(bytes);
        return result;
    }

    /// <summary>
    /// An attribute of a type by its method cache, borrowed or new as <paramref name="isNew"/> says; 0 if absent.
    /// </summary>
    public static nint LookupOnType(nint type, nint name, out bool isNew)
    {
        if (PythonApi.TypeLookup is not null)
        {
            isNew = false;
            return PythonApi.TypeLookup(type, name);
        }

        isNew = true;
        return GetOptional(type, name, out nint value) ? value : 0;
    }

    /// <summary>Calls a method without arguments.</summary>
    /// <returns>A new reference, or 0 with an error.</returns>
    public static nint CallMethod(nint item, nint name)
    {
        // With a free place in front, which the call may use.
        nint* arguments = stackalloc nint[] { 0, item };
        if (PythonApi.PyObject_Vectorcall is not null)
        {
            nint method = LookupOnType(TypeOf(item), name, out bool isNew);

            // Written in C: called without binding it to the object, it saves Python looking into the object first.
            if (!isNew && method != 0 && TypeOf(method) == PythonApi.MethodDescriptorType)
            {
                PythonApi.Py_IncRef(method);
                nint result = PythonApi.PyObject_Vectorcall(method, arguments + 1, VectorCall.SelfOnly, 0);
                DecRef(method);
                return result;
            }

            if (isNew)
            {
                XDecRef(method);
            }
        }

        return PythonApi.PyObject_VectorcallMethod(name, arguments + 1, VectorCall.SelfOnly, 0);
    }

    /// <summary>An attribute that may be absent: a new reference in <paramref name="value"/>, or 0.</summary>
    /// <returns>False if looking for it raised, in which case the error is set.</returns>
    public static bool GetOptional(nint item, nint name, out nint value)
    {
        nint found = 0;
        bool isFine;
        if (PythonApi.GetOptionalAttr is not null)
        {
            isFine = PythonApi.GetOptionalAttr(item, name, &found) >= 0;
        }
        else
        {
            found = PythonApi.PyObject_GetAttr(item, name);
            isFine = found != 0 || PythonError.ClearIf(PythonApi.AttributeError);
        }

        value = found;
        return isFine;
    }

    /// <summary>What an object's type is called, for messages.</summary>
    public static string TypeName(nint item)
    {
        // A reference of our own: asking may give the object another type.
        nint type = NewRef(TypeOf(item));
        string? name = AttributeText(type, Names.QualifiedName);
        string? module = AttributeText(type, Names.Module);
        DecRef(type);
        return module is null or "builtins" ? name ?? "?" : $"{module}.{name}";
    }

    /// <summary>A string attribute, or null; no error is left.</summary>
    public static string? AttributeText(nint item, nint name)
    {
        // Of an error in making the names there may be none.
        nint value = name == 0 ? 0 : PythonApi.PyObject_GetAttr(item, name);
        string? text = ToText(value);
        XDecRef(value);
        PythonApi.PyErr_Clear();
        return text;
    }
}
