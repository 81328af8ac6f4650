using System.Runtime.CompilerServices;
using DlPackNet.Layout;
using DlPackNet.Lifetime;

namespace DlPackNet;

public sealed unsafe partial class DlPackObject
{
    /// <summary>Copies the elements, following the strides, in row-major order.</summary>
    /// <typeparam name="T">See <see cref="AsSpan{T}"/>.</typeparam>
    /// <param name="destination">
    /// At least as many <typeparamref name="T"/> as the elements fill. Unless this tensor is contiguous, it must not
    /// overlap its memory.
    /// </param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="DlPackException">Another type, another device, or packed elements with strides.</exception>
    /// <exception cref="ObjectDisposedException">This object has been disposed.</exception>
    public void CopyTo<T>(Span<T> destination)
        where T : unmanaged
    {
        long count = LengthAs<T>();
        if (count > destination.Length)
        {
            throw new ArgumentException(
                $"The tensor has {count} elements of {typeof(T)} and the destination has room for "
                + $"{destination.Length}. Pass a longer span.",
                nameof(destination));
        }

        fixed (T* pointer = destination)
        {
            CopyCompactTo((byte*)pointer);
        }
    }

    /// <summary>
    /// Copies the elements into another tensor of the same shape and dtype, following both tensors' strides.
    /// </summary>
    /// <param name="destination">
    /// A writable tensor in main memory; any .NET buffer is one by <c>DlPack.AsDlPack</c>. It must not overlap this
    /// one.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="ArgumentException">Another shape or dtype.</exception>
    /// <exception cref="DlPackException">Read-only, another device, or packed elements with strides.</exception>
    /// <exception cref="ObjectDisposedException">One of the two has been disposed.</exception>
    public void CopyTo(DlPackObject destination)
    {
        if (destination is null)
        {
            throw new ArgumentNullException(nameof(destination));
        }

        if (!Shape.SequenceEqual(destination.Shape) || DType != destination.DType
            || IsSubBytePadded != destination.IsSubBytePadded)
        {
            throw new ArgumentException(
                $"The destination has {destination.Elements}, the source {Elements}. Both must be the same.",
                nameof(destination));
        }

        destination.CheckWritable();
        EnsureOnHost();
        destination.EnsureOnHost();
        using TensorAccess from = Access();
        using TensorAccess to = destination.Access();
        CopyElements((byte*)from.Address, (byte*)to.Address, destination.Strides, destination.IsContiguous);
    }

