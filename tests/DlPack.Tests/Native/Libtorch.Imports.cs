using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Tests.Native;

internal static partial class Libtorch
{
    /// <summary>
    /// libtorch's functions as they are. A tensor is the address of an <c>at::Tensor</c>. Those with mangled names are
    /// C++: an exception of theirs would end the process, so they must get valid arguments only. What C++ returns by
    /// value is written to the address in the first argument.
    /// </summary>
    internal static unsafe class Imports
    {
        /// <summary>
        /// <c>Tensor at::fromDLPackVersioned(DLManagedTensorVersioned*, std::function&lt;…&gt;)</c>.
        /// </summary>
        [DllImport(LibraryName,
            EntryPoint = "_ZN2at19fromDLPackVersionedEP24DLManagedTensorVersionedSt8functionIFvPvEE")]
        public static extern nint FromDLPackVersioned(nint result, DLManagedTensorVersioned* source, void* function);

        /// <summary><c>Tensor at::fromDLPack(DLManagedTensor*, std::function&lt;…&gt;)</c>.</summary>
        [DllImport(LibraryName, EntryPoint = "_ZN2at10fromDLPackEP15DLManagedTensorSt8functionIFvPvEE")]
        public static extern nint FromDLPack(nint result, DLManagedTensor* source, void* function);

        /// <summary><c>DLManagedTensorVersioned* at::toDLPackVersioned(const Tensor&amp;)</c>.</summary>
        [DllImport(LibraryName, EntryPoint = "_ZN2at17toDLPackVersionedERKNS_6TensorE")]
        public static extern DLManagedTensorVersioned* ToDLPackVersioned(nint tensor);

        /// <summary><c>DLManagedTensor* at::toDLPack(const Tensor&amp;)</c>.</summary>
        [DllImport(LibraryName, EntryPoint = "_ZN2at8toDLPackERKNS_6TensorE")]
        public static extern DLManagedTensor* ToDLPack(nint tensor);

        /// <summary><c>Tensor&amp; at::_ops::mul__Tensor::call(Tensor&amp;, const Tensor&amp;)</c>, in place.</summary>
        [DllImport(LibraryName, EntryPoint = "_ZN2at4_ops11mul__Tensor4callERNS_6TensorERKS2_")]
        public static extern nint MultiplyInPlace(nint tensor, nint other);

        /// <summary><c>bool at::_ops::equal::call(const Tensor&amp;, const Tensor&amp;)</c>.</summary>
        [DllImport(LibraryName, EntryPoint = "_ZN2at4_ops5equal4callERKNS_6TensorES4_")]
        public static extern byte Equal(nint tensor, nint other);

        /// <summary>
        /// <c>Tensor at::_ops::sum::call(const Tensor&amp;, std::optional&lt;ScalarType&gt;)</c>. The optional travels
        /// in a register: the type in the low byte, 1 in the next for "there is one".
        /// </summary>
        [DllImport(LibraryName, EntryPoint = "_ZN2at4_ops3sum4callERKNS_6TensorESt8optionalIN3c1010ScalarTypeEE")]
        public static extern nint Sum(nint result, nint tensor, int dtype);

        [DllImport(LibraryName)]
        public static extern int aoti_torch_new_uninitialized_tensor(nint* result);

        [DllImport(LibraryName)]
        public static extern int aoti_torch_delete_tensor_object(nint tensor);

        [DllImport(LibraryName)]
        public static extern int aoti_torch_empty_strided(
            long ndim, long* sizes, long* strides, TorchDType dtype, int deviceType, int deviceIndex, nint* result);

        [DllImport(LibraryName)]
        public static extern int aoti_torch__reinterpret_tensor(
            nint tensor, long ndim, long* sizes, long* strides, long storageOffset, nint* result);

        [DllImport(LibraryName)]
        public static extern int aoti_torch_clone(nint tensor, nint* result);

        [DllImport(LibraryName)]
        public static extern int aoti_torch_copy_(nint tensor, nint source, int isNonBlocking);

        [DllImport(LibraryName)]
        public static extern int aoti_torch_zero_(nint tensor);

        [DllImport(LibraryName)]
        public static extern int aoti_torch_cpu_fill__Scalar(nint tensor, double value);

        [DllImport(LibraryName)]
        public static extern int aoti_torch_item_float64(nint tensor, double* result);

        [DllImport(LibraryName)]
        public static extern int aoti_torch_get_data_ptr(nint tensor, void** result);

        [DllImport(LibraryName)]
        public static extern int aoti_torch_get_dim(nint tensor, long* result);

        [DllImport(LibraryName)]
        public static extern int aoti_torch_get_sizes(nint tensor, long** result);

        [DllImport(LibraryName)]
        public static extern int aoti_torch_get_strides(nint tensor, long** result);

        [DllImport(LibraryName)]
        public static extern int aoti_torch_get_storage_offset(nint tensor, long* result);

        [DllImport(LibraryName)]
        public static extern int aoti_torch_get_dtype(nint tensor, TorchDType* result);
    }
}
