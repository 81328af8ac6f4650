using System.Runtime.CompilerServices;
using ILGPU.Runtime;

namespace DlPackNet;

/// <summary>
/// The buffers over tensors on one accelerator of the CPU, which release their tensors when it is disposed.
/// </summary>
/// <remarks>
/// ILGPU's own list makes a weak reference for each buffer and drops it again, with a finalizer for each: a large part
/// of what a buffer costs. Here they are used again.
/// </remarks>
internal sealed class TensorBuffers
{
    private static readonly ConditionalWeakTable<Accelerator, TensorBuffers> _all = [];

    // That of the accelerator which was asked for last: most programs have one.
    private static TensorBuffers? _last;

    private readonly object _gate = new();
    private readonly List<WeakReference<CpuTensorBuffer>> _places = [];
    private readonly Stack<WeakReference<CpuTensorBuffer>> _free = [];
    private readonly Accelerator _accelerator;
    private WeakReference<CpuTensorBuffer>? _spare;
    private volatile bool _isClosed;

    private TensorBuffers(Accelerator accelerator)
    {
        _accelerator = accelerator;
        accelerator.Disposed += (_, _) => Close();

        // Asked after that, so that a disposal on another thread is seen by one of the two, and never written back.
        if (Volatile.Read(ref IlgpuInternals.DisposeBarrier(accelerator)) != 0)
        {
            _isClosed = true;
        }
    }

    /// <summary>Those of an accelerator.</summary>
    public static TensorBuffers Of(Accelerator accelerator)
    {
        TensorBuffers? last = _last;
        return last is not null && last._accelerator == accelerator ? last : Find(accelerator);
    }

    /// <summary>Adds a buffer that has its tensor.</summary>
    /// <returns>What is to be given to <see cref="Remove"/>.</returns>
    /// <exception cref="ObjectDisposedException">
    /// The accelerator has been disposed; the buffer has been released.
    /// </exception>
    public WeakReference<CpuTensorBuffer> Add(CpuTensorBuffer buffer)
    {
        WeakReference<CpuTensorBuffer> place = Interlocked.Exchange(ref _spare, null) ?? FreePlace();
        place.SetTarget(buffer);

        // Either this sees that it is closed, or Close sees the buffer: it makes all threads' writes visible before it
        // looks.
        if (_isClosed)
        {
            buffer.Release();
            ObjectDisposedException.ThrowIf(true, _accelerator);
        }

        return place;
    }

    /// <summary>Takes the place of a buffer that has been released.</summary>
    public void Remove(WeakReference<CpuTensorBuffer> place)
    {
        if (Interlocked.Exchange(ref _spare, place) is { } before)
        {
            lock (_gate)
            {
                _free.Push(before);
            }
        }
    }

    private static TensorBuffers Find(Accelerator accelerator)
    {
        TensorBuffers found = _all.GetValue(accelerator, static key => new TensorBuffers(key));
        _last = found._isClosed ? null : found;
        return found;
    }

    private WeakReference<CpuTensorBuffer> FreePlace()
    {
        lock (_gate)
        {
            if (!_free.TryPop(out WeakReference<CpuTensorBuffer>? place))
            {
                place = new(null!);
                _places.Add(place);
            }

            return place;
        }
    }

    private void Close()
    {
        _isClosed = true;
        Interlocked.MemoryBarrierProcessWide();
        Interlocked.CompareExchange(ref _last, null, this);
        WeakReference<CpuTensorBuffer>[] places;
        lock (_gate)
        {
            places = [.. _places];
        }

        using var pause = new LockPause(IlgpuInternals.SyncRoot(_accelerator));
        foreach (WeakReference<CpuTensorBuffer> place in places)
        {
            if (place.TryGetTarget(out CpuTensorBuffer? buffer))
            {
                buffer.Release();
            }
        }
    }
}
