using System.Runtime.InteropServices;
using DlPackNet;
using DlPackNet.Interop;

namespace IlgpuToPython;

/// <summary>Just enough of an embedded CPython to hand it a capsule.</summary>
internal static unsafe partial class Python
{
    private const string Script = """
        # Takes the capsule by whatever library is there; True if it could write.
        def work(capsule):
            for name in ('torch', 'cupy', 'numpy'):
                try:
                    module = __import__(name)
                except ImportError:
                    continue
                class Lent:
                    def __dlpack__(self, **_): return capsule
                    def __dlpack_device__(self): return device
                try:
                    array = module.from_dlpack(capsule if name == 'torch' else Lent())
                except Exception as error:
                    print('   ', name, 'cannot take it:', error)
                    continue
                print('   ', name, module.__version__, 'sees', array[:4], 'sum', float(array.sum()))
                try:
                    array *= 2
                except ValueError:
                    return False                      # NumPy takes legacy capsules as read-only
                if name != 'numpy' and device[0] == 2:
                    (module.cuda.synchronize if name == 'torch' else module.cuda.Device().synchronize)()
                return True
            print('    there is no library that can take it')
            return False

        # In a function, so that the array is gone when it returns.
        wrote = work(capsule)
        del capsule
        """;

    private static readonly string[] _names = OperatingSystem.IsWindows()
        ? [.. Enumerable.Range(9, 7).Reverse().Select(minor => $"python3{minor}.dll")]
        : [.. Enumerable.Range(9, 7).Reverse().Select(minor => $"libpython3.{minor}.so.1.0")];

    private static nint _library;

    /// <summary>Runs the script over a tensor.</summary>
    /// <returns>Whether it has doubled every element.</returns>
    public static bool Run(DlPackObject tensor)
    {
        if (!_names.Any(TryLoad))
        {
            Console.WriteLine($"   There is no Python library ({_names[0]} and older); skipped.");
            return false;
        }

        ((delegate* unmanaged[Cdecl]<int, void>)Find("Py_InitializeEx"))(0);
        DLDevice device = tensor.DlpackDevice();
        using DlPackCapsule lent = tensor.Dlpack(maxVersion: new DLPackVersion(0, 8));

        // The name must stay where it is as long as the capsule does.
        nint name = Marshal.StringToCoTaskMemUTF8(lent.Name);
        nint capsule = ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint>)Find("PyCapsule_New"))(
            lent.DangerousGetPointer(), name, 0);
        nint globals = ((delegate* unmanaged[Cdecl]<nint, nint>)Find("PyModule_GetDict"))(AddModule("__main__"));
        Set(globals, "capsule", capsule);
        bool isDone = Execute($"device = ({(int)device.device_type}, {device.device_id})\n" + Script);

        // Whoever took the tensor has renamed the capsule, and calls the deleter; otherwise it is released here.
        if (((delegate* unmanaged[Cdecl]<nint, nint, int>)Find("PyCapsule_IsValid"))(capsule, name) == 0)
        {
            lent.Consume();
        }

        ((delegate* unmanaged[Cdecl]<nint, void>)Find("Py_DecRef"))(capsule);
        nint wrote = ((delegate* unmanaged[Cdecl]<nint, nint, nint>)Find("PyDict_GetItem"))(globals, Text("wrote"));
        return isDone && wrote != 0 && ((delegate* unmanaged[Cdecl]<nint, int>)Find("PyObject_IsTrue"))(wrote) == 1;
    }

    // With its symbols for all: Python's own extension modules look for them without naming the library.
    private static bool TryLoad(string name)
    {
        if (OperatingSystem.IsWindows())
        {
            return NativeLibrary.TryLoad(name, out _library);
        }

        const int NowAndGlobal = 0x102;
        _library = dlopen(name, NowAndGlobal);
        return _library != 0;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint dlopen(string name, int flags);

    private static bool Execute(string code)
    {
        fixed (byte* text = System.Text.Encoding.UTF8.GetBytes(code + "\0"))
        {
            return ((delegate* unmanaged[Cdecl]<byte*, nint, int>)Find("PyRun_SimpleStringFlags"))(text, 0) == 0;
        }
    }

    private static nint Text(string value)
    {
        fixed (byte* text = System.Text.Encoding.UTF8.GetBytes(value + "\0"))
        {
            return ((delegate* unmanaged[Cdecl]<byte*, nint>)Find("PyUnicode_FromString"))(text);
        }
    }

    private static nint AddModule(string name)
    {
        fixed (byte* text = System.Text.Encoding.UTF8.GetBytes(name + "\0"))
        {
            return ((delegate* unmanaged[Cdecl]<byte*, nint>)Find("PyImport_AddModule"))(text);
        }
    }

    private static void Set(nint dictionary, string key, nint value)
    {
        fixed (byte* text = System.Text.Encoding.UTF8.GetBytes(key + "\0"))
        {
            _ = ((delegate* unmanaged[Cdecl]<nint, byte*, nint, int>)Find("PyDict_SetItemString"))(
                dictionary, text, value);
        }
    }

    private static nint Find(string function) => NativeLibrary.GetExport(_library, function);
}
