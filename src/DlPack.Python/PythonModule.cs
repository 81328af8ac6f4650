using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>The Python module <c>dlpack._dlpack</c>.</summary>
internal static unsafe class PythonModule
{
    private static PyModuleDef* _definition;

    /// <summary>What <c>PyInit__dlpack</c> returns: the module's definition, or 0 with an error.</summary>
    public static nint Define()
    {
        try
        {
            Interpreter.Load(path: null);
            if (_definition is null)
            {
                _definition = MakeDefinition();
            }

            return PythonApi.PyModuleDef_Init(_definition);
        }
        catch (Exception e)
        {
            // Without the functions there is no way to raise an error either.
            if (PythonApi.PyErr_SetString is not null && PythonApi.ImportError != 0)
            {
                return PythonError.Set(PythonApi.ImportError, e.Message);
            }

            StandardError.WriteLine(e.Message);
            return 0;
        }
    }

    private static PyModuleDef* MakeDefinition()
    {
        delegate* unmanaged[Cdecl]<nint, int> execute = &OnExecute;
        var slots = new List<PyTypeSlot> { new(PyTypeSlot.ModuleExec, execute) };
        if (PythonVersion.IsAtLeast(3, 12))
        {
            // Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED. Older ones are told when the module is executed.
            slots.Add(new(PyTypeSlot.ModuleMultipleInterpreters, null));
        }

        var definition = (PyModuleDef*)NativeMemory.AllocZeroed((nuint)sizeof(PyModuleDef));
        definition->RefCount = 1;
        definition->Name = Text.Literal("_dlpack"u8);
        definition->Doc = Text.Literal("Lends arrays, tensors and buffers by DLPack, without copying."u8);
        definition->Methods = Native.List<PyMethodDef>(ModuleFunctions.List);
        definition->Slots = Native.List<PyTypeSlot>(CollectionsMarshal.AsSpan(slots));
        return definition;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnExecute(nint module)
    {
        try
        {
            // Here too, since what the main interpreter has made ready is ready for all.
            Interpreter.RefuseSubInterpreter();
            Interpreter.Start();
            string version = typeof(DlPack).Assembly.GetName().Version?.ToString(3) ?? "0";
            bool isDone = Add(module, "DLPackObject"u8, Py.NewRef(PyTensorType.Type))
                && Add(module, "__version__"u8, Py.NewString(version))
                && NameAfterPackage(module, "asdlpack"u8)
                && NameAfterPackage(module, "from_dlpack"u8)
                && NameAfterPackage(module, "inspect"u8);
            return isDone ? 0 : -1;
        }
        catch (Exception e)
        {
            PythonError.Set(PythonApi.ImportError, e.Message);
            return -1;
        }
    }

    // Users know the package, from which they import it, and not this part of it.
    private static bool NameAfterPackage(nint module, ReadOnlySpan<byte> function)
    {
        nint name = Names.Intern(function);
        nint item = PythonApi.PyObject_GetAttr(module, name);
        Py.DecRef(name);
        bool isDone = item != 0 && Add(item, "__module__"u8, Names.Intern("dlpack"u8));
        Py.XDecRef(item);
        return isDone;
    }

    private static bool Add(nint module, ReadOnlySpan<byte> name, nint value)
    {
        nint key = value == 0 ? 0 : Names.Intern(name);
        int result = key == 0 ? -1 : PythonApi.PyObject_SetAttr(module, key, value);
        Py.XDecRef(key);
        Py.XDecRef(value);
        return result == 0;
    }
}
