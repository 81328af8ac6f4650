using CommunityToolkit.HighPerformance;

namespace DlPackNet;

/// <summary>
/// Views of tensors of two dimensions as the types of CommunityToolkit.HighPerformance, without copying.
/// </summary>
/// <remarks>
/// Rows may have gaps between them, but not overlap or run backwards, and the elements of a row lie next to each other.
/// All members may be called from any thread.
/// </remarks>
public static unsafe class Memory2DViews
{
    /// <summary>The rows, for reading and writing.</summary>
    /// <typeparam name="T">
    /// The .NET type of the dtype; where .NET has none any type of the same size; or a struct that covers whole
    /// trailing dimensions (Vector3 over [height, width, 3] float32).
    /// </typeparam>
    /// <param name="tensor">A tensor of shape [height, width] in <typeparamref name="T"/>.</param>
    /// <returns>
    /// The rows. They must not be used after the tensor is disposed, which until then stays in place.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    /// <exception cref="DlPackException">
    /// The tensor is read-only, not of two dimensions, strided within rows, on a device that the main processor cannot
    /// read, of another type, or has more than <see cref="int.MaxValue"/> rows, or elements from one row to the next.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public static Span2D<T> AsSpan2D<T>(this DlPackObject tensor)
        where T : unmanaged
    {
        Rows rows = RowsOf<T>(tensor);
        CheckWritable(tensor);
        return rows.IsEmpty ? default : new Span2D<T>((void*)tensor.Data, rows.Height, rows.Width, rows.Pitch);
    }

    /// <summary>As <see cref="AsSpan2D{T}"/>, for reading: read-only tensors are fine too.</summary>
    /// <inheritdoc cref="AsSpan2D{T}"/>
    public static ReadOnlySpan2D<T> AsReadOnlySpan2D<T>(this DlPackObject tensor)
        where T : unmanaged
    {
        Rows rows = RowsOf<T>(tensor);
        return rows.IsEmpty ? default : new ReadOnlySpan2D<T>((void*)tensor.Data, rows.Height, rows.Width, rows.Pitch);
    }

    /// <summary>
    /// The rows as memory that can be stored: it keeps them alive itself, after the tensor is disposed too.
    /// </summary>
    /// <typeparam name="T">See <see cref="AsSpan2D{T}"/>.</typeparam>
    /// <param name="tensor">
    /// See <see cref="AsSpan2D{T}"/>; from first to last at most <see cref="int.MaxValue"/>.
    /// </param>
    /// <returns>
    /// Memory that releases its reference when it is collected. A span of it must not be used after that: keep the
    /// memory itself, not only its span.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    /// <exception cref="DlPackException">See <see cref="AsSpan2D{T}"/>.</exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public static Memory2D<T> AsMemory2D<T>(this DlPackObject tensor)
        where T : unmanaged
    {
        Rows rows = RowsOf<T>(tensor);
        CheckWritable(tensor);
        if (rows.IsEmpty)
        {
            return default;
        }

        using DlPackObject flat = Flat(tensor, rows);
        return flat.AsMemory<T>().AsMemory2D(0, rows.Height, rows.Width, rows.Pitch);
    }

    /// <summary>As <see cref="AsMemory2D{T}"/>, for reading: read-only tensors are fine too.</summary>
    /// <inheritdoc cref="AsMemory2D{T}"/>
    public static ReadOnlyMemory2D<T> AsReadOnlyMemory2D<T>(this DlPackObject tensor)
        where T : unmanaged
    {
        Rows rows = RowsOf<T>(tensor);
        if (rows.IsEmpty)
        {
            return default;
        }

        using DlPackObject flat = Flat(tensor, rows);
        return flat.AsReadOnlyMemory<T>().AsMemory2D(0, rows.Height, rows.Width, rows.Pitch);
    }

    /// <summary>From the first element to the last, with what lies between the rows.</summary>
    private static DlPackObject Flat(DlPackObject tensor, Rows rows)
    {
        // A Memory has no gaps, the Memory2D over it leaves them out.
        long items = ((rows.Height - 1L) * ((long)rows.Width + rows.Pitch)) + rows.Width;
        ReadOnlySpan<long> item = tensor.Shape[2..];
        long[] itemStrides = [Product(item), .. tensor.Strides[2..]];
        return DlPack.AsDlPack(tensor, [items, .. item], itemStrides);
    }

    private static Rows RowsOf<T>(DlPackObject tensor)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        (long[] shape, long[] strides) = tensor.LayoutIn<T>();
        tensor.EnsureOnHost();
        if (shape.Length != 2)
        {
            throw new DlPackException(
                $"Expected two dimensions of {typeof(T)}, but the shape is [{string.Join(", ", shape)}]. Lay a view of "
                + "two dimensions over it by AsDlPack(tensor, [height, width]).");
        }

        (long height, long width) = (shape[0], shape[1]);
        if (height == 0 || width == 0)
        {
            return default;
        }

        long pitch = height == 1 ? 0 : strides[0] - width;
        bool isAdjacent = width == 1 || strides[1] == 1;
        if (!isAdjacent || Math.Max(width + pitch, height) > int.MaxValue || pitch < 0)
        {
            throw new DlPackException(
                $"Expected at most {int.MaxValue} rows of adjacent elements, each behind the one before and starting "
                + $"at most {int.MaxValue} elements after it, but shape [{height}, {width}] has strides [{strides[0]}, "
                + $"{strides[1]}]. Take Copy(), which is row-major.");
        }

        return new Rows((int)height, (int)width, (int)pitch);
    }

    private static long Product(ReadOnlySpan<long> extents)
    {
        long product = 1;
        foreach (long extent in extents)
        {
            product *= extent;
        }

        return product;
    }

    private static void CheckWritable(DlPackObject tensor)
    {
        if (tensor.IsReadOnly)
        {
            throw new DlPackException(
                "The tensor is read-only. Use AsReadOnlySpan2D or AsReadOnlyMemory2D to read it, or Copy() to get one "
                + "that can be written.");
        }
    }

    private readonly record struct Rows(int Height, int Width, int Pitch)
    {
        public bool IsEmpty => Height == 0;
    }
}
