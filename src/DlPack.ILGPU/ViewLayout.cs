using System.Runtime.CompilerServices;
using DlPackNet.Interop;
using ILGPU;
using ILGPU.Runtime;

namespace DlPackNet;

/// <summary>Extents and strides of a view to be, in its element type and fit for ILGPU.</summary>
/// <param name="Extent">The extents; 1 where the view has no such dimension.</param>
/// <param name="Steps">From one index to the next, 0 or more; 1 where the view has no such dimension.</param>
internal readonly record struct ViewLayout(LongIndex3D Extent, Index3D Steps)
{
    /// <summary>The elements from the first to the last; 0 if there are none.</summary>
    public long Reach => Extent.X == 0 || Extent.Y == 0 || Extent.Z == 0
        ? 0
        : checked(((Extent.X - 1) * Steps.X) + ((Extent.Y - 1) * Steps.Y) + ((Extent.Z - 1) * Steps.Z) + 1);

    /// <summary>The layout of a tensor, all that a view cannot have being refused.</summary>
    /// <remarks>
    /// Not inlined, and passed on by reference: to copy it takes wide registers, which are given up when this returns.
    /// While their upper halves are in use, the runtime makes an object with a finalizer slower by 150 ns.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ViewLayout Of<T>(
        DlPackObject tensor, Accelerator accelerator, AcceleratorStream? stream, bool readOnly, int dimensions)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentNullException.ThrowIfNull(accelerator);
        ObjectDisposedException.ThrowIf(accelerator.IsDisposed, accelerator);
        Lender.CheckStream(accelerator, stream);
        ReadOnlySpan<long> shape = tensor.Shape;
        ReadOnlySpan<long> strides = tensor.Strides;
        if (tensor.DType != Element<T>.DType)
        {
            (shape, strides) = LayoutIn<T>(tensor);
        }

        Wrapper.CheckReachable(tensor, accelerator);
        if (tensor.IsReadOnly && !readOnly)
        {
            throw new DlPackException(
                "The tensor is read-only, and a view of ILGPU can be written. Pass readOnly: true if no kernel "
                + "writes to it, or take Copy().");
        }

        if (dimensions == 1 && shape.Length != 1 && tensor.IsContiguous)
        {
            return new(new(Product(shape), 1, 1), new(1, 1, 1));
        }

        return shape.Length == dimensions ? Of(shape, strides) : throw Unfit<T>(shape, dimensions);
    }

    private static ViewLayout Of(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides) => new(
        new(shape[0], shape.Length > 1 ? shape[1] : 1, shape.Length > 2 ? shape[2] : 1),
        new(Step(strides, 0), Step(strides, 1), Step(strides, 2)));

    private static int Step(ReadOnlySpan<long> strides, int dimension)
    {
        long step = dimension < strides.Length ? strides[dimension] : 1;
        return step is >= 0 and <= int.MaxValue ? (int)step : throw Unfit(strides);
    }

    private static (long[] Shape, long[] Strides) LayoutIn<T>(DlPackObject tensor)
        where T : unmanaged => typeof(T) == typeof(global::ILGPU.Half)
            ? tensor.LayoutIn<System.Half>()
            : tensor.LayoutIn<T>();

    private static long Product(ReadOnlySpan<long> shape)
    {
        long product = 1;
        foreach (long extent in shape)
        {
            product *= extent;
        }

        return product;
    }

    private static DlPackException Unfit<T>(ReadOnlySpan<long> shape, int dimensions) => new(
        $"Expected {dimensions} dimensions of {typeof(T)}, but the shape is [{string.Join(", ", shape.ToArray())}]. "
        + "ILGPU has views of 1, 2 and 3; AsArrayView1D takes contiguous tensors of any, and "
        + "DlPack.AsDlPack(tensor, shape, strides) lays another shape over the memory.");

    private static DlPackException Unfit(ReadOnlySpan<long> strides) => new(
        $"The strides [{string.Join(", ", strides.ToArray())}] must be from 0 to {int.MaxValue} for ILGPU. Take "
        + "Copy(), which is row-major.");

    // The dtype whose elements are each one T; none for structs, whose layout the core works out.
    private static class Element<T>
        where T : unmanaged
    {
        public static readonly DLDataType? DType = Find();

        private static unsafe DLDataType? Find()
        {
            if (typeof(T) == typeof(global::ILGPU.Half))
            {
                return DLDataType.Float16;
            }

            try
            {
                using DlPackObject none = DlPack.AsDlPack((T*)null, [0]);
                return none.NDim == 1 ? none.DType : null;
            }
            catch (ArgumentException)
            {
                return null;
            }
        }
    }
}
