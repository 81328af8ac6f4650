using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>Lends the tensors of System.Numerics.Tensors.</summary>
/// <remarks>All members may be called from any thread.</remarks>
public static unsafe class TensorExtensions
{
    /// <summary>
    /// A tensor over a <see cref="Tensor{T}"/>, a slice or a transposed one included, without copying.
    /// </summary>
    /// <typeparam name="T">
    /// A type with a dtype, a struct such as Vector3 (one more dimension), or with <paramref name="dtype"/> any struct
    /// without references.
    /// </typeparam>
    /// <param name="tensor">
    /// The memory. It is kept in place while a consumer or an address has it, and not before.
    /// </param>
    /// <param name="dtype">
    /// What the elements are, if not what <typeparamref name="T"/> says; no other size than a byte over bytes.
    /// </param>
    /// <returns>
    /// A new object with the tensor's lengths and strides, in elements, which the caller disposes. Writing to it writes
    /// to the tensor. A tensor of rank 0, which has no elements, has shape [0].
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    /// <exception cref="ArgumentException">There is no dtype for the elements, or it has another size.</exception>
    public static DlPackObject AsDlPack<T>(this Tensor<T> tensor, DLDataType? dtype = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return DlPack.AsDlPack(
            (T*)null,
            TensorExtents.Shape(tensor.Lengths),
            TensorExtents.Strides(tensor.Strides),
            dtype,
            owner: new TensorOwner<T>(tensor));
    }

    /// <summary>A tensor over a <b>copy</b> of a tensor span: nothing can keep a span's own memory.</summary>
    /// <typeparam name="T">See <see cref="AsDlPack{T}(Tensor{T}, DLDataType?)"/>.</typeparam>
    /// <param name="span">What to copy. To lend it without copying, for the length of a call, use <c>Lend</c>.</param>
    /// <param name="dtype">See <see cref="AsDlPack{T}(Tensor{T}, DLDataType?)"/>.</param>
    /// <returns>
    /// A new object, which the caller disposes: row-major native memory, 256-byte aligned, flagged as copied.
    /// </returns>
    /// <exception cref="ArgumentException">There is no dtype for the elements, or it has another size.</exception>
    public static DlPackObject AsDlPack<T>(this in ReadOnlyTensorSpan<T> span, DLDataType? dtype = null)
        where T : unmanaged
    {
        fixed (T* items = &TensorMarshal.GetReference(span))
        {
            using DlPackObject lent = Over(span, items, dtype);
            return lent.Copy();
        }
    }

    /// <inheritdoc cref="AsDlPack{T}(in ReadOnlyTensorSpan{T}, DLDataType?)"/>
    public static DlPackObject AsDlPack<T>(this in TensorSpan<T> span, DLDataType? dtype = null)
        where T : unmanaged => AsDlPack(span.AsReadOnlyTensorSpan(), dtype);

    /// <summary>Lends a tensor span, without copying, for the length of a call.</summary>
    /// <typeparam name="T">See <see cref="AsDlPack{T}(Tensor{T}, DLDataType?)"/>.</typeparam>
    /// <param name="span">
    /// The memory. It stays in place.
    /// </param>
    /// <param name="action">Gets the tensor, which is valid until it returns; the tensor cannot say read-only.</param>
    /// <param name="dtype">See <see cref="AsDlPack{T}(Tensor{T}, DLDataType?)"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="action"/> is null.</exception>
    /// <exception cref="ArgumentException">There is no dtype for the elements, or it has another size.</exception>
    /// <remarks>If the span is read-only, whoever gets the pointer must not write. Exceptions pass through.</remarks>
    public static void Lend<T>(this in ReadOnlyTensorSpan<T> span, DLTensorAction action, DLDataType? dtype = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(action);
        fixed (T* items = &TensorMarshal.GetReference(span))
        {
            using DlPackObject lent = Over(span, items, dtype);
            using DlPackCapsule capsule = lent.Dlpack();
            action(&((DLManagedTensorVersioned*)capsule.DangerousGetPointer())->dl_tensor);
        }
    }

    /// <inheritdoc cref="Lend{T}(in ReadOnlyTensorSpan{T}, DLTensorAction, DLDataType?)"/>
    public static void Lend<T>(this in TensorSpan<T> span, DLTensorAction action, DLDataType? dtype = null)
        where T : unmanaged => Lend(span.AsReadOnlyTensorSpan(), action, dtype);

    private static DlPackObject Over<T>(in ReadOnlyTensorSpan<T> span, T* items, DLDataType? dtype)
        where T : unmanaged =>
        DlPack.AsDlPack(items, TensorExtents.Shape(span.Lengths), TensorExtents.Strides(span.Strides), dtype);
}
