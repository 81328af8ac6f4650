using DlPackNet.Interop;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace DlPackNet;

/// <summary>CUDA: finding the driver, accelerators that share memory with other libraries, raw addresses.</summary>
/// <remarks>
/// <para>
/// ILGPU gives each CUDA accelerator a context of its own, and PyTorch, CuPy, JAX and the CUDA runtime use the GPU's
/// primary one. An address need not be valid in another context, so that such accelerators neither lend their memory
/// nor see that of others: both is a <see cref="DlPackException"/>. An accelerator made by
/// <see cref="CreateAccelerator(Context, CudaDevice)"/> works in the primary context.
/// </para>
/// <para>All members may be called from any thread.</para>
/// </remarks>
public static class DlPackCuda
{
    // Higher numbers are handles.
    private const long LastDefaultStream = 2;

    private static readonly Lazy<bool> _isInitialized = new(Start);

    /// <summary>Whether there is a CUDA driver. Whether it has a GPU, <c>context.GetCudaDevices()</c> tells.</summary>
    public static bool IsDriverThere => DriverLibrary.IsThere;

    /// <summary>
    /// Helps ILGPU to find the driver where it is there under its run-time name only (<c>libcuda.so.1</c>), and makes
    /// this library responsible for streams and copies of CUDA tensors.
    /// </summary>
    /// <remarks>
    /// Call it before the first ILGPU <see cref="Context"/>, which otherwise may see no GPU. May be called again. The
    /// environment variable <c>DLPACK_CUDA_DRIVER</c> gives the path of a driver in an unusual place.
    /// </remarks>
    public static void Initialize() => _ = _isInitialized.Value;

