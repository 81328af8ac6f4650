using System.Collections.Concurrent;
using ILGPU.Runtime;

namespace DlPackNet;

/// <summary>
/// The CUDA accelerators whose memory is lent. Disposing one destroys its context and with it the memory, so that it
/// has to wait; memory of the CPU outlives its accelerator.
/// </summary>
internal static class AcceleratorHolds
{
    // A strong reference too: a finalizer must not come to an accelerator whose memory is lent.
    private static readonly ConcurrentDictionary<Accelerator, int> _held = new();

    /// <summary>Counts one more resource. Called under the accelerator's lock.</summary>
    public static void Add(Accelerator accelerator)
    {
        if (accelerator.AcceleratorType == AcceleratorType.CPU)
        {
            return;
        }

        int count = _held.AddOrUpdate(accelerator, 1, static (_, before) => before + 1);
        if (count == 1)
        {
            accelerator.Disposed += Refuse;
        }
    }

    /// <summary>Counts one less. Called under the accelerator's lock.</summary>
    public static void Remove(Accelerator accelerator)
    {
        if (accelerator.AcceleratorType == AcceleratorType.CPU)
        {
            return;
        }

        int count = _held.AddOrUpdate(accelerator, 0, static (_, before) => before - 1);
        if (count == 0)
        {
            _held.TryRemove(accelerator, out _);
            accelerator.Disposed -= Refuse;
        }
    }

    /// <summary>Throws while memory is lent; the accelerator can be disposed again later.</summary>
    /// <exception cref="DlPackException">Memory is lent.</exception>
    public static void CheckNone(Accelerator accelerator)
    {
        if (!_held.TryGetValue(accelerator, out int count))
        {
            return;
        }

        Volatile.Write(ref IlgpuInternals.DisposeBarrier(accelerator), 0);
        GC.ReRegisterForFinalize(accelerator);
        throw new DlPackException(
            $"{count} buffers or streams of {accelerator.Name} are lent with tensors, and disposing the accelerator "
            + "would free them. Dispose the tensors and wait for their consumers, then dispose it again.");
    }

    // ILGPU raises this before it frees anything.
    private static void Refuse(object? sender, EventArgs e) => CheckNone((Accelerator)sender!);
}
