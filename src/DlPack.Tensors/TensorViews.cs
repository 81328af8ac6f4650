using System.Numerics.Tensors;

namespace DlPackNet;

/// <summary>Views of tensors as the types of System.Numerics.Tensors.</summary>
/// <remarks>
/// A scalar is seen as one dimension of one. Strides may be of any order and have gaps, but may be neither negative nor
/// let elements overlap. All members may be called from any thread.
/// </remarks>
public static unsafe class TensorViews
{
    /// <summary>The elements where they lie, for reading and writing.</summary>
    /// <typeparam name="T">
    /// The .NET type of the dtype; where .NET has none any type of the same size; or a struct that covers whole
    /// trailing dimensions (Vector3 over [n, 3] float32).
    /// </typeparam>
    /// <param name="tensor">A tensor of any shape.</param>
    /// <returns>
    /// A span with its lengths and strides, in <typeparamref name="T"/>. It must not be used after the tensor is
    /// disposed, which until then stays in place.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    /// <exception cref="DlPackException">
    /// The tensor is read-only, has strides that a tensor span cannot have, is on a device that the main processor
    /// cannot read, or is of another type.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public static TensorSpan<T> AsTensorSpan<T>(this DlPackObject tensor)
        where T : unmanaged
    {
        (nint[] lengths, nint[] strides, long extent) = LayoutOf<T>(tensor);
        if (tensor.IsReadOnly)
        {
            throw new DlPackException(
                "The tensor is read-only. Use AsReadOnlyTensorSpan to read it, or Copy() to get one that can be "
                + "written.");
        }

        try
        {
            return extent == 0
                ? new TensorSpan<T>(Array.Empty<T>(), lengths)
                : new TensorSpan<T>((T*)tensor.Data, (nint)extent, lengths, strides);
        }
        catch (ArgumentException e)
        {
            throw Unsuitable(tensor, e);
        }
    }

    /// <summary>As <see cref="AsTensorSpan{T}"/>, for reading: read-only tensors are fine too.</summary>
    /// <inheritdoc cref="AsTensorSpan{T}"/>
    public static ReadOnlyTensorSpan<T> AsReadOnlyTensorSpan<T>(this DlPackObject tensor)
        where T : unmanaged
    {
        (nint[] lengths, nint[] strides, long extent) = LayoutOf<T>(tensor);
        try
        {
            return extent == 0
                ? new ReadOnlyTensorSpan<T>(Array.Empty<T>(), lengths)
                : new ReadOnlyTensorSpan<T>((T*)tensor.Data, (nint)extent, lengths, strides);
        }
        catch (ArgumentException e)
        {
            throw Unsuitable(tensor, e);
        }
    }

    /// <summary>
    /// The elements as a <see cref="Tensor{T}"/>: on the same memory where that is an array of
    /// <typeparamref name="T"/>, else a <b>copy</b>, since the type can have no other memory.
    /// </summary>
    /// <typeparam name="T">See <see cref="AsTensorSpan{T}"/>.</typeparam>
    /// <param name="tensor">A tensor of any shape and strides.</param>
    /// <returns>
    /// Over a <c>T[]</c> that can be written, in strides that the type can have, a tensor that shares the array: a
    /// write to either is seen by both, and the array lives as long as one of them. Otherwise, as for native memory,
    /// arrays of more dimensions, read-only tensors and negative strides, a new row-major one that does not depend on
    /// <paramref name="tensor"/>. For a copy always, take <c>Tensor.Create(tensor.ToArray&lt;T&gt;(), lengths)</c>.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    /// <exception cref="DlPackException">Another type, another device, too many elements for an array.</exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public static Tensor<T> ToTensor<T>(this DlPackObject tensor)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (Share<T>(tensor) is { } shared)
        {
            return shared;
        }

        T[] items = tensor.ToArray<T>();
        using DlPackObject compact = DlPack.AsDlPack(items, tensor.Shape, dtype: tensor.DType);
        return Tensor.Create(items, TensorExtents.Lengths(compact.LayoutIn<T>().Shape));
    }

    /// <summary>A tensor over the array in which the elements lie; null if there is none, or none can be.</summary>
    private static Tensor<T>? Share<T>(DlPackObject tensor)
        where T : unmanaged
    {
        // An array of another type of the same size would pass for a T[].
        if (!tensor.DangerousTryGetArray(out Array? array, out long byteOffset)
            || array.GetType() != typeof(T[])
            || tensor.IsReadOnly
            || tensor.Length == 0
            || byteOffset % sizeof(T) != 0)
        {
            return null;
        }

        try
        {
            (long[] shape, long[] strides) = tensor.LayoutIn<T>();
            return Tensor.Create(
                (T[])array,
                (int)(byteOffset / sizeof(T)),
                TensorExtents.Lengths(shape),
                TensorExtents.Strides(shape, strides));
        }
        catch (Exception e) when (e is ArgumentException or DlPackException)
        {
            // Strides that a Tensor cannot have, or that split a T: a copy follows them.
            return null;
        }
    }

    private static (nint[] Lengths, nint[] Strides, long Extent) LayoutOf<T>(DlPackObject tensor)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        (long[] shape, long[] strides) = tensor.LayoutIn<T>();
        tensor.EnsureOnHost();
        if (tensor.Length != 0 && strides.AsSpan().ContainsAnyInRange(long.MinValue, -1))
        {
            throw Unsuitable(tensor, null);
        }

        return (
            TensorExtents.Lengths(shape), TensorExtents.Strides(shape, strides), TensorExtents.Extent(shape, strides));
    }

    private static DlPackException Unsuitable(DlPackObject tensor, Exception? cause)
    {
        string message = $"A tensor span cannot have shape [{string.Join(", ", tensor.Shape.ToArray())}] with strides "
            + $"[{string.Join(", ", tensor.Strides.ToArray())}]: none may be negative, or let elements overlap. Take "
            + "Copy() or ToTensor.";
        return cause is null ? new DlPackException(message) : new DlPackException(message, cause);
    }
}
