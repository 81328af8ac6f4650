using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace DlPackNet.Python;

/// <summary>
/// A child that Python's <c>os.fork</c> made of a program whose runtime compiles code. The child shares the memory of
/// compiled code with its parent: what it is the first to call, or calls often, it compiles into that, and its parent
/// crashes. So what Python calls there returns at once: what it lets go of stays, and what it asks for is refused.
/// </summary>
/// <remarks>
/// Each callback asks first, is compiled for good at its first call (<c>AggressiveOptimization</c>), and has that call
/// before Python knows it (<see cref="Rehearse"/>). In the extension module, where all is compiled ahead of time,
/// children may do everything, and nothing of this is left.
/// </remarks>
internal static unsafe class ForkedChild
{
    private const string ModuleSwitch = "DlPackNet.Python.IsExtensionModule";

    [ThreadStatic]
    private static bool _isRehearsal;

    /// <summary>Everything that Python calls.</summary>
    public static nint[] Callbacks =>
    [
        .. PyTensorType.Callbacks, .. ExchangeApi.Callbacks, .. Capsules.Callbacks, .. Lending.Callbacks,
        .. ReleaseQueue.Callbacks, .. Interpreter.Callbacks, .. Forks.Callbacks,
    ];

    /// <summary>Why there is nothing to be had.</summary>
    public static ReadOnlySpan<byte> Refusal =>
        "This process was forked from a .NET program, and .NET works in the parent only. Start processes by "u8
        + "multiprocessing's \"spawn\" or \"forkserver\"."u8;

    /// <summary>Whether a callback must return at once.</summary>
    public static bool IsHere
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !IsExtensionModule && (DlPackDiagnostics.IsForkedChild || _isRehearsal);
    }

    // The module's project sets it, and the compiler takes it for a constant.
    [FeatureSwitchDefinition(ModuleSwitch)]
    private static bool IsExtensionModule { get; } = AppContext.TryGetSwitch(ModuleSwitch, out bool isSet) && isSet;

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
        if (IsExtensionModule)
        {
            return;
        }

        // Who takes fewer arguments does not look at the others, and nobody at the zeros. One is told of errors by its
        // fourth, a function.
        var tell = (nint)PythonApi.PyErr_Clear;
        _isRehearsal = true;
        try
        {
            foreach (nint callback in Callbacks)
            {
                ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint>)callback)(0, 0, 0, tell);
            }
        }
        finally
        {
            _isRehearsal = false;
        }

        PythonApi.PyErr_Clear();
    }
}
