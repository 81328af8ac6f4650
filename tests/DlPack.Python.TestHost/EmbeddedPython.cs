using System.Runtime.InteropServices;

namespace DlPackNet.Python.TestHost;

/// <summary>
/// A Python in this process, by the C API alone. Members but <see cref="Start(bool)"/>, <see cref="Run"/> and
/// <see cref="DropFromOutside"/> need the GIL.
/// </summary>
internal static unsafe class EmbeddedPython
{
    private const int Now = 2;
    private const int Global = 0x100;
    private const int EvalInput = 258;

    private static nint _library;

    /// <summary>The library that would be used, or null if there is none.</summary>
    public static string? Library { get; } = Find();

    /// <summary>Loads Python, with its symbols for all as its extension modules expect, and starts it.</summary>
    /// <param name="releaseGil">Whether to leave the GIL to whoever wants it.</param>
    public static void Start(bool releaseGil = true) => Start(Global, releaseGil);

    /// <summary>As <see cref="Start(bool)"/>, with symbols that nobody sees.</summary>
    public static void StartPrivately() => Start(scope: 0, releaseGil: false);

    private static void Start(int scope, bool releaseGil)
    {
        _library = Open(Library!, Now | scope);
        if (_library == 0)
        {
            throw new DllNotFoundException(Library);
        }

        ((delegate* unmanaged[Cdecl]<int, void>)Function("Py_InitializeEx"))(0);
        if (releaseGil)
        {
            _ = ((delegate* unmanaged[Cdecl]<nint>)Function("PyEval_SaveThread"))();
        }
    }

    /// <summary>Ends Python.</summary>
    public static int Finish() => ((delegate* unmanaged[Cdecl]<int>)Function("Py_FinalizeEx"))();

    /// <summary>Takes the GIL.</summary>
    public static int Enter() => ((delegate* unmanaged[Cdecl]<int>)Function("PyGILState_Ensure"))();

    /// <summary>Gives the GIL back.</summary>
    public static void Leave(int state) => ((delegate* unmanaged[Cdecl]<int, void>)Function("PyGILState_Release"))(state);

    /// <summary>Runs statements in <c>__main__</c>.</summary>
    public static void Run(string code)
    {
        int state = Enter();
        try
        {
            byte[] text = System.Text.Encoding.UTF8.GetBytes(code + '\0');
            fixed (byte* pointer = text)
            {
                var run = (delegate* unmanaged[Cdecl]<byte*, nint, int>)Function("PyRun_SimpleStringFlags");
                if (run(pointer, 0) != 0)
                {
                    throw new InvalidOperationException("Python failed; see standard error. The code was:\n" + code);
                }
            }
        }
        finally
        {
            Leave(state);
        }
    }

    /// <summary>The value of an expression in <c>__main__</c>: a new reference.</summary>
    public static nint Evaluate(string expression)
    {
        nint globals = Globals();
        byte[] text = System.Text.Encoding.UTF8.GetBytes(expression + '\0');
        fixed (byte* pointer = text)
        {
            var run = (delegate* unmanaged[Cdecl]<byte*, int, nint, nint, nint, nint>)Function("PyRun_StringFlags");
            nint value = run(pointer, EvalInput, globals, globals, 0);
            return value != 0 ? value : throw new InvalidOperationException("Python failed: " + expression);
        }
    }

    /// <summary>The value of an expression that is a whole number.</summary>
    public static long EvaluateNumber(string expression)
    {
        nint value = Evaluate(expression);
        long number = ((delegate* unmanaged[Cdecl]<nint, long>)Function("PyLong_AsLongLong"))(value);
        Drop(value);
        return number;
    }

    /// <summary>Gives a name in <c>__main__</c> to an object, whose reference it takes.</summary>
    public static void Name(string name, nint item)
    {
        byte[] text = System.Text.Encoding.UTF8.GetBytes(name + '\0');
        fixed (byte* pointer = text)
        {
            _ = ((delegate* unmanaged[Cdecl]<nint, byte*, nint, int>)Function("PyDict_SetItemString"))(
                Globals(), pointer, item);
        }

        Drop(item);
    }

    /// <summary>Gives a reference back.</summary>
    public static void Drop(nint item) => ((delegate* unmanaged[Cdecl]<nint, void>)Function("Py_DecRef"))(item);

    /// <summary>Gives a reference back from a thread without the GIL.</summary>
    public static void DropFromOutside(nint item)
    {
        int state = Enter();
        Drop(item);
        Leave(state);
    }

    /// <summary>A function of the C API.</summary>
    public static nint Function(string name) => NativeLibrary.GetExport(_library, name);

    private static nint Globals()
    {
        fixed (byte* name = "__main__"u8)
        {
            nint module = ((delegate* unmanaged[Cdecl]<byte*, nint>)Function("PyImport_AddModule"))(name);
            return ((delegate* unmanaged[Cdecl]<nint, nint>)Function("PyModule_GetDict"))(module);
        }
    }

    private static string? Find()
    {
        string? named = Environment.GetEnvironmentVariable("DLPACK_TESTS_LIBPYTHON");
        if (named is not null || !OperatingSystem.IsLinux())
        {
            return named;
        }

        for (int minor = 14; minor >= 9; minor--)
        {
            string name = $"libpython3.{minor}.so.1.0";
            if (NativeLibrary.TryLoad(name, out nint library))
            {
                NativeLibrary.Free(library);
                return name;
            }
        }

        return null;
    }

    [DllImport("libc", EntryPoint = "dlopen", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Open([MarshalAs(UnmanagedType.LPStr)] string path, int flags);
}
