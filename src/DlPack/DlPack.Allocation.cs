using System.Diagnostics.CodeAnalysis;
using DlPackNet.Interop;
using DlPackNet.Layout;
using DlPackNet.Lifetime;

namespace DlPackNet;

public static unsafe partial class DlPack
{
    /// <summary>A tensor in new native memory, 256-byte aligned, compact row-major.</summary>
    /// <typeparam name="T">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</typeparam>
    /// <param name="shape">The extents in <typeparamref name="T"/>; none for a scalar.</param>
    /// <param name="zeroed">Whether the elements start as zero; else as anything, which can be faster.</param>
    /// <returns>A new object, which the caller disposes; the memory is freed when the last borrower is done.</returns>
    /// <exception cref="ArgumentException">
    /// The shape is negative or overflows, or <typeparamref name="T"/> has no dtype.
    /// </exception>
    /// <exception cref="OutOfMemoryException">There is not so much memory.</exception>
    public static DlPackObject Allocate<T>(ReadOnlySpan<long> shape, bool zeroed = true)
        where T : unmanaged
    {
        ElementInfo element = ElementInfo<T>.Natural;
        if (!element.IsKnown)
        {
            throw new ArgumentException(
                $"Elements of type {typeof(T)} have no DLPack dtype. Name one that they are made of, such as bytes: "
                + $"Allocate(DLDataType.UInt8, {TensorLayout.Describe([.. shape, sizeof(T)])}), over which AsSpan "
                + "shows them.");
        }

        if (element.InnerShape.Length == 0)
        {
            return Allocate(element.DType, shape, zeroed);
        }

        long[] full = [.. shape, .. element.InnerShape];
        return Allocate(element.DType, full, zeroed);
    }

    /// <summary>A tensor in new native memory, 256-byte aligned, compact row-major.</summary>
    /// <param name="dtype">The type of the elements; 4-bit and 6-bit ones are packed.</param>
    /// <param name="shape">The extents in elements; none for a scalar.</param>
    /// <param name="zeroed">Whether the elements start as zero; else as anything, which can be faster.</param>
    /// <returns>A new object, which the caller disposes; the memory is freed when the last borrower is done.</returns>
    /// <exception cref="ArgumentException">The shape is negative or overflows, or the dtype makes no sense.</exception>
    /// <exception cref="OutOfMemoryException">There is not so much memory.</exception>
    public static DlPackObject Allocate(DLDataType dtype, ReadOnlySpan<long> shape, bool zeroed = true)
    {
        DTypes.Check(dtype, nameof(dtype));
        return Allocate(dtype, shape, zeroed, padded: false, DLPackFlags.None);
    }

    /// <summary>As above; the flags come on top.</summary>
    internal static DlPackObject Allocate(
        DLDataType dtype, ReadOnlySpan<long> shape, bool zeroed, bool padded, DLPackFlags flags)
    {
        PerThread thread = PerThread.Current;
        long[] dims = thread.RecentDims.Lay(shape, [], out long length, out long first, out long last);
        CheckReach(dtype, padded, first, last, byteOffset: 0);
        if (padded)
        {
            flags |= DLPackFlags.IsSubByteTypePadded;
        }

        AllocationOwner owner = AllocateBytes(DTypes.ByteCount(length, dtype, padded), zeroed, dtype, shape);
        var header = new TensorHeader(dtype, DLDevice.Cpu, flags, shape.Length, byteOffset: 0);
        try
        {
            return new DlPackObject(owner, owner.Address, header, dims, length, thread);
        }
        catch
        {
            // There is no managed memory for the object: nobody has the native memory.
            owner.Free();
            throw;
        }
    }

    [SuppressMessage("Usage", "CA2201", Justification = "It is the runtime's own exception, with more to say.")]
    private static AllocationOwner AllocateBytes(
        long byteCount, bool zeroed, DLDataType dtype, ReadOnlySpan<long> shape)
    {
        try
        {
            return new AllocationOwner(byteCount, zeroed);
        }
        catch (OutOfMemoryException e)
        {
            throw new OutOfMemoryException(
                $"There is no memory for {byteCount} bytes, as {dtype}{TensorLayout.Describe(shape)} takes. Check the "
                + "shape, which is in elements, dispose tensors that are no longer needed, or work on parts.",
                e);
        }
    }
}
