using System.Runtime.CompilerServices;
using DlPackNet.Interop;
using DlPackNet.Layout;
using DlPackNet.Lifetime;

namespace DlPackNet;

/// <summary>
/// Brings buffers in and tensors out: <c>AsDlPack</c> makes a <see cref="DlPackObject"/> of anything with elements,
/// <c>FromDlpack</c> of a tensor that somebody else lends, <c>Export</c> hands an array to native code directly.
/// </summary>
/// <remarks>
/// <para>
/// Nothing is copied unless a member says so. Shapes, strides and offsets are in elements of the dtype. Shapes and
/// strides are lists of <see cref="long"/>, such as <c>[2, 3]</c>, or <c>[.. sizes]</c> for an <c>int[]</c>; an empty
/// shape, and null, is that of a scalar.
/// </para>
/// <para>All members may be called from any thread.</para>
/// </remarks>
public static unsafe partial class DlPack
{
    /// <summary>A tensor over an array, with the array's extent.</summary>
    /// <typeparam name="T">
    /// A type with a dtype (numbers, bool, char, Half, Complex, enums), a struct of several values such as Vector3
    /// (one more dimension), or with <paramref name="dtype"/> any struct without references.
    /// </typeparam>
    /// <param name="array">
    /// The memory. It is kept in place while a consumer or an address has it, and not before.
    /// </param>
    /// <param name="dtype">
    /// What the elements are, if not what <typeparamref name="T"/> says: of the same size (ushort as bfloat16), of a
    /// part of a struct's size (a pixel of 4 bytes as uint8 in one more dimension), or anything over bytes (float32, of
    /// which a quarter as many fill the last dimension; packed float4).
    /// </param>
    /// <returns>A new object, which the caller disposes. Writing to it writes to the array.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="array"/> is null.</exception>
    /// <exception cref="ArgumentException">There is no dtype for the elements, or it has another size.</exception>
    public static DlPackObject AsDlPack<T>(T[] array, DLDataType? dtype = null)
        where T : unmanaged => FromArray(array, ElementInfo<T>.Resolve(dtype));

    /// <summary>A tensor of any shape over an array.</summary>
    /// <typeparam name="T">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</typeparam>
    /// <param name="array">
    /// The memory. It is kept in place while a consumer or an address has it, and not before.
    /// </param>
    /// <param name="shape">The extents, in elements of the dtype; none for a scalar.</param>
    /// <param name="strides">Elements from one index to the next, possibly negative; none for row-major.</param>
    /// <param name="dtype">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</param>
    /// <param name="offset">The element of the array that is at index 0 in every dimension.</param>
    /// <returns>A new object, which the caller disposes. Writing to it writes to the array.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="array"/> is null.</exception>
    /// <exception cref="ArgumentException">The layout does not fit the array, or the dtype does not fit.</exception>
    public static DlPackObject AsDlPack<T>(
        T[] array,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDataType? dtype = null,
        long offset = 0)
        where T : unmanaged => Over(AllOf<T>(array), ElementInfo<T>.ResolveDType(dtype), shape, strides, offset);

    /// <summary>A tensor over an array of two dimensions.</summary>
    /// <inheritdoc cref="AsDlPack{T}(T[], DLDataType?)"/>
    public static DlPackObject AsDlPack<T>(T[,] array, DLDataType? dtype = null)
        where T : unmanaged => FromArray(array, ElementInfo<T>.Resolve(dtype));

    /// <summary>A tensor of any shape over an array of two dimensions.</summary>
    /// <inheritdoc cref="AsDlPack{T}(T[], ReadOnlySpan{long}, ReadOnlySpan{long}, DLDataType?, long)"/>
    public static DlPackObject AsDlPack<T>(
        T[,] array,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDataType? dtype = null,
        long offset = 0)
        where T : unmanaged => Over(AllOf<T>(array), ElementInfo<T>.ResolveDType(dtype), shape, strides, offset);

    /// <summary>A tensor over an array of three dimensions.</summary>
    /// <inheritdoc cref="AsDlPack{T}(T[], DLDataType?)"/>
    public static DlPackObject AsDlPack<T>(T[,,] array, DLDataType? dtype = null)
        where T : unmanaged => FromArray(array, ElementInfo<T>.Resolve(dtype));

    /// <summary>A tensor of any shape over an array of three dimensions.</summary>
    /// <inheritdoc cref="AsDlPack{T}(T[], ReadOnlySpan{long}, ReadOnlySpan{long}, DLDataType?, long)"/>
    public static DlPackObject AsDlPack<T>(
        T[,,] array,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDataType? dtype = null,
        long offset = 0)
        where T : unmanaged => Over(AllOf<T>(array), ElementInfo<T>.ResolveDType(dtype), shape, strides, offset);

