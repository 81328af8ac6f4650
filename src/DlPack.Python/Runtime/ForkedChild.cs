using System.Runtime.CompilerServices;

namespace DlPackNet.Python;

/// <summary>
/// A child that Python's <c>os.fork</c> made of a program whose runtime compiles code. The child shares the memory of
/// compiled code with its parent: what it is the first to call, or calls often, it compiles into that, and its parent
/// crashes. So what Python calls there returns at once: what it lets go of stays, and what it asks for is refused.
/// </summary>
/// <remarks>
/// Each callback asks first, is compiled for good at its first call (<c>AggressiveOptimization</c>), and has that call
/// before Python knows it (<see cref="Rehearse"/>). Where all is compiled ahead of time, as in the wheel, children may
/// do everything, and nothing of this is left.
/// </remarks>
internal static unsafe class ForkedChild
{
    [ThreadStatic]
    private static bool _isRehearsal;

    /// <summary>Why there is nothing to be had.</summary>
    public static ReadOnlySpan<byte> Refusal =>
        "This process was forked from a .NET program, and .NET works in the parent only. Start processes by "u8
        + "multiprocessing's \"spawn\" or \"forkserver\"."u8;

    /// <summary>Whether a callback must return at once.</summary>
    public static bool IsHere
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => RuntimeFeature.IsDynamicCodeCompiled && (DlPackDiagnostics.IsForkedChild || _isRehearsal);
    }

    /// <summary>Raises a Python error that says so.</summary>
    /// <returns>0, which the caller returns to Python.</returns>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static nint Refuse()
    {
        PythonApi.PyErr_SetString(PythonApi.RuntimeError, Text.Literal(Refusal));
        return 0;
    }

    /// <summary>Has everything that Python calls compiled, by calling it as in a child. Needs the GIL.</summary>
    public static void Rehearse()
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled)
        {
            return;
        }

        _isRehearsal = true;
        nint[] callbacks =
        [
            .. PyTensorType.Callbacks, .. ExchangeApi.Callbacks, .. Capsules.Callbacks, .. Lending.Callbacks,
            .. ReleaseQueue.Callbacks, .. Interpreter.Callbacks, .. Forks.Callbacks,
        ];
        foreach (nint callback in callbacks)
        {
            // Those that take fewer arguments do not look at the others, and none looks at these zeros.
            ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint>)callback)(0, 0, 0, 0);
        }

        _isRehearsal = false;
        PythonApi.PyErr_Clear();
    }
}
