using ILGPU.Runtime;

namespace DlPackNet;

/// <summary>Extents and strides of a view to be, all in its element type and fit for ILGPU.</summary>
/// <param name="Shape">As many extents as the view has dimensions.</param>
/// <param name="Steps">From one index to the next: from 0 to <see cref="int.MaxValue"/>.</param>
internal readonly record struct ViewLayout(long[] Shape, int[] Steps)
{
    /// <summary>The extent of the first dimension.</summary>
    public long X => Shape[0];

    /// <summary>The extent of the second dimension.</summary>
    public long Y => Shape[1];

    /// <summary>The extent of the third dimension.</summary>
    public long Z => Shape[2];

    /// <summary>From the first to the last element.</summary>
    public long Reach
    {
        get
        {
            long last = 0;
            for (int i = 0; i < Shape.Length; i++)
            {
                if (Shape[i] == 0)
                {
                    return 0;
                }

                last = checked(last + ((Shape[i] - 1) * Steps[i]));
            }

            return last + 1;
        }
    }

    /// <summary>The layout of a tensor, all that a view cannot have being refused.</summary>
    public static ViewLayout Of<T>(
        DlPackObject tensor, Accelerator accelerator, AcceleratorStream? stream, bool readOnly, int dimensions)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentNullException.ThrowIfNull(accelerator);
        ObjectDisposedException.ThrowIf(accelerator.IsDisposed, accelerator);
        Lender.CheckStream(accelerator, stream);
        (long[] shape, long[] strides) = typeof(T) == typeof(global::ILGPU.Half)
            ? tensor.LayoutIn<Half>()
            : tensor.LayoutIn<T>();
        Wrapper.CheckReachable(tensor, accelerator);
        if (tensor.IsReadOnly && !readOnly)
        {
            throw new DlPackException(
                "The tensor is read-only, and a view of ILGPU can be written. Pass readOnly: true if no kernel "
                + "writes to "
                + "it, or take Copy().");
        }

        if (dimensions == 1 && shape.Length != 1 && tensor.IsContiguous)
        {
            (shape, strides) = ([Product(shape)], [1]);
        }

        if (shape.Length != dimensions)
        {
            throw new DlPackException(
                $"Expected {dimensions} dimensions of {typeof(T)}, but the shape is [{string.Join(", ", shape)}]. "
                + "ILGPU has "
                + "views of 1, 2 and 3; AsArrayView1D takes contiguous tensors of any, and "
                + "DlPack.AsDlPack(tensor, shape, strides) lays another shape over the memory.");
        }

        return new ViewLayout(shape, Array.ConvertAll(strides, step => CheckStep(step, strides)));
    }

    private static int CheckStep(long step, long[] strides) => step is >= 0 and <= int.MaxValue
        ? (int)step
        : throw new DlPackException(
            $"The strides [{string.Join(", ", strides)}] must be from 0 to {int.MaxValue} for ILGPU. Take Copy(), "
            + "which "
            + "is row-major.");

    private static long Product(long[] shape)
    {
        long product = 1;
        foreach (long extent in shape)
        {
            product *= extent;
        }

        return product;
    }
}