    /// <summary>A tensor over an array of four dimensions.</summary>
    /// <inheritdoc cref="AsDlPack{T}(T[], DLDataType?)"/>
    public static DlPackObject AsDlPack<T>(T[,,,] array, DLDataType? dtype = null)
        where T : unmanaged => FromArray(array, ElementInfo<T>.Resolve(dtype));

    /// <summary>A tensor of any shape over an array of four dimensions.</summary>
    /// <inheritdoc cref="AsDlPack{T}(T[], ReadOnlySpan{long}, ReadOnlySpan{long}, DLDataType?, long)"/>
    public static DlPackObject AsDlPack<T>(
        T[,,,] array,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDataType? dtype = null,
        long offset = 0)
        where T : unmanaged => Over(AllOf<T>(array), ElementInfo<T>.ResolveDType(dtype), shape, strides, offset);

    /// <summary>A tensor over an array of any rank up to 32, whose element type has a dtype.</summary>
    /// <param name="array">
    /// The memory. It is kept in place while a consumer or an address has it, and not before.
    /// </param>
    /// <param name="dtype">What the elements are, of the same size; null for what their type says.</param>
    /// <returns>
    /// A new object of the array's shape, which the caller disposes. Writing to it writes to the array.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="array"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// Elements without a dtype: strings, jagged arrays, decimal, DateTime, other structs (for those use the overloads
    /// with a type parameter).
    /// </exception>
    public static DlPackObject AsDlPack(Array array, DLDataType? dtype = null) =>
        FromArray(array, ResolveUntyped(array, dtype));

    /// <summary>A tensor of any shape over an array of any rank.</summary>
    /// <param name="array">The memory, in row-major order as .NET keeps it.</param>
    /// <param name="shape">The extents, in elements of the dtype; none for a scalar.</param>
    /// <param name="strides">Elements from one index to the next, possibly negative; none for row-major.</param>
    /// <param name="dtype">What the elements are, of the same size; null for what their type says.</param>
    /// <param name="offset">The element of the array that is at index 0 in every dimension.</param>
    /// <returns>A new object, which the caller disposes. Writing to it writes to the array.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="array"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// The layout does not fit the array, or the elements have no dtype.
    /// </exception>
    public static DlPackObject AsDlPack(
        Array array,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDataType? dtype = null,
        long offset = 0)
    {
        ElementInfo element = ResolveUntyped(array, dtype);
        var buffer = new BufferSlice(array, 0, ByteLengthOf(array, element), DLPackFlags.None);
        return Over(buffer, element.DType, shape, strides, offset);
    }

    private static BufferSlice AllOf<T>(Array array)
        where T : unmanaged
    {
        _ = array ?? throw new ArgumentNullException(nameof(array));
        return new BufferSlice(array, 0, array.LongLength * sizeof(T), DLPackFlags.None);
    }

    /// <summary>A tensor of an array's own shape.</summary>
    [SkipLocalsInit]
    internal static DlPackObject FromArray(Array array, ElementInfo element)
    {
        _ = array ?? throw new ArgumentNullException(nameof(array));
        int rank = array.Rank;
        Span<long> shape = stackalloc long[TensorLayout.MaxDimensions];
        for (int i = 0; i < rank; i++)
        {
            shape[i] = array.GetLength(i);
        }

        return Over(
            new BufferSlice(array, 0, ByteLengthOf(array, element), DLPackFlags.None), element, shape.Slice(0, rank));
    }

    private static ElementInfo ResolveUntyped(Array array, DLDataType? dtype)
    {
        Type type = (array ?? throw new ArgumentNullException(nameof(array))).GetType().GetElementType()!;
        ElementInfo natural = ElementInfo.For(type);
        if (dtype is not null && !natural.IsKnown && type.IsValueType && Nullable.GetUnderlyingType(type) is null)
        {
            throw new ArgumentException(
                $"The size of {type} is not known here. Call AsDlPack with an array of rank 1 to 4 typed at compile "
                + $"time, such as {type.Name}[,], so that the overload with a type parameter is taken. It takes values "
                + "without references only.",
                nameof(array));
        }

        return ElementInfo.Resolve(natural, type, natural.ByteCount, natural.IsKnown ? dtype : null);
    }

    private static long ByteLengthOf(Array array, ElementInfo element) => array.LongLength * element.ByteCount;
}