    /// <summary>
    /// An accelerator in the primary context of its GPU, which it shares with all other libraries of the process.
    /// </summary>
    /// <param name="context">ILGPU's context, made after <see cref="Initialize"/>.</param>
    /// <param name="device">One of <c>context.GetCudaDevices()</c>.</param>
    /// <returns>
    /// The accelerator, to be disposed by the caller. The primary context stays open until the process ends.
    /// </returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="DlPackException">There is no CUDA driver, or no such GPU.</exception>
    /// <remarks>
    /// The context that ILGPU makes is destroyed again, for which ILGPU has no public way; disposing the accelerator
    /// makes another for a moment. What a handler of <c>context.AcceleratorCreated</c> makes is in the former, and
    /// lost. Where the GPU has no room for the latter, <c>Dispose</c> frees the accelerator's memory and then throws a
    /// <see cref="CudaException"/>; the object remains, of no use, with ILGPU's thread for it.
    /// </remarks>
    public static CudaAccelerator CreateAccelerator(Context context, CudaDevice device)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(device);
        Initialize();
        DriverLibrary.Need();
        return PrimaryAccelerator.Create(context, device);
    }

    /// <summary>As above, for the GPU with a CUDA ordinal.</summary>
    /// <param name="context">ILGPU's context, made after <see cref="Initialize"/>, with its CUDA devices.</param>
    /// <param name="ordinal">The GPU's number in CUDA and DLPack, which need not be its place in ILGPU's list.</param>
    /// <inheritdoc cref="CreateAccelerator(Context, CudaDevice)"/>
    public static CudaAccelerator CreateAccelerator(Context context, int ordinal = 0)
    {
        ArgumentNullException.ThrowIfNull(context);
        Initialize();
        DriverLibrary.Need();
        foreach (CudaDevice device in context.GetCudaDevices())
        {
            if (device.DeviceId == ordinal)
            {
                return CreateAccelerator(context, device);
            }
        }

        throw new DlPackException(
            $"There is a CUDA driver, but ILGPU's context has no GPU {ordinal} among its "
            + $"{context.GetCudaDevices().Count}. Call DlPackCuda.Initialize before the context is made, and make it "
            + "with "
            + "CUDA devices (Context.CreateDefault()); CUDA_VISIBLE_DEVICES hides GPUs, and so does a driver without "
            + "any.");
    }

    /// <summary>
    /// A tensor over memory that CUDA knows: which GPU it is on, and its kind, is asked of the driver.
    /// </summary>
    /// <param name="data">The address of the element at index 0 in every dimension.</param>
    /// <param name="dtype">The type of the elements.</param>
    /// <param name="shape">The extents in elements; none for a scalar. At least one element.</param>
    /// <param name="stream">
    /// The stream on which the content is computed: 1 legacy default, 2 per-thread default, of the GPU that the memory
    /// was allocated for; or a <c>CUstream</c>; null if it is complete.
    /// </param>
    /// <param name="strides">Elements from one index to the next, possibly negative; none for row-major.</param>
    /// <param name="release">
    /// Gives the memory back, once, when the last borrower is done and the stream too, on a thread of this library;
    /// null if the caller keeps it valid until then.
    /// </param>
    /// <param name="flags">Read-only or not.</param>
    /// <returns>
    /// A new object, which the caller disposes: kDLCUDA, kDLCUDAManaged or kDLCUDAHost, with the right number.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// The driver does not know the address; the stream is 0 or negative, or not in the primary context of the memory's
    /// GPU (for pinned and managed memory: of any GPU); or shape, strides or dtype make no sense.
    /// </exception>
    /// <exception cref="DlPackException">
    /// There is no CUDA driver, or the memory is in a context that other libraries do not use.
    /// </exception>
    public static DlPackObject AsDlPack(
        nint data,
        DLDataType dtype,
        ReadOnlySpan<long> shape,
        long? stream,
        ReadOnlySpan<long> strides = default,
        Action? release = null,
        DLPackFlags flags = DLPackFlags.None)
    {
        Initialize();
        if (stream <= 0)
        {
            throw new ArgumentException(
                $"{stream} is no stream of a producer. Pass 1 (legacy default), 2 (per-thread default), a CUstream "
                + "handle, "
                + "or null if the content is complete.",
                nameof(stream));
        }

        stream = stream is { } number ? ProducerStream.OnAnyThread(number) : null;
        CudaMemory memory = CudaMemory.Find(data) ?? throw new ArgumentException(
            $"The CUDA driver does not know address 0x{data:x}: it is ordinary main memory, or none. Lend that by the "
            + "overload without a stream.",
            nameof(data));
        PrimaryContext primary = PrimaryContext.Of(memory.Ordinal);
        bool isHost = memory.Device.device_type == DLDeviceType.kDLCUDAHost;
        if (!isHost && memory.Context != 0 && memory.Context != primary.Handle)
        {
            throw new DlPackException(
                $"Address 0x{data:x} is in CUDA context 0x{memory.Context:x}, and other libraries use the primary "
                + "context "
                + $"0x{primary.Handle:x} of {memory.Device}, where it need not be valid. Allocate it in the primary "
                + "context (cuDevicePrimaryCtxRetain), as the CUDA runtime does.");
        }

        // Pinned and managed memory are for all GPUs: what fills them may be another than they were allocated for.
        PrimaryContext? workplace = stream > LastDefaultStream
            ? PrimaryContext.OfStream(stream.Value, primary)
            : primary;
        if (workplace is null || (workplace != primary && memory.Device.device_type == DLDeviceType.kDLCUDA))
        {
            throw new ArgumentException(
                $"Stream 0x{stream:x} is not in the primary context of {DLDevice.Cuda(memory.Ordinal)}, where the "
                + "memory is, so that nothing there can wait for it. Wait for it yourself and pass null.",
                nameof(stream));
        }

        DLDevice? elsewhere = workplace.Ordinal == memory.Device.device_id ? null : DLDevice.Cuda(workplace.Ordinal);
        var owner = new CudaPointerOwner(workplace, stream, elsewhere, release);
        return DlPack.AsDlPack(data, dtype, shape, strides, memory.Device, owner, flags);
    }

    /// <summary>
    /// Blocks until the memory that was let go of has been given back: that happens on a thread of this library, when
    /// the GPU is done with it.
    /// </summary>
    /// <remarks>
    /// To be called before an accelerator is disposed whose memory was lent until a moment ago. In a release callback
    /// it returns at once. A thread that has Python's GIL must give it up meanwhile if tensors of Python are released:
    /// their deleters want it.
    /// </remarks>
    public static void WaitForReleases() => Reclaimer.Drain();

    private static bool Start()
    {
        DriverLibrary.Help();
        DlPackDeviceRuntime.Register(DLDeviceType.kDLCUDA, CudaRuntime.Instance);
        DlPackDeviceRuntime.Register(DLDeviceType.kDLCUDAHost, CudaRuntime.Instance);
        DlPackDeviceRuntime.Register(DLDeviceType.kDLCUDAManaged, CudaRuntime.Instance);
        return true;
    }
}
