using System.Runtime.InteropServices;
using DlPackNet.Interop;
using TorchSharp;

namespace DlPackNet;

/// <summary>
/// libtorch's own ways into DLPack and out of it, for memory of any device, and what must be asked before. The ways are
/// C++ functions, so they are known only where the C++ calling convention and the names are: on Linux x64.
/// </summary>
/// <remarks>A C++ exception would end the process, so only what has been checked may come here.</remarks>
internal static unsafe class LibtorchDlpack
{
    /// <summary>
    /// <c>at::Tensor at::fromDLPackVersioned(DLManagedTensorVersioned*, std::function&lt;void(void*)&gt;)</c>.
    /// </summary>
    private const string FromDlpackSymbol =
        "_ZN2at19fromDLPackVersionedEP24DLManagedTensorVersionedSt8functionIFvPvEE";

    /// <summary><c>DLManagedTensorVersioned* at::toDLPackVersioned(const at::Tensor&amp;)</c>.</summary>
    private const string ToDlpackSymbol = "_ZN2at17toDLPackVersionedERKNS_6TensorE";

    /// <summary>
    /// <c>bool c10::TensorImpl::requires_grad() const</c>, which is called on what the tensor's handle points to.
    /// </summary>
    private const string RequiresGradSymbol = "_ZNK3c1010TensorImpl13requires_gradEv";

    /// <summary><c>bool at::native::is_conj(const at::Tensor&amp;)</c>.</summary>
    private const string IsConjSymbol = "_ZN2at6native7is_conjERKNS_6TensorE";

    /// <summary><c>bool at::native::is_neg(const at::Tensor&amp;)</c>.</summary>
    private const string IsNegSymbol = "_ZN2at6native6is_negERKNS_6TensorE";

    /// <summary><c>int aoti_torch_new_uninitialized_tensor(at::Tensor** result)</c>.</summary>
    private const string NewTensorSymbol = "aoti_torch_new_uninitialized_tensor";

    /// <summary>
    /// The table of virtual functions of <c>c10::TensorImpl</c>, the kind of tensor that has elements at strides.
    /// </summary>
    private const string TensorImplSymbol = "_ZTVN3c1010TensorImplE";

    /// <summary>Two fields come first in the table, and objects point behind them (Itanium C++ ABI).</summary>
    private const int FieldsBeforeVirtualFunctions = 2;

    private const nuint StdFunctionSize = 32;
    private const int StridedLayout = 0;

    private static readonly delegate* unmanaged[Cdecl]<nint, DLManagedTensorVersioned*, void*, nint> _fromDlpack;
    private static readonly delegate* unmanaged[Cdecl]<nint, DLManagedTensorVersioned*> _toDlpack;
    private static readonly delegate* unmanaged[Cdecl]<nint*, int> _newTensor;

    // Questions that cost less than the way to them, so they go without leaving the collector's sight.
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int*, int> _getDType;
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int*, int> _getDeviceType;
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int*, int> _getLayout;
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, long**, int> _getStrides;
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, void**, int> _getData;
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte> _requiresGrad;
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte> _isConj;
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte> _isNeg;

    // What an object that is a TensorImpl, and of no class derived from it, starts with.
    private static readonly void** _tensorImpl;

    // All zeros, and nobody fills it. Not on the stack: wide registers that have just cleared it slow down what comes
    // next in C++ to half the speed.
    private static readonly void* _emptyFunction;

