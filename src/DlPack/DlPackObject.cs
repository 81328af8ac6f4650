using System.Diagnostics;
using System.Runtime.InteropServices;
using DlPackNet.Interop;
using DlPackNet.Layout;
using DlPackNet.Lifetime;

namespace DlPackNet;

/// <summary>
/// A tensor that can be borrowed: where it is, what its elements are, how they are laid out, and who keeps them alive.
/// </summary>
/// <remarks>
/// <para>
/// The object holds one reference to the memory, which <see cref="Dispose"/> gives back; a forgotten object does so
/// when it is finalized. Every capsule that it lends and every <see cref="Memory{T}"/> that it gives out has a
/// reference of its own and may outlive it. The memory is released when the last reference is gone.
/// </para>
/// <para>
/// Units: shape, strides and lengths are in elements unless the name says bytes. All members may be called from
/// any thread, and <see cref="Dispose"/> at any time; only a span or an address that was taken before must not be
/// used after it. Nor must they be used after the object has been collected, which spans and addresses of native memory
/// do not prevent: dispose the object, by <c>using</c>, after their last use.
/// </para>
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
[DebuggerTypeProxy(typeof(DlPackObjectDebugView))]
public sealed unsafe partial class DlPackObject : IDlPackProducer, IDisposable, IGuarded
{
    private const nint NoPin = 0;
    private const nint OwnerPin = 1;

    private readonly long[] _dims;
    private readonly nint _address;
    private readonly TensorHeader _header;

    // An array, which is pinned while it is seen, a DlPackOwner, or ImportedTensor.Unshared; null once it is disposed.
    private object? _keeper;
    private FinalizerGuard? _guard;

    // What Data has taken for the life of this object, a pinned handle to the array or OwnerPin, and where that starts.
    // A tensor that came in is in place: there, they are the deleter and the producer's struct.
    private nint _pin;
    private nint _anchor;

    /// <summary>Makes an object over checked dims. If it throws, the keeper is still the caller's.</summary>
    /// <param name="keeper">
    /// A managed array, an owner that nobody else uses, or <see cref="ImportedTensor.Unshared"/>.
    /// </param>
    /// <param name="address">The first element's address, relative to what the keeper pins.</param>
    /// <param name="header">Everything else.</param>
    /// <param name="dims">Canonical shape and strides.</param>
    /// <param name="length">The number of elements that the shape counts.</param>
    /// <param name="thread">The calling thread's state, which the caller has at hand.</param>
    /// <param name="import">What came in, if something did.</param>
    internal DlPackObject(
        object keeper,
        nint address,
        in TensorHeader header,
        long[] dims,
        long length,
        PerThread thread,
        ImportedTensor import = default)
        : this(address, header, dims, length)
    {
        _pin = import.Deleter;
        _anchor = import.Tensor;
        _guard = thread.TakeGuard(this);
        (keeper as DlPackOwner)?.TakeOver();
        Start(keeper, thread);
    }

    /// <summary>Makes an object with one more reference to another's memory.</summary>
    private DlPackObject(DlPackObject source, nint address, in TensorHeader header, long[] dims, long length)
        : this(address, header, dims, length)
    {
        object keeper = source.SharedKeeper;
        PerThread thread = PerThread.Current;
        _guard = thread.TakeGuard(this);
        (keeper as DlPackOwner)?.AddReference();

        // Until here the source's own reference was needed, and a finalizer may run while a method of its object does.
        GC.KeepAlive(source);
        AllowReadOnlyLegacyExport = source.AllowReadOnlyLegacyExport;
        Start(keeper, thread);
    }

    private DlPackObject(nint address, in TensorHeader header, long[] dims, long length)
    {
        _address = address;
        _dims = dims;
        Length = length;
        DTypes.CheckByteCount(
            length,
            dims.AsSpan(0, header.NDim),
            header.DType,
            (header.Flags & DLPackFlags.IsSubByteTypePadded) != 0);

        IsContiguous = TensorLayout.IsContiguous(dims);

        // Written to by one index, such memory changes at others: nobody should write.
        _header = !IsContiguous && TensorLayout.RepeatsElements(dims)
            ? header with { Flags = header.Flags | DLPackFlags.ReadOnly }
            : header;
    }

    /// <summary>The type of the elements.</summary>
    public DLDataType DType => _header.DType;

    /// <summary>Where the memory is.</summary>
    public DLDevice Device => _header.Device;

    /// <summary>The number of dimensions; 0 for a scalar.</summary>
    public int NDim => _header.NDim;

