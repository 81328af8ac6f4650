using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DlPackNet;

/// <summary>
/// The stream on which lent content is computed, kept from being destroyed until the last borrower is done: consumers
/// are made to wait for it, and the memory is freed after it.
/// </summary>
internal readonly struct ProducerStream
{
    private const long LegacyDefault = 1;
    private const long PerThreadDefault = 2;

    private readonly AcceleratorStream? _held;
    private readonly DisposalHold? _hold;

    private ProducerStream(AcceleratorStream? held, long number)
    {
        _held = held;
        _hold = held is null ? null : DisposalHold.Take(held);
        Number = number;
    }

    /// <summary>The stream in DLPack's numbering.</summary>
    public long Number { get; }

    /// <summary>Holds a stream; the accelerator's default one lives as long as the accelerator anyway.</summary>
    /// <exception cref="ObjectDisposedException">The stream has been disposed.</exception>
    public static ProducerStream Take(CudaAccelerator accelerator, AcceleratorStream? stream) =>
        new(stream == accelerator.DefaultStream ? null : stream, NumberOf(accelerator, stream));

    /// <summary>A stream in DLPack's numbering.</summary>
    public static long NumberOf(CudaAccelerator accelerator, AcceleratorStream? stream)
    {
        nint handle = ((CudaStream)(stream ?? accelerator.DefaultStream)).StreamPtr;
        return handle == 0 ? LegacyDefault : OnAnyThread(handle);
    }

    /// <summary>
    /// The stream that stands for another on any thread: whoever waits or releases may do so on another one than the
    /// producer's, which has another per-thread default stream. The legacy default stream comes after those of all.
    /// </summary>
    public static long OnAnyThread(long stream) => stream == PerThreadDefault ? LegacyDefault : stream;

    /// <summary>Lets the stream be destroyed, which happens now if somebody has disposed it.</summary>
    public void Return() => _hold?.Return(_held!, Number);
}
