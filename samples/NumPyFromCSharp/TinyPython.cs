using System.Runtime.InteropServices;
using System.Text;

namespace NumPyFromCSharp;

/// <summary>
/// The least that hosts a Python. Programs take pythonnet or CSnakes instead; the tensors work alike.
/// </summary>
internal sealed unsafe partial class TinyPython : IDisposable
{
    // NumPy's own libraries expect Python's symbols to be there for all: RTLD_NOW | RTLD_GLOBAL.
    private const int NowAndGlobal = 0x102;
    private const int EvalInput = 258;

    private readonly nint _library;

    public TinyPython(string library)
    {
        _library = Open(library, NowAndGlobal);
        ((delegate* unmanaged[Cdecl]<int, void>)Function("Py_InitializeEx"))(0);
    }

    /// <summary>The newest libpython that the system's loader finds.</summary>
    public static string? Find()
    {
        for (int minor = 14; minor >= 9; minor--)
        {
            string name = $"libpython3.{minor}.so.1.0";
            if (OperatingSystem.IsLinux() && NativeLibrary.TryLoad(name, out _))
            {
                return name;
            }
        }

        return null;
    }

    public void Dispose() => ((delegate* unmanaged[Cdecl]<int>)Function("Py_FinalizeEx"))();

    public bool TryRun(string code)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes($"try:\n  {code}\n  ok = 1\nexcept ImportError:\n  ok = 0\0"))
        {
            _ = ((delegate* unmanaged[Cdecl]<byte*, nint, int>)Function("PyRun_SimpleStringFlags"))(text, 0);
        }

        nint ok = Get("ok");
        int isTrue = ((delegate* unmanaged[Cdecl]<nint, int>)Function("PyObject_IsTrue"))(ok);
        Drop(ok);
        return isTrue == 1;
    }

    public void Run(string code)
    {
        if (!TryRun(code))
        {
            throw new InvalidOperationException("Python failed: " + code);
        }
    }

    /// <summary>The value of an expression: a new reference, for <see cref="Drop"/>.</summary>
    public nint Get(string expression)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(expression + '\0'))
        {
            var run = (delegate* unmanaged[Cdecl]<byte*, int, nint, nint, nint, nint>)Function("PyRun_StringFlags");
            nint value = run(text, EvalInput, Globals(), Globals(), 0);
            return value != 0 ? value : throw new InvalidOperationException("Python failed: " + expression);
        }
    }

    /// <summary>Names an object in Python, and gives the reference to it away.</summary>
    public void Set(string name, nint item)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
        {
            _ = ((delegate* unmanaged[Cdecl]<nint, byte*, nint, int>)Function("PyDict_SetItemString"))(
                Globals(), text, item);
        }

        Drop(item);
    }

    public void Drop(nint item) => ((delegate* unmanaged[Cdecl]<nint, void>)Function("Py_DecRef"))(item);

    private nint Globals()
    {
        fixed (byte* main = "__main__"u8)
        {
            nint module = ((delegate* unmanaged[Cdecl]<byte*, nint>)Function("PyImport_AddModule"))(main);
            return ((delegate* unmanaged[Cdecl]<nint, nint>)Function("PyModule_GetDict"))(module);
        }
    }

    private nint Function(string name) => NativeLibrary.GetExport(_library, name);

    [LibraryImport("libc", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string path, int flags);
}
