using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>
/// The functions of the CPython C API that the bridge uses, of whatever Python is in the process. All but
/// <see cref="PyGILState_Ensure"/> and what stands beside it need the GIL.
/// </summary>
/// <remarks>
/// Those marked <c>SuppressGCTransition</c> neither block nor run Python code, so that they may be called as cheaply as
/// a native compiler does.
/// </remarks>
internal static unsafe class PythonApi
{
    // The interpreter.
    public static delegate* unmanaged[Cdecl]<int> Py_IsInitialized;
    public static delegate* unmanaged[Cdecl]<byte*> Py_GetVersion;
    public static delegate* unmanaged[Cdecl]<nint, nint, int> Py_AddPendingCall;
    public static delegate* unmanaged[Cdecl]<nint> PyInterpreterState_Get;
    public static delegate* unmanaged[Cdecl]<nint, long> PyInterpreterState_GetID;
    public static delegate* unmanaged[Cdecl, SuppressGCTransition]<nint> PyGILState_GetThisThreadState;
    public static delegate* unmanaged[Cdecl, SuppressGCTransition]<nint> PyThreadState_GetUnchecked;
    public static delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, nint> PyThreadState_GetInterpreter;
    public static delegate* unmanaged[Cdecl, SuppressGCTransition]<nint> PyInterpreterState_Main;
    public static delegate* unmanaged[Cdecl]<int> PyGILState_Check;
    public static delegate* unmanaged[Cdecl]<int> PyGILState_Ensure;
    public static delegate* unmanaged[Cdecl]<int, void> PyGILState_Release;
    public static delegate* unmanaged[Cdecl]<byte*, nint> PySys_GetObject;
    public static delegate* unmanaged[Cdecl]<byte*, nint, int> PySys_SetObject;
    public static delegate* unmanaged[Cdecl]<nint> PyEval_SaveThread;
    public static delegate* unmanaged[Cdecl]<nint, void> PyEval_RestoreThread;

    // Objects.
    public static delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, void> Py_IncRef;
    public static delegate* unmanaged[Cdecl]<nint, void> Py_DecRef;
    public static delegate* unmanaged[Cdecl]<nint, nint, nint> PyObject_GetAttr;
    public static delegate* unmanaged[Cdecl]<nint, nint, nint, int> PyObject_SetAttr;
    public static delegate* unmanaged[Cdecl]<nint, nint> PyObject_Str;
    public static delegate* unmanaged[Cdecl]<nint, int> PyObject_IsTrue;
    public static delegate* unmanaged[Cdecl]<nint, nint*, nuint, nint, nint> PyObject_VectorcallMethod;
    public static delegate* unmanaged[Cdecl]<nint, void*, int, int> PyObject_GetBuffer;
    public static delegate* unmanaged[Cdecl]<void*, void> PyBuffer_Release;

    // Types and modules.
    public static delegate* unmanaged[Cdecl]<PyTypeSpec*, nint> PyType_FromSpec;
    public static delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, nuint> PyType_GetFlags;
    public static delegate* unmanaged[Cdecl]<nint, nint, int> PyType_IsSubtype;
    public static delegate* unmanaged[Cdecl]<nint, nint> _PyObject_GC_New;

    // Debug builds of Python have the object's own traverse function called by it, which is one of ours.
    public static delegate* unmanaged[Cdecl]<void*, void> PyObject_GC_Track;
    public static delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, void> PyObject_GC_UnTrack;
    public static delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, void> PyObject_GC_Del;
    public static delegate* unmanaged[Cdecl]<PyModuleDef*, nint> PyModuleDef_Init;
    public static delegate* unmanaged[Cdecl]<byte*, nint> PyImport_ImportModule;
    public static delegate* unmanaged[Cdecl]<nint, nint> PyImport_GetModule;
    public static delegate* unmanaged[Cdecl]<PyMethodDef*, nint, nint, nint> PyCFunction_NewEx;

