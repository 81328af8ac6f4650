using DlPackNet.Interop;
using DlPackNet.Layout;

namespace DlPackNet;

public static unsafe partial class DlPack
{
    private const string Contradiction = "The producer lent a tensor that contradicts the DLPack specification: ";

    /// <summary>
    /// Checks a tensor that somebody lends and writes it down in canonical form: what <c>FromDlpack</c> does, with no
    /// object on the managed heap, for who keeps the tensor by other means.
    /// </summary>
    /// <param name="tensor">The producer's tensor. It is read only, and nothing is released.</param>
    /// <param name="flags">The producer's flags; <see cref="DLPackFlags.None"/> for a legacy tensor.</param>
    /// <param name="canonical">
    /// Gets the tensor: the offset added to the address where there are addresses, address 0 if there are no elements,
    /// strides always (row-major ones for an extent of 1 and an empty tensor), no shape and strides if there are no
    /// dimensions. Its shape and strides lie in <paramref name="dims"/>.
    /// </param>
    /// <param name="dims">
    /// Room for twice <c>tensor->ndim</c> numbers, which stays in place as long as <paramref name="canonical"/> is
    /// used.
    /// </param>
    /// <returns>
    /// The flags that this library knows; with <see cref="DLPackFlags.ReadOnly"/> if several indexes share an element
    /// by a stride of 0.
    /// </returns>
    /// <exception cref="ArgumentNullException">A pointer is null.</exception>
    /// <exception cref="DlPackException">The tensor contradicts the specification.</exception>
    public static DLPackFlags ReadTensor(DLTensor* tensor, DLPackFlags flags, DLTensor* canonical, long* dims)
    {
        if (tensor is null || canonical is null || dims is null)
        {
            throw new ArgumentNullException(
                tensor is null ? nameof(tensor) : canonical is null ? nameof(canonical) : nameof(dims));
        }

        try
        {
            CheckHead(tensor, fate: string.Empty);
            int ndim = tensor->ndim;
            var room = new Span<long>(dims, 2 * ndim);
            nint data = (nint)tensor->data;
            DLDataType dtype = tensor->dtype;
            ulong byteOffset = tensor->byte_offset;
            ReadOnlySpan<long> shape = ShapeOf(tensor);
            long length = TensorLayout.Write(shape, StridesOf(tensor), room, out long first, out long last);
            Place(
                ref data,
                dtype,
                shape,
                length,
                first,
                last,
                tensor->device,
                mayBeZero: false,
                ref flags,
                ref byteOffset);
            DTypes.CheckByteCount(length, shape, dtype, (flags & DLPackFlags.IsSubByteTypePadded) != 0);
            *canonical = new DLTensor
            {
                data = (void*)data,
                device = tensor->device,
                ndim = ndim,
                dtype = dtype,
                shape = ndim == 0 ? null : dims,
                strides = ndim == 0 ? null : dims + ndim,
                byte_offset = byteOffset,
            };
            return TensorLayout.RepeatsElements(room) ? flags | DLPackFlags.ReadOnly : flags;
        }
        catch (ArgumentException e)
        {
            throw Contradicting(e);
        }
    }

    /// <summary>
    /// Whether several indexes of a tensor share an element because a stride is 0, as after broadcasting: nobody should
    /// write to such memory, so that it goes out with <see cref="DLPackFlags.ReadOnly"/>.
    /// </summary>
    /// <param name="tensor">A tensor that somebody lends. Strides of null are row-major, and share nothing.</param>
    /// <returns>Whether a dimension of more than one index has stride 0.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    /// <exception cref="DlPackException">The tensor contradicts the specification.</exception>
    public static bool RepeatsElements(DLTensor* tensor)
    {
        if (tensor is null)
        {
            throw new ArgumentNullException(nameof(tensor));
        }

        if (!HasDims(tensor))
        {
            throw Contradicting(Unreadable(tensor, fate: string.Empty));
        }

        return tensor->strides is not null && TensorLayout.RepeatsElements(ShapeOf(tensor), StridesOf(tensor));
    }

    private static ReadOnlySpan<long> ShapeOf(DLTensor* tensor) => new(tensor->shape, tensor->ndim);

    // Before DLPack 1.2, null strides meant row-major.
    private static ReadOnlySpan<long> StridesOf(DLTensor* tensor) =>
        new(tensor->strides, tensor->strides is null ? 0 : tensor->ndim);

    // What must hold before shape and strides can be read at all; the fate is what has become of the tensor. Codes,
    // widths and devices that this library does not know are passed on as they are.
    private static void CheckHead(DLTensor* tensor, string fate)
    {
        if (!HasDims(tensor) || !DTypes.IsReadable(tensor->dtype))
        {
            throw Unreadable(tensor, fate);
        }

        Devices.Check(tensor->device, nameof(tensor));
    }

    private static bool HasDims(DLTensor* tensor) =>
        (uint)tensor->ndim <= TensorLayout.MaxDimensions && (tensor->ndim == 0 || tensor->shape is not null);

    private static Exception Contradicting(Exception fault) =>
        fault as DlPackException ?? new DlPackException(Contradiction + fault.Message, fault);

    // Apart from the checks, so that what passes them is quick.
    private static Exception Unreadable(DLTensor* tensor, string fate)
    {
        int ndim = tensor->ndim;
        if (ndim > TensorLayout.MaxDimensions)
        {
            return new DlPackException(
                $"The tensor's ndim is {ndim}; this library reads up to {TensorLayout.MaxDimensions} dimensions. Let "
                + "the producer merge some." + fate);
        }

        DLDataType dtype = tensor->dtype;
        string fault = ndim < 0 ? $"ndim is {ndim}."
            : ndim > 0 && tensor->shape is null ? $"shape is null, with {ndim} dimensions."
            : $"dtype has code {(byte)dtype.code} with {dtype.bits} bits and {dtype.lanes} lanes, which is no element.";
        return new ArgumentException(fault, nameof(tensor));
    }
}
