using System.Diagnostics;
using DlPackNet.Interop;
using DlPackNet.Lifetime;

namespace DlPackNet;

/// <summary>
/// A lent tensor on its way to its one consumer, as a Python capsule carries it. Whoever consumes it owns the tensor;
/// if nobody does, the tensor is released when the capsule is disposed or finalized.
/// </summary>
/// <remarks>All members may be called from any thread; of several that consume at once, one succeeds.</remarks>
[DebuggerDisplay("{Name,nq}")]
public sealed unsafe class DlPackCapsule : IDisposable, IGuarded
{
    private const nint Consumed = 0;
    private const nint Disposed = -1;

    private nint _tensor;
    private FinalizerGuard? _guard;

    /// <summary>Takes over a published block.</summary>
    internal DlPackCapsule(TensorBlock* block, bool versioned)
    {
        IsVersioned = versioned;
        PerThread thread = PerThread.Current;
        _guard = thread.TakeGuard(this);
        _tensor = (nint)block;
        thread.Counters.Capsules++;
    }

    /// <summary>
    /// "dltensor_versioned" or "dltensor", and "used_dltensor_versioned" or "used_dltensor" once it is consumed.
    /// </summary>
    public string Name => (IsVersioned, IsConsumed) switch
    {
        (true, false) => "dltensor_versioned",
        (true, true) => "used_dltensor_versioned",
        (false, false) => "dltensor",
        (false, true) => "used_dltensor",
    };

    /// <summary>
    /// Whether the tensor is a <see cref="DLManagedTensorVersioned"/>; else it is a <see cref="DLManagedTensor"/>.
    /// </summary>
    public bool IsVersioned { get; }

    /// <summary>Whether somebody has consumed it.</summary>
    public bool IsConsumed => Volatile.Read(ref _tensor) == Consumed;

    /// <summary>Takes the tensor out. From here on the caller owns it and calls its deleter once.</summary>
    /// <returns>
    /// A <c>DLManagedTensorVersioned*</c> if <see cref="IsVersioned"/>, else a <c>DLManagedTensor*</c>.
    /// </returns>
    /// <exception cref="DlPackException">It has been consumed already.</exception>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    public nint Consume()
    {
        PerThread thread = PerThread.Current;
        if (!TryTake(Consumed, out nint tensor))
        {
            throw Unusable();
        }

        Leave(thread);
        return tensor;
    }

    /// <summary>
    /// The tensor, without taking it out: to look at, while this capsule is neither consumed nor disposed.
    /// </summary>
    /// <returns>
    /// As <see cref="Consume"/>, but the tensor stays the capsule's: the caller must not call the deleter.
    /// </returns>
    /// <exception cref="DlPackException">It has been consumed already.</exception>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    public nint DangerousGetPointer()
    {
        nint tensor = Volatile.Read(ref _tensor);
        return tensor is Consumed or Disposed ? throw Unusable() : tensor;
    }

    /// <summary>Releases the tensor if nobody has consumed it. May be called again.</summary>
    public void Dispose()
    {
        PerThread thread = PerThread.Current;
        if (TryTake(Disposed, out nint tensor))
        {
            Leave(thread);
            Deleter.Run((TensorBlock*)tensor);
        }
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    void IGuarded.ReleaseForgotten()
    {
        if (TryTake(Disposed, out nint tensor))
        {
            PerThread.Current.Counters.Capsules--;
            Deleter.Run((TensorBlock*)tensor);
        }
    }

    // Of several at once, one gets it.
    private bool TryTake(nint state, out nint tensor)
    {
        tensor = Volatile.Read(ref _tensor);
        return tensor is not (Consumed or Disposed)
            && Interlocked.CompareExchange(ref _tensor, state, tensor) == tensor;
    }

    private void Leave(PerThread thread)
    {
        thread.Counters.Capsules--;
        FinalizerGuard guard = _guard!;
        _guard = null;
        thread.GiveGuard(guard);
    }

    private Exception Unusable() => Volatile.Read(ref _tensor) == Disposed
        ? new ObjectDisposedException(
            nameof(DlPackCapsule), "The capsule has been disposed. Ask the tensor for a new one by Dlpack().")
        : new DlPackException(
            $"The capsule is named \"{Name}\": it has been consumed, and a tensor has one consumer. Ask for a new "
            + "capsule by Dlpack() for each consumer.");
}
