using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Memory;
using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>Lends the arrays of Apache.Arrow as tensors, without copying.</summary>
/// <remarks>All members may be called from any thread.</remarks>
public static class ArrowExtensions
{
    /// <summary>A tensor over the values of an array, slices included.</summary>
    /// <param name="array">
    /// The values. The tensor holds its own share of the buffer, so the array, and a batch that was built of arrays,
    /// may be disposed before it. A batch that Arrow has read, from a stream or a file, may not: see the remarks.
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
    /// <exception cref="ObjectDisposedException">
    /// The array, or the batch that it was read in, has been disposed, and its memory given back.
    /// </exception>
    /// <remarks>
    /// The columns of a batch that <c>ArrowStreamReader</c> or <c>ArrowFileReader</c> has read share their memory with
    /// nobody: it is the batch's, which frees it when it is disposed. As long as the tensor, or who borrowed from it,
    /// has the memory, <c>RecordBatch.Dispose</c> throws an <see cref="InvalidOperationException"/> ("cannot free
    /// native memory while it is pinned") and frees nothing; it can be called again later. So dispose what was lent
    /// before the batch; or leave the batch to the garbage collector, which frees the memory when nobody has it any
    /// more; or lend the columns of <c>batch.Clone()</c>, a copy, which may be disposed before.
    /// </remarks>
    public static DlPackObject AsDlPack(this IArrowArray array, bool isWritable = false)
    {
        ArgumentNullException.ThrowIfNull(array);
        return Lend(array, static array => ArrowLayout.Of(array.Data), isWritable);
    }

    /// <summary>
    /// A tensor over a whole buffer, for what the tensor of an array does not show: the bits that say what is null, the
    /// offsets and letters of strings, decimals.
    /// </summary>
    /// <param name="buffer">
    /// The bytes. The tensor holds its own share of them, so that the array whose buffer it is may be disposed before
    /// it, but not a batch that Arrow has read: see the remarks of <see cref="AsDlPack(IArrowArray, bool)"/>. (To lend
    /// <c>buffer.Memory</c> holds no share: disposing the array then fails, or frees what a tensor is over.)
    /// </param>
    /// <param name="dtype">What is in it, if not bytes, such as int32 for the offsets of strings.</param>
    /// <param name="isWritable">See <see cref="AsDlPack(IArrowArray, bool)"/>.</param>
    /// <returns>
    /// A new object of one dimension, which the caller disposes: as many elements as are whole, in uint8 if there is no
    /// <paramref name="dtype"/>. It has those of all arrays that share the buffer, and what pads it at the end, too:
    /// <c>DlPack.AsDlPack(tensor, shape, offset: …)</c> is a view of those that are wanted.
    /// </returns>
    /// <exception cref="ArgumentException">There are no elements of this <paramref name="dtype"/>.</exception>
    /// <exception cref="ObjectDisposedException">
    /// The buffer, or the batch that it was read in, has been disposed, and its memory given back.
    /// </exception>
    public static DlPackObject AsDlPack(this ArrowBuffer buffer, DLDataType? dtype = null, bool isWritable = false) =>
        Lend((buffer, dtype), static of => ArrowLayout.Of(of.buffer, of.dtype ?? DLDataType.UInt8), isWritable);

    private static DlPackObject Lend<TSource>(TSource source, Func<TSource, ArrowLayout> layoutOf, bool isWritable)
    {
        (ArrowLayout layout, DlPackOwner owner, nint address) = Open(source, layoutOf);
        try
        {
            return DlPack.AsDlPack(
                address + (nint)layout.ByteOffset,
                layout.DType,
                layout.Shape,
                layout.Strides,
                owner: owner,
                flags: isWritable ? DLPackFlags.None : DLPackFlags.ReadOnly);
        }
        catch
        {
            ((IDisposable)owner).Dispose();
            throw;
        }
    }

    private static (ArrowLayout Layout, DlPackOwner Owner, nint Address) Open<TSource>(
        TSource source, Func<TSource, ArrowLayout> layoutOf)
    {
        try
        {
            ArrowLayout layout = layoutOf(source);
            if (!MemoryMarshal.TryGetMemoryManager(layout.Values.Memory, out NativeMemoryManager? _))
            {
                return (layout, new ArrowBufferOwner(layout.Values), 0);
            }

            var owner = new ArrowNativeOwner(layout.Values);
            return (layout, owner, owner.Address);
        }
        catch (NullReferenceException e)
        {
            // What a buffer of the library throws once it has been disposed; nothing else tells.
            throw ArrowMemory.Disposed(e);
        }
    }
}
