using System.Runtime.InteropServices;
using DlPackNet.Interop;
using DlPackNet.Lifetime;

namespace DlPackNet;

/// <summary>
/// Keeps a tensor's memory valid. One owner stands behind every <see cref="DlPackObject"/> over memory that must be
/// given back; it is reference counted, and released once when the last borrower is done.
/// </summary>
/// <remarks>
/// <para>
/// Use a factory such as <see cref="FromCallback(Action)"/>, or derive a class to bring a library's own buffer type
/// (derive from <see cref="DlPackPinnableOwner"/> if the memory can move). References are taken by objects, lent
/// capsules and <see cref="Memory{T}"/> views; a borrower that forgets to give its reference back is what
/// <see cref="DlPackDiagnostics"/> helps to find.
/// </para>
/// <para>An owner serves one call of <c>AsDlPack</c>, which takes it over when it succeeds. If the call throws, the
/// caller still has it.</para>
/// </remarks>
public abstract unsafe class DlPackOwner
{
    // Not 0, which stays the count of a released owner: no moment may come at which it looks untaken again.
    private const int Untaken = -1;

    // The count of an owner with nothing to release, which never changes: no atomic operation is needed then.
    private const int Uncounted = int.MinValue;

    private int _references;
    private int _copyIsClaimed;

    /// <summary>An owner whose <see cref="Release"/> is called once, for one call of <c>AsDlPack</c>.</summary>
    protected DlPackOwner() => _references = Untaken;

    /// <summary>An owner of memory that nobody has to give back, or else as the other constructor.</summary>
    private protected DlPackOwner(bool hasRelease) => _references = hasRelease ? Untaken : Uncounted;

    /// <summary>
    /// The stream or queue on whose work the memory's content depends, in the numbering of the device's kind
    /// (CUDA: 1 legacy default, 2 per-thread default of whatever thread, above 2 a handle), or null if the content is
    /// complete, as it always is on the CPU.
    /// </summary>
    protected internal virtual long? ProducerStream => null;

    /// <summary>
    /// The device that <see cref="ProducerStream"/> belongs to, or null if it is the tensor's. Pinned memory is no
    /// GPU's in DLPack and has the number 0: where another GPU fills it, only its owner can tell.
    /// </summary>
    protected internal virtual DLDevice? StreamDevice => null;

    /// <summary>An owner that calls <paramref name="release"/> once.</summary>
    /// <param name="release">
    /// Frees the memory. It runs on whatever thread lets go last: a consumer's native thread or the finalizer
    /// thread, too. What it throws goes to <see cref="DlPackDiagnostics.ReleaseFailed"/>.
    /// </param>
    /// <returns>The owner, for one <c>AsDlPack</c>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="release"/> is null.</exception>
    public static DlPackOwner FromCallback(Action release) =>
        new CallbackOwner(release ?? throw new ArgumentNullException(nameof(release)));

    /// <summary>An owner that calls a native function once.</summary>
    /// <param name="release">Frees the memory, from whatever thread. It must not throw or unwind.</param>
    /// <param name="context">What the function gets.</param>
    /// <returns>The owner, for one <c>AsDlPack</c>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="release"/> is null.</exception>
    public static DlPackOwner FromCallback(delegate* unmanaged[Cdecl]<void*, void> release, void* context) =>
        release is null ? throw new ArgumentNullException(nameof(release)) : new NativeCallbackOwner(release, context);

    /// <summary>An owner that disposes an object once.</summary>
    /// <param name="owner">
    /// What holds the memory. It is disposed on whatever thread lets go last. If that is the finalizer thread, since
    /// nobody disposed, it may have been finalized itself before, which <c>Dispose</c> must bear, as it usually does.
    /// </param>
    /// <returns>The owner, for one <c>AsDlPack</c>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="owner"/> is null.</exception>
    public static DlPackOwner FromDisposable(IDisposable owner) =>
        new DisposableOwner(owner ?? throw new ArgumentNullException(nameof(owner)));

    /// <summary>An owner that keeps a handle open as long as the memory is used, whoever disposes the handle.</summary>
    /// <param name="handle">
    /// The handle that the memory belongs to. It stays the caller's, to be disposed as ever.
    /// </param>
    /// <returns>The owner, for one <c>AsDlPack</c>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handle"/> is null.</exception>
    public static DlPackOwner FromSafeHandle(SafeHandle handle) =>
        new SafeHandleOwner(handle ?? throw new ArgumentNullException(nameof(handle)));

    /// <summary>
    /// Gives the memory back. Called once, on whatever thread lets go last, the finalizer thread included.
    /// </summary>
    /// <remarks>An exception goes to <see cref="DlPackDiagnostics.ReleaseFailed"/>.</remarks>
    protected abstract void Release();

    /// <summary>Takes the first reference: the object that is being made. The last step that can fail.</summary>
    internal virtual void TakeOver()
    {
        if (_references != Uncounted && Interlocked.CompareExchange(ref _references, 1, Untaken) != Untaken)
        {
            throw new InvalidOperationException(
                "This owner has been used: it keeps, or kept, another tensor alive. Make one owner for each AsDlPack "
                + "call, or a second object over the same memory by AsDlPack(DlPackObject).");
        }
    }

    /// <summary>What <see cref="TakeOver"/> does, for an owner that nobody but the taker knows of.</summary>
    private protected void TakeUnshared() => _references = 1;

    /// <summary>Whether this is the first consumer of a copy: the one that may be told that it is one.</summary>
    internal bool ClaimCopy() => Interlocked.Exchange(ref _copyIsClaimed, 1) == 0;

    /// <summary>Takes a reference and keeps the memory in place.</summary>
    /// <returns>The address that tensors' addresses are relative to; 0 for memory that cannot move.</returns>
    /// <exception cref="ObjectDisposedException">The last reference is gone.</exception>
    internal nint Borrow()
    {
        AddReference();
        try
        {
            return AcquirePin();
        }
        catch
        {
            ReleaseReference();
            throw;
        }
    }

    /// <summary>Undoes <see cref="Borrow"/>.</summary>
    internal void Return()
    {
        ReleasePin();
        ReleaseReference();
    }

    /// <summary>Takes a reference. Never brings a released owner back.</summary>
    /// <exception cref="ObjectDisposedException">The last reference is gone.</exception>
    internal void AddReference()
    {
        int seen = Volatile.Read(ref _references);
        while (true)
        {
            if (seen == Uncounted)
            {
                return;
            }

            if (seen <= 0)
            {
                throw new ObjectDisposedException(nameof(DlPackObject), Messages.Disposed);
            }

            int before = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    /// <summary>Gives a reference back; the last one releases the memory.</summary>
    internal void ReleaseReference()
    {
        if (_references != Uncounted && Interlocked.Decrement(ref _references) == 0)
        {
            PerThread.Current.Releases.Run(this);
        }
    }

    /// <summary>Calls <see cref="Release"/>; what it throws is reported.</summary>
    internal void ReleaseNow()
    {
        try
        {
            Release();
        }
        catch (Exception e)
        {
            DlPackDiagnostics.ReportReleaseFailure(e);
        }
    }

    /// <summary>Keeps the memory in place.</summary>
    internal virtual nint AcquirePin() => 0;

    /// <summary>Undoes <see cref="AcquirePin"/>.</summary>
    internal virtual void ReleasePin()
    {
    }
}
