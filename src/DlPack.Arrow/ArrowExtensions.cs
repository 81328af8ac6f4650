using Apache.Arrow;
using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>Lends the arrays of Apache.Arrow as tensors, without copying.</summary>
/// <remarks>All members may be called from any thread.</remarks>
public static class ArrowExtensions
{
    /// <summary>A tensor over the values of an array, slices included.</summary>
    /// <param name="array">
    /// The values. The tensor holds its own share of the buffer, so the array may be disposed before it.
    /// </param>
    /// <param name="isWritable">
    /// Arrow arrays never change, so the tensor is read-only, and legacy consumers, which cannot be told so, get a
    /// copy. True lends it for writing: only where nobody else reads the array meanwhile, or expects it to stay as it
    /// is.
    /// </param>
    /// <returns>
    /// A new object, which the caller disposes. Its first dimension is the array's length, and what lies inside of a
    /// value adds more:
    /// <list type="bullet">
    /// <item>integers and floats, Half too: none;</item>
    /// <item>dates, times, timestamps and durations: none, as the integers that they are stored as;</item>
    /// <item><c>arrow.bool8</c>: none, as bool;</item>
    /// <item>fixed-size binary: its width, as uint8;</item>
    /// <item>fixed-size lists, also nested: their size;</item>
    /// <item><c>arrow.fixed_shape_tensor</c>: its logical shape, strided where it has a permutation.</item>
    /// </list>
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="array"/> is null.</exception>
    /// <exception cref="DlPackException">
    /// The array has nulls, or values that are no tensor elements: bits, strings, lists of varying length and others.
    /// </exception>
    /// <exception cref="ArgumentException">The array's buffer is shorter than its length says.</exception>
    /// <exception cref="ObjectDisposedException">The array has been disposed, and its memory given back.</exception>
    public static DlPackObject AsDlPack(this IArrowArray array, bool isWritable = false)
    {
        ArgumentNullException.ThrowIfNull(array);
        (ArrowLayout layout, ArrowBufferOwner owner) = Open(array);
        try
        {
            return DlPack.AsDlPack(
                (nint)layout.ByteOffset,
                layout.DType,
                layout.Shape,
                layout.Strides,
                owner: owner,
                flags: isWritable ? DLPackFlags.None : DLPackFlags.ReadOnly);
        }
        catch
        {
            owner.Abandon();
            throw;
        }
    }

    private static (ArrowLayout Layout, ArrowBufferOwner Owner) Open(IArrowArray array)
    {
        try
        {
            ArrowLayout layout = ArrowLayout.Of(array.Data);
            return (layout, new ArrowBufferOwner(layout.Values));
        }
        catch (NullReferenceException e)
        {
            // What a buffer of the library throws once it has been disposed; nothing else tells.
            throw new ObjectDisposedException("The array has been disposed. Lend it before that.", e);
        }
    }
}
