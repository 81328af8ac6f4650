using System.Runtime.InteropServices;
using System.Text;

namespace DlPackNet.MatrixTests;

/// <summary>CPython with NumPy, embedded: as little of a host as the matrix needs.</summary>
internal static unsafe class Python
{
    private const int Lazy = 1;
    private const int Global = 0x100;

    private static readonly Lazy<string?> Problem = new(Start);
    private static nint _library;
    private static nint _main;

    /// <summary>Why there is no Python with a new enough NumPy; null if there is.</summary>
    public static string? Missing => Problem.Value;

    /// <summary>Runs statements.</summary>
    public static void Run(string statements) => Locked(() => RunLocked(statements));

    /// <summary>Runs statements that set <c>value</c>.</summary>
    /// <returns>The value, which <c>__main__</c> keeps alive until the next one.</returns>
    public static nint Evaluate(string statements) => Locked(() =>
    {
        RunLocked(statements);
        return Value();
    });

    /// <summary>Runs statements that set <c>value</c> to a float.</summary>
    public static float Number(string statements) => Locked(() =>
    {
        RunLocked(statements);
        return (float)((delegate* unmanaged<nint, double>)Export("PyFloat_AsDouble"))(Value());
    });

    /// <summary>Takes a versioned tensor out of a capsule.</summary>
    public static nint Consume(nint capsule) => Locked(() =>
    {
        nint tensor = ((delegate* unmanaged<nint, byte*, nint>)Export("PyCapsule_GetPointer"))(
            capsule, Literal("dltensor_versioned"u8));
        _ = ((delegate* unmanaged<nint, byte*, int>)Export("PyCapsule_SetName"))(
            capsule, Literal("used_dltensor_versioned"u8));
        return tensor;
    });

    /// <summary>Sets a variable to a capsule with the tensor of ours, which NumPy then consumes.</summary>
    public static void SetCapsule(string name, DlPackCapsule capsule) => Locked(() =>
    {
        nint made = ((delegate* unmanaged<nint, byte*, nint, nint>)Export("PyCapsule_New"))(
            capsule.Consume(), Literal("dltensor_versioned"u8), 0);
        fixed (byte* variable = Encoding.UTF8.GetBytes(name + '\0'))
        {
            _ = ((delegate* unmanaged<nint, byte*, nint, int>)Export("PyObject_SetAttrString"))(_main, variable, made);
        }

        ((delegate* unmanaged<nint, void>)Export("Py_DecRef"))(made);
        return 0;
    });

    private static string? Start()
    {
        string? path = Directory.Exists("/usr/lib/x86_64-linux-gnu")
            ? Directory.EnumerateFiles("/usr/lib/x86_64-linux-gnu", "libpython3.*.so.1.0").FirstOrDefault()
            : null;
        if (path is null)
        {
            return "there is no libpython3 in /usr/lib/x86_64-linux-gnu; eng/in-trixie.sh runs a command where it is";
        }

        // Global, since NumPy's modules look for Python's functions in the whole process.
        fixed (byte* text = Encoding.UTF8.GetBytes(path + '\0'))
        {
            _library = Open(text, Lazy | Global);
        }

        ((delegate* unmanaged<int, void>)Export("Py_InitializeEx"))(0);
        _main = ((delegate* unmanaged<byte*, nint>)Export("PyImport_AddModule"))(Literal("__main__"u8));
        int status = RunStatus(
            """
            try:
                import numpy
                assert tuple(int(n) for n in numpy.__version__.split('.')[:2]) >= (2, 1)
                value = 1.0
            except (ImportError, AssertionError):
                value = 0.0
            """);
        bool hasNumPy = status == 0
            && ((delegate* unmanaged<nint, double>)Export("PyFloat_AsDouble"))(Value()) == 1;
        ((delegate* unmanaged<nint>)Export("PyEval_SaveThread"))();
        return hasNumPy ? null : "there is no NumPy 2.1 or later here; eng/in-trixie.sh runs a command where it is";
    }

    private static T Locked<T>(Func<T> action)
    {
        int state = ((delegate* unmanaged<int>)Export("PyGILState_Ensure"))();
        try
        {
            return action();
        }
        finally
        {
            ((delegate* unmanaged<int, void>)Export("PyGILState_Release"))(state);
        }
    }

    private static int RunLocked(string statements) => RunStatus(statements) == 0
        ? 0
        : throw new InvalidOperationException("Python failed; see standard error for its reason.");

    private static int RunStatus(string statements)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(statements + '\0'))
        {
            return ((delegate* unmanaged<byte*, nint, int>)Export("PyRun_SimpleStringFlags"))(text, 0);
        }
    }

    private static nint Value()
    {
        nint value = ((delegate* unmanaged<nint, byte*, nint>)Export("PyObject_GetAttrString"))(
            _main, Literal("value"u8));
        ((delegate* unmanaged<nint, void>)Export("Py_DecRef"))(value);
        return value;
    }

    private static nint Export(string name) => NativeLibrary.GetExport(_library, name);

    // Literals do not move, and the compiler ends them with a zero.
    private static byte* Literal(ReadOnlySpan<byte> text) =>
        (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(text));

    [DllImport("libc", EntryPoint = "dlopen")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Open(byte* path, int flags);
}
