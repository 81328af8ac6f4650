using System.Collections.Concurrent;

namespace DlPackNet;

/// <summary>
/// A GPU's primary context, which all libraries of a process share, and the events that are recorded in it.
/// </summary>
/// <remarks>
/// It is retained once, on first use, and kept until the process ends, as other libraries do: memory that they lent
/// may be in it.
/// </remarks>
internal sealed partial class PrimaryContext
{
    private static readonly ConcurrentDictionary<int, PrimaryContext> _contexts = new();

    private readonly ConcurrentBag<nint> _events = [];
    private readonly int _process = ThisProcess;

    private PrimaryContext(int ordinal)
    {
        DriverLibrary.Need();
        Driver.Check(Driver.cuInit(0), "initialize CUDA");
        Driver.Check(Driver.cuDeviceGet(out int device, ordinal), $"find GPU {ordinal}");
        Driver.Check(Driver.cuDevicePrimaryCtxRetain(out nint handle, device), $"open GPU {ordinal}");
        Handle = handle;
        Ordinal = ordinal;
    }

    /// <summary>The GPU's CUDA ordinal.</summary>
    public int Ordinal { get; }

    /// <summary>The driver's handle.</summary>
    public nint Handle { get; }

    /// <summary>
    /// Whether it was a parent that opened it, before it forked this process: here there is no such GPU, and what is
    /// let go of is the parent's.
    /// </summary>
    public bool IsInherited => ThisProcess != _process;

    // .NET's own number of it is that of the parent. Windows does not fork.
    private static int ThisProcess => OperatingSystem.IsWindows() ? 0 : LibC.getpid();

    /// <summary>That of a GPU.</summary>
    /// <param name="ordinal">The CUDA ordinal, as in a DLPack device.</param>
    /// <exception cref="DlPackException">There is no driver, or no such GPU.</exception>
    public static PrimaryContext Of(int ordinal) =>
        _contexts.GetOrAdd(ordinal, static number => new PrimaryContext(number));

    /// <summary>That of the GPU of a stream, which has a handle; null if the stream is in another context.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="likely">What is returned where the driver cannot say.</param>
    public static PrimaryContext? OfStream(long stream, PrimaryContext likely)
    {
        using ContextScope scope = ContextScope.Of(likely.Handle);
        if (Driver.cuStreamGetCtx(stream, out nint handle) != 0 || handle == likely.Handle)
        {
            return likely;
        }

        using ContextScope there = ContextScope.Of(handle);
        Driver.Check(Driver.cuCtxGetDevice(out int ordinal), $"find the GPU of stream {stream}");
        PrimaryContext primary = Of(ordinal);
        return primary.Handle == handle ? primary : null;
    }

    /// <summary>An event, recorded on a stream of this context. It must be current.</summary>
    /// <returns>What is to be given to <see cref="Recycle"/>.</returns>
    public nint Record(long stream)
    {
        Driver.Check(TryRecord(stream, out nint handle), $"record an event on stream {stream}");
        return handle;
    }

    /// <summary>As <see cref="Record"/>, but returns the driver's error, with which there is no event.</summary>
    public int TryRecord(long stream, out nint handle)
    {
        int error = _events.TryTake(out handle) ? 0 : Driver.cuEventCreate(out handle, Driver.DisableTiming);
        if (error != 0)
        {
            return error;
        }

        error = Driver.cuEventRecord(handle, stream);
        if (error != 0)
        {
            _events.Add(handle);
            handle = 0;
        }

        return error;
    }

    /// <summary>
    /// Takes an event back. It may be recorded anew at once: a stream that waits for it waits for what it was when
    /// asked to.
    /// </summary>
    public void Recycle(nint handle) => _events.Add(handle);
}