    /// <summary>The extent of each dimension, in elements.</summary>
    public ReadOnlySpan<long> Shape => _dims.AsSpan(0, NDim);

    /// <summary>
    /// The distance from one index to the next in each dimension, in elements, possibly negative or 0.
    /// </summary>
    /// <remarks>
    /// Always there. Where a dimension has one index, or there are no elements, it is the compact value.
    /// </remarks>
    public ReadOnlySpan<long> Strides => _dims.AsSpan(NDim);

    /// <summary>The number of elements: the product of the shape.</summary>
    public long Length { get; }

    /// <summary>The bytes that <see cref="Length"/> elements take without gaps.</summary>
    public long ByteLength => DTypes.ByteCount(Length, DType, IsSubBytePadded);

    /// <summary>
    /// The address of the element at index 0 in every dimension (on Metal, OpenCL and other devices without pointers
    /// the handle, see <see cref="ByteOffset"/>), or 0 if there are no elements.
    /// </summary>
    /// <remarks>
    /// Reading it keeps a managed buffer in place until this object is disposed or collected; do not use the address
    /// afterwards. An address does not keep this object alive: <c>using</c> or <see cref="GC.KeepAlive"/> does.
    /// </remarks>
    /// <exception cref="ObjectDisposedException">This object has been disposed.</exception>
    public nint Data => Length == 0 ? KeptAt(0) : PinForLife() + _address;

    /// <summary>
    /// The bytes between the handle in <see cref="Data"/> and the first element. Always 0 where memory has addresses.
    /// </summary>
    public ulong ByteOffset => _header.ByteOffset;

    /// <summary>
    /// Whether consumers must not write: asked for by the producer, or one element stands for several.
    /// </summary>
    public bool IsReadOnly => (_header.Flags & DLPackFlags.ReadOnly) != 0;

    /// <summary>
    /// Whether the memory is a copy that was made for an exchange. The first consumer of it is told so, and may then
    /// treat it as its own; later ones are not.
    /// </summary>
    public bool IsCopied => (_header.Flags & DLPackFlags.IsCopied) != 0;

    /// <summary>Whether each 4-bit or 6-bit element takes a whole byte, instead of being packed.</summary>
    public bool IsSubBytePadded => (_header.Flags & DLPackFlags.IsSubByteTypePadded) != 0;

    /// <summary>
    /// Whether the elements lie in row-major order without gaps. Dimensions of one index do not matter.
    /// </summary>
    public bool IsContiguous { get; }

    /// <summary>
    /// Whether read-only data may go out as it is in a legacy capsule, which cannot say that it is read-only. Off at
    /// first: such consumers get a copy. Switch it on only for a consumer that does not write.
    /// </summary>
    public bool AllowReadOnlyLegacyExport { get; set; }

    private object Keeper => _keeper ?? throw Disposed();

    /// <summary>The array or the owner, for those who let others hold the memory as well.</summary>
    private object SharedKeeper => Keeper is var keeper && keeper == ImportedTensor.Unshared ? Share() : keeper;

    private ImportedTensor Import => new(_anchor, _pin);

    /// <summary>This object: a tensor is its own producer.</summary>
    /// <returns>A second object with a reference of its own, to be disposed by the caller.</returns>
    /// <exception cref="ObjectDisposedException">This object has been disposed.</exception>
    public DlPackObject AsDlPack() => new(this, _address, _header, _dims, Length);

    /// <summary>
    /// Gives this object's reference back. Whoever else borrowed the memory keeps it. May be called again.
    /// </summary>
    public void Dispose()
    {
        PerThread thread = PerThread.Current;
        if (Interlocked.Exchange(ref _keeper, null) is { } keeper)
        {
            FinalizerGuard guard = _guard!;
            _guard = null;
            thread.GiveGuard(guard);
            Release(keeper, thread);
        }
    }

    void IGuarded.ReleaseForgotten()
    {
        if (Interlocked.Exchange(ref _keeper, null) is { } keeper)
        {
            Release(keeper, PerThread.Current);
        }
    }

