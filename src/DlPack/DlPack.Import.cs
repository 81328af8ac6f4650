using DlPackNet.Interop;
using DlPackNet.Lifetime;

namespace DlPackNet;

public static unsafe partial class DlPack
{
    /// <summary>Another object on the same memory, with a reference of its own.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <returns>A new object, which the caller disposes.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public static DlPackObject AsDlPack(DlPackObject tensor) =>
        (tensor ?? throw new ArgumentNullException(nameof(tensor))).AsDlPack();

    /// <summary>A view of another shape on the same memory, with a reference of its own.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="shape">The extents in elements; none for a scalar.</param>
    /// <param name="strides">
    /// Elements from one index to the next, possibly negative; none for row-major, if the tensor itself is so.
    /// </param>
    /// <param name="dtype">Another dtype of the same size; null for the tensor's.</param>
    /// <param name="offset">The elements in memory from the tensor's first element to the view's.</param>
    /// <returns>A new object, which the caller disposes.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// The view reaches outside of the tensor, or the dtype has another size.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public static DlPackObject AsDlPack(
        DlPackObject tensor,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDataType? dtype = null,
        long offset = 0) =>
        (tensor ?? throw new ArgumentNullException(nameof(tensor))).View(shape, strides, dtype, offset);

    /// <summary>The tensor of something that can be lent.</summary>
    /// <param name="producer">The producer.</param>
    /// <returns>A new object, which the caller disposes.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="producer"/> is null.</exception>
    /// <exception cref="DlPackException">The producer cannot lend its memory, or returned null.</exception>
    public static DlPackObject AsDlPack(IDlPackProducer producer) =>
        (producer ?? throw new ArgumentNullException(nameof(producer))).AsDlPack()
            ?? throw new DlPackException($"{producer.GetType()}.AsDlPack() returned null instead of a tensor.");

    /// <summary>Takes in what a capsule carries.</summary>
    /// <param name="capsule">A capsule that nobody has consumed; it is consumed, even if this method throws.</param>
    /// <returns>A new object on the producer's memory, which the caller disposes.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="capsule"/> is null.</exception>
    /// <exception cref="DlPackException">The capsule has been consumed already.</exception>
    /// <exception cref="ObjectDisposedException">The capsule has been disposed.</exception>
    public static DlPackObject FromDlpack(DlPackCapsule capsule)
    {
        nint tensor = (capsule ?? throw new ArgumentNullException(nameof(capsule))).Consume();
        return capsule.IsVersioned
            ? FromDlpack((DLManagedTensorVersioned*)tensor)
            : FromDlpack((DLManagedTensor*)tensor);
    }

    /// <summary>Takes in a tensor that somebody lends.</summary>
    /// <param name="tensor">
    /// The tensor, which is taken over: its deleter is called once, when the last borrower is done, or before this
    /// method throws.
    /// </param>
    /// <returns>A new object on the producer's memory, which the caller disposes.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    /// <exception cref="DlPackException">
    /// Another major version, or a tensor that contradicts the specification.
    /// </exception>
    /// <remarks>The producer's struct is read only until this method returns, and never written.</remarks>
    public static DlPackObject FromDlpack(DLManagedTensorVersioned* tensor)
    {
        if (tensor is null)
        {
            throw new ArgumentNullException(nameof(tensor));
        }

        var import = new ImportedTensor(tensor);
        PerThread thread = import.TakeOver();
        if (tensor->version.major != DLPackVersion.Current.major)
        {
            throw OtherVersion(tensor->version, import, thread);
        }

        return Import(&tensor->dl_tensor, tensor->flags, import, thread);
    }

    /// <summary>Takes in a tensor that somebody lends in the struct from before DLPack 1.0.</summary>
    /// <param name="tensor">
    /// The tensor, which is taken over: its deleter is called once, when the last borrower is done, or before this
    /// method throws.
    /// </param>
    /// <returns>A new object on the producer's memory, which the caller disposes.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    /// <exception cref="DlPackException">A tensor that contradicts the specification.</exception>
    /// <remarks>The producer's struct is read only until this method returns, and never written.</remarks>
    public static DlPackObject FromDlpack(DLManagedTensor* tensor)
    {
        if (tensor is null)
        {
            throw new ArgumentNullException(nameof(tensor));
        }

        var import = new ImportedTensor(tensor);
        return Import(&tensor->dl_tensor, DLPackFlags.None, import, import.TakeOver());
    }

    private static DlPackException OtherVersion(DLPackVersion version, ImportedTensor import, PerThread thread)
    {
        import.Delete(thread);
        return new DlPackException(
            $"The tensor has DLPack version {version}; this library reads version {DLPackVersion.Current.major}. "
            + "Ask the producer for that, by max_version. The tensor has been released.");
    }

    private static DlPackObject Import(
        DLTensor* tensor, DLPackFlags flags, ImportedTensor import, PerThread thread)
    {
        try
        {
            CheckHead(tensor, " The tensor has been released.");
            return At(
                (nint)tensor->data,
                tensor->dtype,
                ShapeOf(tensor),
                StridesOf(tensor),
                tensor->device,
                ImportedTensor.Unshared,
                flags,
                tensor->byte_offset,
                thread,
                import);
        }
        catch (Exception e)
        {
            import.Delete(thread);
            if (e is not ArgumentException)
            {
                throw;
            }

            throw new DlPackException(
                Contradiction + e.Message + " The tensor has been released; the producer needs mending.", e);
        }
    }
}
