using DlPackNet.Interop;
using ILGPU;
using ILGPU.Runtime;

namespace DlPackNet;

/// <summary>
/// The methods of <see cref="IlgpuBuffers"/>, <see cref="IlgpuViewLending"/> and <see cref="DlPackCuda"/> in the form
/// <c>DlPack.AsDlPack(buffer)</c>.
/// </summary>
public static class IlgpuFactory
{
    extension(DlPack)
    {
        /// <inheritdoc cref="IlgpuBuffers.AsDlPack{T, TStride}(MemoryBuffer1D{T, TStride}, AcceleratorStream?, DLDataType?)"/>
        public static DlPackObject AsDlPack<T, TStride>(
            MemoryBuffer1D<T, TStride> buffer, AcceleratorStream? stream = null, DLDataType? dtype = null)
            where T : unmanaged
            where TStride : struct, IStride1D => IlgpuBuffers.AsDlPack(buffer, stream, dtype);

        /// <inheritdoc cref="IlgpuBuffers.AsDlPack{T, TStride}(MemoryBuffer1D{T, TStride}, AcceleratorStream?, DLDataType?)"/>
        public static DlPackObject AsDlPack<T, TStride>(
            MemoryBuffer2D<T, TStride> buffer, AcceleratorStream? stream = null, DLDataType? dtype = null)
            where T : unmanaged
            where TStride : struct, IStride2D => IlgpuBuffers.AsDlPack(buffer, stream, dtype);

        /// <inheritdoc cref="IlgpuBuffers.AsDlPack{T, TStride}(MemoryBuffer1D{T, TStride}, AcceleratorStream?, DLDataType?)"/>
        public static DlPackObject AsDlPack<T, TStride>(
            MemoryBuffer3D<T, TStride> buffer, AcceleratorStream? stream = null, DLDataType? dtype = null)
            where T : unmanaged
            where TStride : struct, IStride3D => IlgpuBuffers.AsDlPack(buffer, stream, dtype);

        /// <inheritdoc cref="IlgpuViewLending.AsDlPack{T}(ArrayView{T}, AcceleratorStream?, DLDataType?)"/>
        public static DlPackObject AsDlPack<T>(
            ArrayView<T> view, AcceleratorStream? stream = null, DLDataType? dtype = null)
            where T : unmanaged => IlgpuViewLending.AsDlPack(view, stream, dtype);

        /// <inheritdoc cref="IlgpuViewLending.AsDlPack{T, TStride}(ArrayView1D{T, TStride}, AcceleratorStream?, DLDataType?)"/>
        public static DlPackObject AsDlPack<T, TStride>(
            ArrayView1D<T, TStride> view, AcceleratorStream? stream = null, DLDataType? dtype = null)
            where T : unmanaged
            where TStride : struct, IStride1D => IlgpuViewLending.AsDlPack(view, stream, dtype);

        /// <inheritdoc cref="IlgpuViewLending.AsDlPack{T, TStride}(ArrayView1D{T, TStride}, AcceleratorStream?, DLDataType?)"/>
        public static DlPackObject AsDlPack<T, TStride>(
            ArrayView2D<T, TStride> view, AcceleratorStream? stream = null, DLDataType? dtype = null)
            where T : unmanaged
            where TStride : struct, IStride2D => IlgpuViewLending.AsDlPack(view, stream, dtype);

        /// <inheritdoc cref="IlgpuViewLending.AsDlPack{T, TStride}(ArrayView1D{T, TStride}, AcceleratorStream?, DLDataType?)"/>
        public static DlPackObject AsDlPack<T, TStride>(
            ArrayView3D<T, TStride> view, AcceleratorStream? stream = null, DLDataType? dtype = null)
            where T : unmanaged
            where TStride : struct, IStride3D => IlgpuViewLending.AsDlPack(view, stream, dtype);

        /// <inheritdoc cref="PageLockedArrays.AsDlPack{T}(PageLockedArray1D{T}, AcceleratorStream?, DLDataType?)"/>
        public static DlPackObject AsDlPack<T>(
            PageLockedArray1D<T> array, AcceleratorStream? stream = null, DLDataType? dtype = null)
            where T : unmanaged => PageLockedArrays.AsDlPack(array, stream, dtype);

        /// <inheritdoc cref="PageLockedArrays.AsDlPack{T}(PageLockedArray1D{T}, AcceleratorStream?, DLDataType?)"/>
        public static DlPackObject AsDlPack<T>(
            PageLockedArray2D<T> array, AcceleratorStream? stream = null, DLDataType? dtype = null)
            where T : unmanaged => PageLockedArrays.AsDlPack(array, stream, dtype);

        /// <inheritdoc cref="PageLockedArrays.AsDlPack{T}(PageLockedArray1D{T}, AcceleratorStream?, DLDataType?)"/>
        public static DlPackObject AsDlPack<T>(
            PageLockedArray3D<T> array, AcceleratorStream? stream = null, DLDataType? dtype = null)
            where T : unmanaged => PageLockedArrays.AsDlPack(array, stream, dtype);

        /// <inheritdoc cref="DlPackCuda.AsDlPack"/>
        public static DlPackObject AsDlPack(
            nint data,
            DLDataType dtype,
            ReadOnlySpan<long> shape,
            long? stream,
            ReadOnlySpan<long> strides = default,
            Action? release = null,
            DLPackFlags flags = DLPackFlags.None) =>
            DlPackCuda.AsDlPack(data, dtype, shape, stream, strides, release, flags);
    }
}