    /// <summary>A view of other shape, strides or dtype of the same size, on the same memory.</summary>
    internal DlPackObject View(
        ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, DLDataType? dtype, long offset)
    {
        DLDataType type = dtype ?? DType;
        DTypes.Check(type, nameof(dtype));
        int itemSize = DTypes.ItemSize(DType, IsSubBytePadded);
        if (type.BitsPerElement != DType.BitsPerElement)
        {
            throw new ArgumentException(
                $"A view has elements of the same size as the tensor: {DType.BitsPerElement} bits, not "
                + $"{type.BitsPerElement}.",
                nameof(dtype));
        }

        if (itemSize == 0 && offset != 0)
        {
            throw new ArgumentException(
                $"The tensor's {DType} elements are packed in bytes: a view of them starts at element 0, not {offset}.",
                nameof(offset));
        }

        if (strides.IsEmpty && !shape.IsEmpty && !IsContiguous)
        {
            throw new ArgumentException(
                $"The tensor's elements are not in row-major order (strides {TensorLayout.Describe(Strides)}), so a "
                + "shape alone does not say where they are. Pass strides, in elements, or take a contiguous copy first "
                + "by Copy().",
                nameof(strides));
        }

        // The source's own elements are the buffer; its lowest is element 0 of that.
        TensorLayout.Write(Shape, Strides, new long[_dims.Length], out long sourceFirst, out long sourceLast);
        long[] dims = PerThread.Current.RecentDims.Lay(
            shape, strides, out long length, out long first, out long last);
        BufferBounds.Check(shape, strides, first, last, offset, sourceLast - sourceFirst + 1, lowest: sourceFirst);

        TensorHeader header = _header with { DType = type, NDim = shape.Length };
        nint bytes = (nint)(offset * itemSize);
        return Devices.HasAddresses(Device)
            ? new DlPackObject(this, _address + bytes, header, dims, length)
            : new DlPackObject(
                this, _address, header with { ByteOffset = (ulong)((long)ByteOffset + bytes) }, dims, length);
    }

    /// <summary>The memory, held and in place until the result is disposed, whatever happens to this object.</summary>
    internal TensorAccess Access()
    {
        var access = new TensorAccess(SharedKeeper, _address);
        GC.KeepAlive(this);
        return access;
    }

    private void Start(object keeper, PerThread thread)
    {
        thread.Counters.Objects++;
        _keeper = keeper;
    }

    private void Release(object keeper, PerThread thread)
    {
        thread.Counters.Objects--;
        if (keeper == ImportedTensor.Unshared)
        {
            Import.Delete(thread);
            return;
        }

        if (_pin != NoPin && keeper is not ImportOwner)
        {
            FreePin(keeper, Interlocked.Exchange(ref _pin, NoPin));
        }

        (keeper as DlPackOwner)?.ReleaseReference();
    }

    // Two threads may get here at once, and Dispose may come before: an owner that is too late has nothing to release.
    private object Share()
    {
        var owner = new ImportOwner(Import);
        object? kept = Interlocked.CompareExchange(ref _keeper, owner, ImportedTensor.Unshared);
        return kept == ImportedTensor.Unshared ? owner : kept ?? throw Disposed();
    }

    private static ObjectDisposedException Disposed() => new(nameof(DlPackObject), Messages.Disposed);

    private nint KeptAt(nint address)
    {
        _ = Keeper;
        return address;
    }

    /// <summary>Keeps the memory in place until this object is disposed.</summary>
    /// <returns>What <see cref="_address"/> is relative to.</returns>
    private nint PinForLife()
    {
        object keeper = Keeper;
        if (keeper == ImportedTensor.Unshared || keeper is DlPackOwner and not DlPackPinnableOwner)
        {
            return 0;
        }

        if ((nint)Volatile.Read(ref _pin) == NoPin)
        {
            TakePin(keeper);
        }

        GC.KeepAlive(this);
        return _anchor;
    }

    // Two threads may get here at once, and Dispose may come between any two steps: each pin is freed once.
    private void TakePin(object keeper)
    {
        nint pin = OwnerPin;
        if (keeper is DlPackOwner owner)
        {
            // With a reference of its own, since Dispose may give this object's back meanwhile: what has been released
            // must not be pinned.
            _anchor = owner.Borrow();
        }
        else
        {
            GCHandle handle = GCHandle.Alloc(keeper, GCHandleType.Pinned);
            PerThread.Current.Counters.Pins++;
            _anchor = handle.AddrOfPinnedObject();
            pin = GCHandle.ToIntPtr(handle);
        }

        if ((nint)Interlocked.CompareExchange(ref _pin, pin, NoPin) != NoPin)
        {
            FreePin(keeper, pin);
        }

        if (Volatile.Read(ref _keeper) is null)
        {
            FreePin(keeper, Interlocked.Exchange(ref _pin, NoPin));
            throw Disposed();
        }
    }

    private static void FreePin(object keeper, nint pin)
    {
        if (pin == NoPin)
        {
            return;
        }

        if (keeper is DlPackOwner owner)
        {
            owner.Return();
        }
        else
        {
            GCHandle.FromIntPtr(pin).Free();
            PerThread.Current.Counters.Pins--;
        }
    }
}
