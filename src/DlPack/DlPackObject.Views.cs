using System.Diagnostics.CodeAnalysis;
using DlPackNet.Interop;
using DlPackNet.Layout;
using DlPackNet.Lifetime;

namespace DlPackNet;

public sealed unsafe partial class DlPackObject
{
    /// <summary>The elements as a span, on the same memory, row-major.</summary>
    /// <typeparam name="T">
    /// The .NET type of the dtype (char and ushort both for uint16; an enum for its underlying type); any type of the
    /// same size where .NET has none (ushort for bfloat16, and on .NET Framework for float16; byte for float8); byte
    /// for packed 4-bit and 6-bit elements; or a struct that covers whole trailing dimensions (Vector3 over [n, 3]
    /// float32).
    /// </typeparam>
    /// <returns>
    /// As many <typeparamref name="T"/> as the elements fill. It must not be used after this is disposed, or collected:
    /// a span over native memory does not keep this object alive, <c>using</c> or <see cref="GC.KeepAlive"/> does.
    /// </returns>
    /// <exception cref="DlPackException">
    /// The tensor is read-only, strided, on a device that the main processor cannot read, of another type, or has more
    /// than <see cref="int.MaxValue"/> elements.
    /// </exception>
    /// <exception cref="ObjectDisposedException">This object has been disposed.</exception>
    public Span<T> AsSpan<T>()
        where T : unmanaged
    {
        CheckWritable();
        return GetSpan<T>();
    }

    /// <summary>As <see cref="AsSpan{T}"/>, for reading: read-only tensors are fine too.</summary>
    /// <typeparam name="T">See <see cref="AsSpan{T}"/>.</typeparam>
    /// <returns>
    /// As many <typeparamref name="T"/> as the elements fill. It must not be used after this is disposed, or collected:
    /// a span over native memory does not keep this object alive, <c>using</c> or <see cref="GC.KeepAlive"/> does.
    /// </returns>
    /// <exception cref="DlPackException">See <see cref="AsSpan{T}"/>, but for read-only tensors.</exception>
    /// <exception cref="ObjectDisposedException">This object has been disposed.</exception>
    public ReadOnlySpan<T> AsReadOnlySpan<T>()
        where T : unmanaged => GetSpan<T>();

    /// <summary>
    /// The elements as memory that can be stored: it keeps the tensor's memory alive itself, after this is disposed
    /// too.
    /// </summary>
    /// <typeparam name="T">See <see cref="AsSpan{T}"/>.</typeparam>
    /// <returns>
    /// Memory that releases its reference when it is collected. A span of it must not be used after that: keep the
    /// memory itself, not only its span.
    /// </returns>
    /// <exception cref="DlPackException">See <see cref="AsSpan{T}"/>.</exception>
    /// <exception cref="ObjectDisposedException">This object has been disposed.</exception>
    public Memory<T> AsMemory<T>()
        where T : unmanaged
    {
        CheckWritable();
        return GetMemory<T>();
    }

    /// <summary>As <see cref="AsMemory{T}"/>, for reading: read-only tensors are fine too.</summary>
    /// <typeparam name="T">See <see cref="AsSpan{T}"/>.</typeparam>
    /// <returns>
    /// Memory that releases its reference when it is collected. A span of it must not be used after that: keep the
    /// memory itself, not only its span.
    /// </returns>
    /// <exception cref="DlPackException">See <see cref="AsSpan{T}"/>, but for read-only tensors.</exception>
    /// <exception cref="ObjectDisposedException">This object has been disposed.</exception>
    public ReadOnlyMemory<T> AsReadOnlyMemory<T>()
        where T : unmanaged => GetMemory<T>();

    /// <summary>
    /// The managed array in which the elements lie, if they do, for libraries that are built on arrays.
    /// </summary>
    /// <param name="array">
    /// The array, of whatever element type and rank; null where the memory is native, another library's or an
    /// owner's. Whoever has it keeps it alive, after this is disposed too. It can move until it is pinned.
    /// </param>
    /// <param name="byteOffset">
    /// The bytes from the array's first element to the one at index 0 in every dimension.
    /// </param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="ObjectDisposedException">This object has been disposed.</exception>
    /// <remarks>
    /// The array knows nothing of the tensor: the caller must keep to its shape and strides, and not write to it where
    /// <see cref="IsReadOnly"/> is set.
    /// </remarks>
    public bool DangerousTryGetArray([NotNullWhen(true)] out Array? array, out long byteOffset)
    {
        array = Keeper as Array;
        byteOffset = array is null ? 0 : _address;
        return array is not null;
    }

    /// <summary>The span without the check for read-only, for those who hand it on as read-only.</summary>
    internal Span<T> GetSpan<T>()
        where T : unmanaged
    {
        object keeper = Keeper;
        int count = CountAs<T>();
        if (count == 0)
        {
            return default;
        }

        if (keeper == ImportedTensor.Unshared)
        {
            // What came in is in place.
            return new Span<T>((void*)_address, count);
        }

        return keeper is Array array && ArraySpan.TryCreate(array, _address, count, out Span<T> span)
            ? span
            : new Span<T>((void*)Data, count);
    }

    private Memory<T> GetMemory<T>()
        where T : unmanaged
    {
        object keeper = Keeper;
        int count = CountAs<T>();
        if (count == 0)
        {
            return default;
        }

        // An array is kept alive by any Memory over it.
        return keeper is T[] array && array.GetType() == typeof(T[]) && _address % sizeof(T) == 0
            ? new Memory<T>(array, (int)(_address / sizeof(T)), count)
            : new TensorMemory<T>(AsDlPack()).Memory;
    }

    /// <summary>How many T the elements fill; throws where they cannot be seen as T.</summary>
    private int CountAs<T>()
        where T : unmanaged
    {
        EnsureOnHost();
        if (!IsContiguous)
        {
            throw NotContiguous();
        }

        CheckCanBeSeenAs<T>();
        long count = ByteLength / sizeof(T);
        return count <= int.MaxValue
            ? (int)count
            : throw TooLong(count);
    }

    // Apart from the checks, so that what passes them is quick.
    private DlPackException NotContiguous() => new(
        $"A span needs row-major elements without gaps; this tensor has shape {TensorLayout.Describe(Shape)} "
        + $"with strides {TensorLayout.Describe(Strides)}. Take Copy(), ToArray or CopyTo, which follow the strides.");

    private static DlPackException TooLong(long count) => new(
        $"A span has at most {int.MaxValue} elements; this tensor has {count}. Lay views of fewer elements over it by "
        + "AsDlPack(tensor, shape, offset:), or use the address in Data.");

    private void CheckWritable()
    {
        if (IsReadOnly)
        {
            throw new DlPackException(
                "The tensor is read-only. Use AsReadOnlySpan or AsReadOnlyMemory to read it, or Copy() to get one that "
                + "can be written.");
        }
    }

    /// <summary>Waits until the main processor may read memory that a stream still works on.</summary>
    private void CompleteForHost()
    {
        if (ProducerStream is { } producer)
        {
            DLDevice device = StreamDevice ?? Device;
            DlPackDeviceRuntime.Need(device, "wait for the work on the content").Synchronize(device, producer);
        }
    }
}