    /// <summary>The elements in a new array, row-major.</summary>
    /// <typeparam name="T">See <see cref="AsSpan{T}"/>.</typeparam>
    /// <returns>As many <typeparamref name="T"/> as the elements fill.</returns>
    /// <exception cref="DlPackException">Another type, another device, too many elements for an array.</exception>
    /// <exception cref="ObjectDisposedException">This object has been disposed.</exception>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        int count = ArrayLengthAs<T>();
        var array = new T[count];
        CopyTo(array.AsSpan());
        return array;
    }

    /// <summary>The elements in a new array of two dimensions.</summary>
    /// <typeparam name="T">The .NET type of the dtype.</typeparam>
    /// <returns>An array of the tensor's shape.</returns>
    /// <exception cref="DlPackException">
    /// The tensor has not two dimensions; or see <see cref="ToArray{T}"/>.
    /// </exception>
    /// <exception cref="ObjectDisposedException">This object has been disposed.</exception>
    public T[,] ToArray2D<T>()
        where T : unmanaged
    {
        CheckRank<T>(2);
        var array = new T[_dims[0], _dims[1]];
        fixed (T* pointer = array)
        {
            CopyCompactTo((byte*)pointer);
        }

        return array;
    }

    /// <summary>The elements in a new array of three dimensions.</summary>
    /// <typeparam name="T">The .NET type of the dtype.</typeparam>
    /// <returns>An array of the tensor's shape.</returns>
    /// <exception cref="DlPackException">
    /// The tensor has not three dimensions; or see <see cref="ToArray{T}"/>.
    /// </exception>
    /// <exception cref="ObjectDisposedException">This object has been disposed.</exception>
    public T[,,] ToArray3D<T>()
        where T : unmanaged
    {
        CheckRank<T>(3);
        var array = new T[_dims[0], _dims[1], _dims[2]];
        fixed (T* pointer = array)
        {
            CopyCompactTo((byte*)pointer);
        }

        return array;
    }

    /// <summary>The elements in a new array of four dimensions.</summary>
    /// <typeparam name="T">The .NET type of the dtype.</typeparam>
    /// <returns>
    /// An array of the tensor's shape. For more dimensions, <see cref="CopyTo(DlPackObject)"/> an array.
    /// </returns>
    /// <exception cref="DlPackException">
    /// The tensor has not four dimensions; or see <see cref="ToArray{T}"/>.
    /// </exception>
    /// <exception cref="ObjectDisposedException">This object has been disposed.</exception>
    public T[,,,] ToArray4D<T>()
        where T : unmanaged
    {
        CheckRank<T>(4);
        var array = new T[_dims[0], _dims[1], _dims[2], _dims[3]];
        fixed (T* pointer = array)
        {
            CopyCompactTo((byte*)pointer);
        }

        return array;
    }

    private string Elements => $"{DType}{TensorLayout.Describe(Shape)}" + (IsSubBytePadded ? " padded to bytes" : "");

    private void CheckRank<T>(int rank)
        where T : unmanaged
    {
        if (NDim != rank)
        {
            throw new DlPackException(
                $"The tensor has {NDim} dimensions, shape {TensorLayout.Describe(Shape)}, not {rank}. Take ToArray, or "
                + "CopyTo a tensor over an array of the right rank.");
        }

        foreach (long extent in Shape)
        {
            if (extent > int.MaxValue)
            {
                throw new DlPackException(
                    $"An array has at most {int.MaxValue} elements in a dimension; the shape is "
                    + $"{TensorLayout.Describe(Shape)}. Copy() keeps them in native memory.");
            }
        }

        int count = ArrayLengthAs<T>();
        if (count != Length)
        {
            throw new DlPackException(
                $"{DType}{TensorLayout.Describe(Shape)} is {count} values of {typeof(T)}, not {Length}, so an array of "
                + "this shape cannot hold them. Take ToArray.");
        }
    }

    private int ArrayLengthAs<T>()
        where T : unmanaged
    {
        long count = LengthAs<T>();
        return count <= int.MaxValue
            ? (int)count
            : throw new DlPackException(
                $"An array has at most {int.MaxValue} elements; this tensor has {count}. Copy() keeps them in native "
                + "memory.");
    }

    private long LengthAs<T>()
        where T : unmanaged
    {
        _ = Keeper;
        EnsureOnHost();
        return ViewRules.CanBeSeenAs<T>(DType, IsSubBytePadded, Shape)
            ? ByteLength / sizeof(T)
            : throw new DlPackException(
                $"A tensor of {DType}{TensorLayout.Describe(Shape)} cannot be copied as {typeof(T)}. "
                + ViewRules.WayOut(DType));
    }

    [SkipLocalsInit]
    private void CopyCompactTo(byte* destination)
    {
        Span<long> dims = stackalloc long[2 * TensorLayout.MaxDimensions];
        TensorLayout.Write(Shape, [], dims, out _, out _);
        using TensorAccess from = Access();
        CopyElements((byte*)from.Address, destination, dims.Slice(NDim, NDim), isContiguous: true);
    }

    private void CopyElements(byte* from, byte* to, ReadOnlySpan<long> strides, bool isContiguous)
    {
        int itemSize = DTypes.ItemSize(DType, IsSubBytePadded);
        if (itemSize != 0)
        {
            StridedCopy.Copy(from, Strides, to, strides, Shape, itemSize);
            return;
        }

        if (!IsContiguous || !isContiguous)
        {
            throw new DlPackException(
                $"Packed elements of {DType} share bytes, so strided ones (strides {TensorLayout.Describe(Strides)}) "
                + "cannot be copied. Copy the whole buffer, or let the producer pad the elements to bytes.");
        }

        long bits = Length * DType.BitsPerElement;
        long wholeBytes = bits >> 3;
        Buffer.MemoryCopy(from, to, wholeBytes, wholeBytes);
        int restBits = (int)(bits & 7);
        if (restBits != 0)
        {
            // The destination may be the beginning of a longer tensor, whose next element is in the same byte.
            int own = (1 << restBits) - 1;
            to[wholeBytes] = (byte)((from[wholeBytes] & own) | (to[wholeBytes] & ~own));
        }
    }
}