    // Errors.
    public static delegate* unmanaged[Cdecl, SuppressGCTransition]<nint> PyErr_Occurred;
    public static delegate* unmanaged[Cdecl]<nint, byte*, void> PyErr_SetString;
    public static delegate* unmanaged[Cdecl]<nint*, nint*, nint*, void> PyErr_Fetch;
    public static delegate* unmanaged[Cdecl]<nint, nint, nint, void> PyErr_Restore;
    public static delegate* unmanaged[Cdecl]<nint*, nint*, nint*, void> PyErr_NormalizeException;
    public static delegate* unmanaged[Cdecl]<nint, nint, int> PyErr_GivenExceptionMatches;
    public static delegate* unmanaged[Cdecl]<void> PyErr_Clear;
    public static delegate* unmanaged[Cdecl]<nint, void> PyErr_WriteUnraisable;

    // Values.
    public static delegate* unmanaged[Cdecl]<byte*, nint> PyUnicode_InternFromString;
    public static delegate* unmanaged[Cdecl]<byte*, nint, nint> PyUnicode_FromStringAndSize;
    public static delegate* unmanaged[Cdecl]<nint, nint> PyUnicode_AsUTF8String;
    public static delegate* unmanaged[Cdecl]<nint, byte**, nint*, int> PyBytes_AsStringAndSize;
    public static delegate* unmanaged[Cdecl, SuppressGCTransition]<long, nint> PyLong_FromLongLong;
    public static delegate* unmanaged[Cdecl]<ulong, nint> PyLong_FromUnsignedLongLong;
    public static delegate* unmanaged[Cdecl]<nint, long> PyLong_AsLongLong;
    public static delegate* unmanaged[Cdecl]<nint, ulong> PyLong_AsUnsignedLongLong;
    public static delegate* unmanaged[Cdecl]<nint, nint> PyNumber_Index;
    public static delegate* unmanaged[Cdecl]<nint, nint> PyTuple_New;
    public static delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, nint> PyTuple_Size;
    public static delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, nint, nint> PyTuple_GetItem;
    public static delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, nint, nint, int> PyTuple_SetItem;
    public static delegate* unmanaged[Cdecl]<nint> PyDict_New;
    public static delegate* unmanaged[Cdecl]<nint, nint, nint, int> PyDict_SetItem;
    public static delegate* unmanaged[Cdecl]<nint, nint, nint> PyDict_GetItemWithError;
    public static delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, byte*, nint, nint> PyCapsule_New;
    public static delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte*> PyCapsule_GetName;
    public static delegate* unmanaged[Cdecl]<nint, byte*, void*> PyCapsule_GetPointer;
    public static delegate* unmanaged[Cdecl]<nint, byte*, int> PyCapsule_SetName;

    // For a capsule whose name is known, so that it cannot fail, which is what makes it safe to suppress.
    public static delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte*, void*> GetKnownPointer;

    /// <summary>Whether each thread knows for which interpreter it works: since 3.12.</summary>
    public static bool TellsInterpretersOfThreads;

    // What only some versions have; 0 elsewhere.
    public static delegate* unmanaged[Cdecl]<nint, nint*, nuint, nint, nint> PyObject_Vectorcall;
    public static delegate* unmanaged[Cdecl]<nint, int> PyObject_CheckBuffer;
    public static delegate* unmanaged[Cdecl]<nint, nint, nint> TypeLookup;
    public static delegate* unmanaged[Cdecl]<nint, nint, nint*, int> GetOptionalAttr;

    // Data.
    public static nint None;
    public static nint True;
    public static nint False;
    public static nint Exception;
    public static nint TypeError;
    public static nint ValueError;
    public static nint BufferError;
    public static nint AttributeError;
    public static nint MemoryError;
    public static nint ImportError;
    public static nint RuntimeError;
    public static nint RecursionError;
    public static nint OverflowError;
    public static nint LongType;
    public static nint TupleType;
    public static nint DictType;
    public static nint UnicodeType;
    public static nint BytesType;
    public static nint ByteArrayType;
    public static nint MemoryViewType;
    public static nint CapsuleType;
    public static nint MethodDescriptorType;

