using System.Runtime.InteropServices;
using TorchSharp;

namespace DlPackNet;

/// <summary>
/// The C functions under TorchSharp. A tensor is the address of an <c>at::Tensor</c>, which
/// <see cref="torch.Tensor.Handle"/> tells. None throws: what goes wrong in C++ is kept for
/// <see cref="torch.CheckForErrors"/>.
/// </summary>
internal static unsafe partial class LibTorchSharp
{
    /// <summary>The name by which TorchSharp itself imports the library.</summary>
    public const string LibraryName = "LibTorchSharp";

    [LibraryImport(LibraryName), SuppressGCTransition]
    public static partial torch.ScalarType THSTensor_type(nint tensor);

    [LibraryImport(LibraryName), SuppressGCTransition]
    public static partial DeviceType THSTensor_device_type(nint tensor);

    [LibraryImport(LibraryName), SuppressGCTransition]
    public static partial int THSTensor_device_index(nint tensor);

    /// <summary>Whether it is of the coordinate layout; other sparse layouts have no data.</summary>
    [LibraryImport(LibraryName), SuppressGCTransition]
    public static partial byte THSTensor_is_sparse(nint tensor);

    [LibraryImport(LibraryName), SuppressGCTransition]
    public static partial byte THSTensor_requires_grad(nint tensor);

    [LibraryImport(LibraryName), SuppressGCTransition]
    public static partial byte THSTensor_is_conj(nint tensor);

    [LibraryImport(LibraryName), SuppressGCTransition]
    public static partial byte THSTensor_is_neg(nint tensor);

    [LibraryImport(LibraryName), SuppressGCTransition]
    public static partial long THSTensor_ndimension(nint tensor);

    [LibraryImport(LibraryName), SuppressGCTransition]
    public static partial long THSTensor_size(nint tensor, long dimension);

    /// <summary>From one index to the next, in elements.</summary>
    [LibraryImport(LibraryName), SuppressGCTransition]
    public static partial long THSTensor_stride(nint tensor, long dimension);

    /// <summary>The address of the first element; 0 where there is none, or no such thing as an address.</summary>
    [LibraryImport(LibraryName)]
    public static partial nint THSTensor_data(nint tensor);

    /// <summary>Another handle of the same tensor, to be disposed on its own; 0 on failure.</summary>
    [LibraryImport(LibraryName)]
    public static partial nint THSTensor_alias(nint tensor);

    /// <summary>Frees a handle.</summary>
    [LibraryImport(LibraryName)]
    public static partial void THSTensor_dispose(nint tensor);

    /// <summary>A row-major tensor over foreign main memory.</summary>
    /// <param name="data">The first element.</param>
    /// <param name="deleter">Called with <paramref name="data"/> when the memory is not needed any more.</param>
    /// <param name="sizes">The extents in elements.</param>
    /// <param name="ndim">Their number.</param>
    /// <param name="type">The type of the elements.</param>
    /// <param name="dtype">The same: if it is another, the elements are converted, which copies.</param>
    /// <param name="deviceType">0 for the CPU: for another, the elements are copied.</param>
    /// <param name="deviceIndex">0.</param>
    /// <param name="requiresGrad">0.</param>
    /// <returns>The handle; 0 on failure, and the deleter is not called then.</returns>
    [LibraryImport(LibraryName)]
    public static partial nint THSTensor_new(
        nint data,
        nint deleter,
        long* sizes,
        int ndim,
        sbyte type,
        sbyte dtype,
        int deviceType,
        int deviceIndex,
        byte requiresGrad);

    /// <summary>A view of another shape on a tensor's storage.</summary>
    /// <param name="tensor">Its storage must be large enough.</param>
    /// <param name="sizes">The extents in elements.</param>
    /// <param name="sizesLength">Their number.</param>
    /// <param name="strides">From one index to the next, in elements, not negative.</param>
    /// <param name="stridesLength">Their number.</param>
    /// <param name="storageOffset">The first element, counted from the beginning of the storage.</param>
    /// <returns>The handle; 0 on failure.</returns>
    [LibraryImport(LibraryName)]
    public static partial nint THSTensor_as_strided(
        nint tensor, long* sizes, int sizesLength, long* strides, int stridesLength, long storageOffset);
}
