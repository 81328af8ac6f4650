using System.Numerics.Tensors;
using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>The methods of <see cref="TensorExtensions"/> in the form <c>DlPack.AsDlPack(tensor)</c>.</summary>
public static class TensorFactory
{
    extension(DlPack)
    {
        /// <inheritdoc cref="TensorExtensions.AsDlPack{T}(Tensor{T}, DLDataType?)"/>
        public static DlPackObject AsDlPack<T>(Tensor<T> tensor, DLDataType? dtype = null)
            where T : unmanaged => TensorExtensions.AsDlPack(tensor, dtype);

        /// <inheritdoc cref="TensorExtensions.AsDlPack{T}(in ReadOnlyTensorSpan{T}, DLDataType?)"/>
        public static DlPackObject AsDlPack<T>(in ReadOnlyTensorSpan<T> span, DLDataType? dtype = null)
            where T : unmanaged => TensorExtensions.AsDlPack(span, dtype);

        /// <inheritdoc cref="TensorExtensions.AsDlPack{T}(in ReadOnlyTensorSpan{T}, DLDataType?)"/>
        public static DlPackObject AsDlPack<T>(in TensorSpan<T> span, DLDataType? dtype = null)
            where T : unmanaged => TensorExtensions.AsDlPack(span, dtype);

        /// <inheritdoc cref="TensorExtensions.Lend{T}(in ReadOnlyTensorSpan{T}, DLTensorAction, DLDataType?)"/>
        public static void Lend<T>(in ReadOnlyTensorSpan<T> span, DLTensorAction action, DLDataType? dtype = null)
            where T : unmanaged => TensorExtensions.Lend(span, action, dtype);

        /// <inheritdoc cref="TensorExtensions.Lend{T}(in ReadOnlyTensorSpan{T}, DLTensorAction, DLDataType?)"/>
        public static void Lend<T>(in TensorSpan<T> span, DLTensorAction action, DLDataType? dtype = null)
            where T : unmanaged => TensorExtensions.Lend(span, action, dtype);
    }
}