    /// <summary>Looks every function up.</summary>
    /// <param name="library">The main program or a libpython.</param>
    /// <returns>The names that are missing; none if the bridge can work.</returns>
    public static List<string> Resolve(nint library)
    {
        var missing = new List<string>();

        nint Find(string name)
        {
            if (NativeLibrary.TryGetExport(library, name, out nint address))
            {
                return address;
            }

            missing.Add(name);
            return 0;
        }

        nint FindFirst(params ReadOnlySpan<string> names)
        {
            foreach (string name in names)
            {
                if (NativeLibrary.TryGetExport(library, name, out nint address))
                {
                    return address;
                }
            }

            return 0;
        }

        nint FindObject(string name)
        {
            nint address = Find(name);
            return address == 0 ? 0 : *(nint*)address;
        }

        Py_IsInitialized = (delegate* unmanaged[Cdecl]<int>)Find(nameof(Py_IsInitialized));
        Py_GetVersion = (delegate* unmanaged[Cdecl]<byte*>)Find(nameof(Py_GetVersion));
        Py_AddPendingCall = (delegate* unmanaged[Cdecl]<nint, nint, int>)Find(nameof(Py_AddPendingCall));
        PyInterpreterState_Get = (delegate* unmanaged[Cdecl]<nint>)Find(nameof(PyInterpreterState_Get));
        PyInterpreterState_GetID = (delegate* unmanaged[Cdecl]<nint, long>)Find(nameof(PyInterpreterState_GetID));
        PyGILState_GetThisThreadState =
            (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint>)Find(nameof(PyGILState_GetThisThreadState));
        PyThreadState_GetInterpreter =
            (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, nint>)Find(nameof(PyThreadState_GetInterpreter));
        PyInterpreterState_Main =
            (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint>)Find(nameof(PyInterpreterState_Main));
        PyGILState_Check = (delegate* unmanaged[Cdecl]<int>)Find(nameof(PyGILState_Check));
        PyGILState_Ensure = (delegate* unmanaged[Cdecl]<int>)Find(nameof(PyGILState_Ensure));
        PyGILState_Release = (delegate* unmanaged[Cdecl]<int, void>)Find(nameof(PyGILState_Release));
        PySys_GetObject = (delegate* unmanaged[Cdecl]<byte*, nint>)Find(nameof(PySys_GetObject));
        PySys_SetObject = (delegate* unmanaged[Cdecl]<byte*, nint, int>)Find(nameof(PySys_SetObject));
        PyEval_SaveThread = (delegate* unmanaged[Cdecl]<nint>)Find(nameof(PyEval_SaveThread));
        PyEval_RestoreThread = (delegate* unmanaged[Cdecl]<nint, void>)Find(nameof(PyEval_RestoreThread));
        Py_IncRef = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, void>)Find(nameof(Py_IncRef));
        Py_DecRef = (delegate* unmanaged[Cdecl]<nint, void>)Find(nameof(Py_DecRef));
        PyObject_GetAttr = (delegate* unmanaged[Cdecl]<nint, nint, nint>)Find(nameof(PyObject_GetAttr));
        PyObject_SetAttr = (delegate* unmanaged[Cdecl]<nint, nint, nint, int>)Find(nameof(PyObject_SetAttr));
        PyObject_Str = (delegate* unmanaged[Cdecl]<nint, nint>)Find(nameof(PyObject_Str));
        PyObject_IsTrue = (delegate* unmanaged[Cdecl]<nint, int>)Find(nameof(PyObject_IsTrue));
        PyObject_VectorcallMethod =
            (delegate* unmanaged[Cdecl]<nint, nint*, nuint, nint, nint>)Find(nameof(PyObject_VectorcallMethod));
        PyObject_GetBuffer = (delegate* unmanaged[Cdecl]<nint, void*, int, int>)Find(nameof(PyObject_GetBuffer));
        PyBuffer_Release = (delegate* unmanaged[Cdecl]<void*, void>)Find(nameof(PyBuffer_Release));
        PyType_FromSpec = (delegate* unmanaged[Cdecl]<PyTypeSpec*, nint>)Find(nameof(PyType_FromSpec));
        PyType_GetFlags = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, nuint>)Find(nameof(PyType_GetFlags));
        PyType_IsSubtype = (delegate* unmanaged[Cdecl]<nint, nint, int>)Find(nameof(PyType_IsSubtype));
        _PyObject_GC_New = (delegate* unmanaged[Cdecl]<nint, nint>)Find(nameof(_PyObject_GC_New));
        PyObject_GC_Track = (delegate* unmanaged[Cdecl]<void*, void>)Find(nameof(PyObject_GC_Track));
        PyObject_GC_UnTrack =
            (delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, void>)Find(nameof(PyObject_GC_UnTrack));
        PyObject_GC_Del = (delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, void>)Find(nameof(PyObject_GC_Del));
        PyModuleDef_Init = (delegate* unmanaged[Cdecl]<PyModuleDef*, nint>)Find(nameof(PyModuleDef_Init));
        PyImport_ImportModule = (delegate* unmanaged[Cdecl]<byte*, nint>)Find(nameof(PyImport_ImportModule));
        PyImport_GetModule = (delegate* unmanaged[Cdecl]<nint, nint>)Find(nameof(PyImport_GetModule));
        PyCFunction_NewEx = (delegate* unmanaged[Cdecl]<PyMethodDef*, nint, nint, nint>)Find(nameof(PyCFunction_NewEx));
        PyErr_Occurred = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint>)Find(nameof(PyErr_Occurred));
        PyErr_SetString = (delegate* unmanaged[Cdecl]<nint, byte*, void>)Find(nameof(PyErr_SetString));
        PyErr_Fetch = (delegate* unmanaged[Cdecl]<nint*, nint*, nint*, void>)Find(nameof(PyErr_Fetch));
        PyErr_Restore = (delegate* unmanaged[Cdecl]<nint, nint, nint, void>)Find(nameof(PyErr_Restore));
        PyErr_NormalizeException =
            (delegate* unmanaged[Cdecl]<nint*, nint*, nint*, void>)Find(nameof(PyErr_NormalizeException));
        PyErr_GivenExceptionMatches =
            (delegate* unmanaged[Cdecl]<nint, nint, int>)Find(nameof(PyErr_GivenExceptionMatches));
        PyErr_Clear = (delegate* unmanaged[Cdecl]<void>)Find(nameof(PyErr_Clear));
        PyErr_WriteUnraisable = (delegate* unmanaged[Cdecl]<nint, void>)Find(nameof(PyErr_WriteUnraisable));
        PyUnicode_InternFromString = (delegate* unmanaged[Cdecl]<byte*, nint>)Find(nameof(PyUnicode_InternFromString));
        PyUnicode_FromStringAndSize =
            (delegate* unmanaged[Cdecl]<byte*, nint, nint>)Find(nameof(PyUnicode_FromStringAndSize));
        PyUnicode_AsUTF8String = (delegate* unmanaged[Cdecl]<nint, nint>)Find(nameof(PyUnicode_AsUTF8String));
        PyBytes_AsStringAndSize =
            (delegate* unmanaged[Cdecl]<nint, byte**, nint*, int>)Find(nameof(PyBytes_AsStringAndSize));
        PyLong_FromLongLong =
            (delegate* unmanaged[Cdecl, SuppressGCTransition]<long, nint>)Find(nameof(PyLong_FromLongLong));
        PyLong_FromUnsignedLongLong =
            (delegate* unmanaged[Cdecl]<ulong, nint>)Find(nameof(PyLong_FromUnsignedLongLong));
        PyLong_AsLongLong = (delegate* unmanaged[Cdecl]<nint, long>)Find(nameof(PyLong_AsLongLong));
        PyLong_AsUnsignedLongLong = (delegate* unmanaged[Cdecl]<nint, ulong>)Find(nameof(PyLong_AsUnsignedLongLong));
        PyNumber_Index = (delegate* unmanaged[Cdecl]<nint, nint>)Find(nameof(PyNumber_Index));
        PyTuple_New = (delegate* unmanaged[Cdecl]<nint, nint>)Find(nameof(PyTuple_New));
        PyTuple_Size = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, nint>)Find(nameof(PyTuple_Size));
        PyTuple_GetItem =
            (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, nint, nint>)Find(nameof(PyTuple_GetItem));
        PyTuple_SetItem =
            (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, nint, nint, int>)Find(nameof(PyTuple_SetItem));
        PyDict_New = (delegate* unmanaged[Cdecl]<nint>)Find(nameof(PyDict_New));
        PyDict_SetItem = (delegate* unmanaged[Cdecl]<nint, nint, nint, int>)Find(nameof(PyDict_SetItem));
        PyDict_GetItemWithError = (delegate* unmanaged[Cdecl]<nint, nint, nint>)Find(nameof(PyDict_GetItemWithError));
        PyCapsule_New =
            (delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, byte*, nint, nint>)Find(nameof(PyCapsule_New));
        PyCapsule_GetName =
            (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte*>)Find(nameof(PyCapsule_GetName));
        PyCapsule_GetPointer = (delegate* unmanaged[Cdecl]<nint, byte*, void*>)Find(nameof(PyCapsule_GetPointer));
        PyCapsule_SetName = (delegate* unmanaged[Cdecl]<nint, byte*, int>)Find(nameof(PyCapsule_SetName));

        // Private under this name until 3.13.
        PyThreadState_GetUnchecked = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint>)FindFirst(
            nameof(PyThreadState_GetUnchecked), "_PyThreadState_UncheckedGet");
        if (PyThreadState_GetUnchecked is null)
        {
            missing.Add(nameof(PyThreadState_GetUnchecked));
        }

        // A function since 3.12, and lines in a header before.
        PyObject_Vectorcall =
            (delegate* unmanaged[Cdecl]<nint, nint*, nuint, nint, nint>)FindFirst(nameof(PyObject_Vectorcall));
        PyObject_CheckBuffer = (delegate* unmanaged[Cdecl]<nint, int>)FindFirst(nameof(PyObject_CheckBuffer));
        TellsInterpretersOfThreads = PythonVersion.IsAtLeast(3, 12);
        TypeLookup = (delegate* unmanaged[Cdecl]<nint, nint, nint>)FindFirst("_PyType_Lookup");
        GetOptionalAttr = (delegate* unmanaged[Cdecl]<nint, nint, nint*, int>)FindFirst(
            "PyObject_GetOptionalAttr", "_PyObject_LookupAttr");

        GetKnownPointer =
            (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte*, void*>)PyCapsule_GetPointer;
        None = Find("_Py_NoneStruct");
        True = Find("_Py_TrueStruct");
        False = Find("_Py_FalseStruct");
        LongType = Find("PyLong_Type");
        TupleType = Find("PyTuple_Type");
        DictType = Find("PyDict_Type");
        UnicodeType = Find("PyUnicode_Type");
        BytesType = Find("PyBytes_Type");
        ByteArrayType = Find("PyByteArray_Type");
        MemoryViewType = Find("PyMemoryView_Type");
        CapsuleType = Find("PyCapsule_Type");
        MethodDescriptorType = Find("PyMethodDescr_Type");
        Exception = FindObject("PyExc_Exception");
        TypeError = FindObject("PyExc_TypeError");
        ValueError = FindObject("PyExc_ValueError");
        BufferError = FindObject("PyExc_BufferError");
        AttributeError = FindObject("PyExc_AttributeError");
        MemoryError = FindObject("PyExc_MemoryError");
        ImportError = FindObject("PyExc_ImportError");
        RuntimeError = FindObject("PyExc_RuntimeError");
        RecursionError = FindObject("PyExc_RecursionError");
        OverflowError = FindObject("PyExc_OverflowError");
        return missing;
    }
}