    static LibtorchDlpack()
    {
        // Looked up through TorchSharp's library, which finds what it is linked to: the libtorch that it runs on.
        if (OperatingSystem.IsLinux()
            && RuntimeInformation.ProcessArchitecture == Architecture.X64
            && NativeLibrary.TryLoad(LibTorchSharp.LibraryName, typeof(torch).Assembly, null, out nint library)
            && NativeLibrary.TryGetExport(library, FromDlpackSymbol, out nint fromDlpack)
            && NativeLibrary.TryGetExport(library, ToDlpackSymbol, out nint toDlpack)
            && NativeLibrary.TryGetExport(library, NewTensorSymbol, out nint newTensor)
            && NativeLibrary.TryGetExport(library, TensorImplSymbol, out nint tensorImpl)
            && NativeLibrary.TryGetExport(library, RequiresGradSymbol, out nint requiresGrad)
            && NativeLibrary.TryGetExport(library, IsConjSymbol, out nint isConj)
            && NativeLibrary.TryGetExport(library, IsNegSymbol, out nint isNeg)
            && NativeLibrary.TryGetExport(library, "aoti_torch_get_dtype", out nint getDType)
            && NativeLibrary.TryGetExport(library, "aoti_torch_get_device_type", out nint getDeviceType)
            && NativeLibrary.TryGetExport(library, "aoti_torch_get_layout", out nint getLayout)
            && NativeLibrary.TryGetExport(library, "aoti_torch_get_strides", out nint getStrides)
            && NativeLibrary.TryGetExport(library, "aoti_torch_get_data_ptr", out nint getData))
        {
            _fromDlpack = (delegate* unmanaged[Cdecl]<nint, DLManagedTensorVersioned*, void*, nint>)fromDlpack;
            _toDlpack = (delegate* unmanaged[Cdecl]<nint, DLManagedTensorVersioned*>)toDlpack;
            _newTensor = (delegate* unmanaged[Cdecl]<nint*, int>)newTensor;
            _getDType = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int*, int>)getDType;
            _getDeviceType = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int*, int>)getDeviceType;
            _getLayout = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, int*, int>)getLayout;
            _getStrides = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, long**, int>)getStrides;
            _getData = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, void**, int>)getData;
            _tensorImpl = (void**)tensorImpl + FieldsBeforeVirtualFunctions;
            _requiresGrad = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte>)requiresGrad;
            _isConj = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte>)isConj;
            _isNeg = (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, byte>)isNeg;
            _emptyFunction = NativeMemory.AllocZeroed(StdFunctionSize);
        }
    }

    /// <summary>Whether they were found. To be asked only once TorchSharp has loaded its libraries.</summary>
    public static bool IsAvailable => _fromDlpack is not null;

    /// <summary>The element type.</summary>
    public static torch.ScalarType DType(nint handle)
    {
        int dtype;
        _ = _getDType(handle, &dtype);
        return (torch.ScalarType)dtype;
    }

    /// <summary>The kind of device.</summary>
    public static DeviceType DeviceType(nint handle)
    {
        int type;
        _ = _getDeviceType(handle, &type);
        return (DeviceType)type;
    }

    /// <summary>
    /// Whether it has memory with elements at strides, which sparse, opaque, nested and batched tensors have not.
    /// </summary>
    /// <remarks>Most tensors are nothing but a TensorImpl. Those of other classes are asked.</remarks>
    public static bool HasStrides(nint handle) => **(void****)handle == _tensorImpl || SaysItHasStrides(handle);

    /// <summary>Whether its memory holds its values, and nobody wants to know what is done to them.</summary>
    public static bool IsPlain(nint handle) =>
        (_requiresGrad(*(nint*)handle) | _isNeg(handle) | _isConj(handle)) == 0;

    /// <summary>Lends a tensor as libtorch does it.</summary>
    /// <param name="handle">A tensor that has been checked.</param>
    /// <returns>A struct that the caller owns, with a reference of its own.</returns>
    public static DLManagedTensorVersioned* Lend(nint handle) => _toDlpack(handle);

    /// <summary>Makes a tensor of what is lent.</summary>
    /// <param name="lent">What has been checked; taken over, even if this method throws.</param>
    /// <returns>The handle of a new tensor.</returns>
    /// <exception cref="DlPackException">libtorch has no memory for a tensor.</exception>
    public static nint Take(DLManagedTensorVersioned* lent)
    {
        nint handle;
        if (_newTensor(&handle) != 0)
        {
            DlPack.Release(lent);
            throw TorchErrors.Last("libtorch cannot make a tensor");
        }

        // What C++ returns by value is written over the undefined tensor that the handle points to, which owns nothing.
        _fromDlpack(handle, lent, _emptyFunction);
        return handle;
    }

    private static bool SaysItHasStrides(nint handle)
    {
        int layout;
        long* strides;
        void* data;
        return _getLayout(handle, &layout) == 0
            && layout == StridedLayout
            && _getStrides(handle, &strides) == 0
            && _getData(handle, &data) == 0;
    }
}
