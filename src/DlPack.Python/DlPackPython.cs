using DlPackNet.Python;

namespace DlPackNet;

/// <summary>The bridge to the Python of this process: how it is found, and what of it is live.</summary>
/// <remarks>
/// <para>
/// It works beside whatever started Python: pythonnet, CSnakes, a host of your own, or Python itself. Python must be
/// running; starting and ending it is not this library's business. CPython 3.9 or later with a GIL, its main
/// interpreter, in a 64-bit process.
/// </para>
/// <para>
/// Every member that works with Python takes the GIL if the calling thread has not got it. Whatever is released while
/// the GIL cannot be had, as on the finalizer's thread, waits until somebody has it.
/// </para>
/// </remarks>
public static class DlPackPython
{
    /// <summary>Names the library with Python's C API, where the process does not tell by itself.</summary>
    /// <param name="library">
    /// The path of a libpython (<c>libpython3.12.so</c>, <c>python312.dll</c>); null to look in the main program and in
    /// the loaded libraries, which every other member does too.
    /// </param>
    /// <exception cref="DlPackException">No Python is there, or it is too old.</exception>
    /// <exception cref="DllNotFoundException">There is no such library.</exception>
    /// <remarks>
    /// Has no effect once Python has been found. May be called from any thread, with the GIL or without.
    /// </remarks>
    public static void Initialize(string? library = null) => Interpreter.Load(library);

    /// <summary>The <c>dlpack.DLPackObject</c>s of this library that Python has.</summary>
    /// <remarks>Exact for a thread that has the GIL. May be read from any thread.</remarks>
    public static long LiveObjects => PyTensor.LiveCount;

    /// <summary>The references to Python objects that were given up and wait for somebody who has the GIL.</summary>
    /// <remarks>May be read from any thread.</remarks>
    public static int PendingReleases => BridgeState.Queued;

    /// <summary>Drops the <see cref="PendingReleases"/> now. All other members do so by the way.</summary>
    /// <exception cref="DlPackException">Python is not running.</exception>
    public static void ReleasePending()
    {
        using Gil gil = Gil.Acquire();
    }
}
