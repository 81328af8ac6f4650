using System.Runtime.InteropServices;

namespace DlPackNet;

/// <summary>
/// The functions of the CUDA driver that ILGPU lacks, or that must not bind an accelerator to the thread.
/// </summary>
/// <remarks>
/// Named as in the driver; each returns 0 or an error number. Streams: 1 legacy default, 2 per-thread default, else a
/// handle, exactly as DLPack numbers them. https://docs.nvidia.com/cuda/cuda-driver-api
/// </remarks>
internal static unsafe partial class Driver
{
    /// <summary>By this name <see cref="DriverLibrary"/> knows the driver.</summary>
    public const string LibraryName = "dlpack-cuda-driver";

    public const int InvalidValue = 1;
    public const int Deinitialized = 4;
    public const int CapturedStream = 907;
    public const uint DisableTiming = 2;
    public const uint ForAllContexts = 1;

    public const int AttributeContext = 1;
    public const int AttributeMemoryType = 2;
    public const int AttributeIsManaged = 8;
    public const int AttributeDeviceOrdinal = 9;

    public const int MemoryTypeHost = 1;

    [LibraryImport(LibraryName)]
    public static partial int cuInit(uint flags);

    [LibraryImport(LibraryName)]
    public static partial int cuGetErrorName(int error, out byte* name);

    [LibraryImport(LibraryName)]
    public static partial int cuDeviceGet(out int device, int ordinal);

    [LibraryImport(LibraryName)]
    public static partial int cuDevicePrimaryCtxRetain(out nint context, int device);

    [LibraryImport(LibraryName)]
    public static partial int cuCtxCreate_v2(out nint context, uint flags, int device);

    [LibraryImport(LibraryName)]
    public static partial int cuCtxDestroy_v2(nint context);

    [LibraryImport(LibraryName)]
    public static partial int cuCtxSetCurrent(nint context);

    [LibraryImport(LibraryName)]
    public static partial int cuCtxPushCurrent_v2(nint context);

    [LibraryImport(LibraryName)]
    public static partial int cuCtxPopCurrent_v2(out nint context);

    [LibraryImport(LibraryName)]
    public static partial int cuCtxGetDevice(out int device);

    [LibraryImport(LibraryName)]
    public static partial int cuCtxSynchronize();

    [LibraryImport(LibraryName)]
    public static partial int cuPointerGetAttribute(void* data, int attribute, nint pointer);

    [LibraryImport(LibraryName)]
    public static partial int cuEventCreate(out nint handle, uint flags);

    [LibraryImport(LibraryName)]
    public static partial int cuEventRecord(nint handle, long stream);

    [LibraryImport(LibraryName)]
    public static partial int cuEventSynchronize(nint handle);

    [LibraryImport(LibraryName)]
    public static partial int cuStreamWaitEvent(long stream, nint handle, uint flags);

    [LibraryImport(LibraryName)]
    public static partial int cuStreamGetCtx(long stream, out nint context);

    [LibraryImport(LibraryName)]
    public static partial int cuStreamIsCapturing(long stream, out int isCapturing);

    [LibraryImport(LibraryName)]
    public static partial int cuStreamSynchronize(long stream);

    [LibraryImport(LibraryName)]
    public static partial int cuThreadExchangeStreamCaptureMode(ref int mode);

    [LibraryImport(LibraryName)]
    public static partial int cuMemAlloc_v2(out nint pointer, nuint bytes);

    [LibraryImport(LibraryName)]
    public static partial int cuMemFree_v2(nint pointer);

    [LibraryImport(LibraryName)]
    public static partial int cuMemHostRegister_v2(nint pointer, nuint bytes, uint flags);

    [LibraryImport(LibraryName)]
    public static partial int cuMemHostUnregister(nint pointer);

    [LibraryImport(LibraryName)]
    public static partial int cuMemcpyAsync(nint destination, nint source, nuint bytes, long stream);

    /// <summary>Whether the driver refused only because something is being captured into a graph.</summary>
    public static bool IsOfCapture(int error) => error is >= 900 and <= 908;

    /// <summary>
    /// 0, or the error by which the driver says that the stream is being captured into a graph, or cannot be used while
    /// another one is.
    /// </summary>
    public static int AskCapture(long stream) =>
        cuStreamIsCapturing(stream, out int isCapturing) is not 0 and int error ? error
        : isCapturing != 0 ? CapturedStream
        : 0;

    /// <summary>Throws where the driver reported an error.</summary>
    /// <exception cref="DlPackException">It did; the message has its name and what was being done.</exception>
    public static void Check(int error, string purpose)
    {
        if (error != 0)
        {
            throw Failed(error, purpose);
        }
    }

    private static DlPackException Failed(int error, string purpose)
    {
        string name = cuGetErrorName(error, out byte* text) == 0 && text is not null
            ? Marshal.PtrToStringUTF8((nint)text)!
            : "unknown";
        return new DlPackException($"CUDA error {error} ({name}) when it was to {purpose}.");
    }
}
