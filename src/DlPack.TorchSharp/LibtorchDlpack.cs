using System.Runtime.InteropServices;
using DlPackNet.Interop;
using TorchSharp;

namespace DlPackNet;

/// <summary>
/// libtorch's own entry to DLPack, which takes memory of any device. It is a C++ function, so it is known only where the
/// C++ calling convention and the names are: on Linux x64.
/// </summary>
/// <remarks>A C++ exception would end the process, so only what has been checked may come here.</remarks>
internal static unsafe class LibtorchDlpack
{
    /// <summary><c>at::Tensor at::fromDLPackVersioned(DLManagedTensorVersioned*, std::function&lt;void(void*)&gt;)</c>.</summary>
    private const string FromDlpackSymbol =
        "_ZN2at19fromDLPackVersionedEP24DLManagedTensorVersionedSt8functionIFvPvEE";

    /// <summary><c>int aoti_torch_new_uninitialized_tensor(at::Tensor** result)</c>.</summary>
    private const string NewTensorSymbol = "aoti_torch_new_uninitialized_tensor";

    private const int StdFunctionSizeInWords = 4;

    private static readonly delegate* unmanaged[Cdecl]<nint, DLManagedTensorVersioned*, void*, nint> _fromDlpack;
    private static readonly delegate* unmanaged[Cdecl]<nint*, int> _newTensor;

    static LibtorchDlpack()
    {
        // Looked up through TorchSharp's library, which finds what it is linked to: the libtorch that it runs on.
        if (OperatingSystem.IsLinux()
            && RuntimeInformation.ProcessArchitecture == Architecture.X64
            && NativeLibrary.TryLoad(LibTorchSharp.LibraryName, typeof(torch).Assembly, searchPath: null, out nint library)
            && NativeLibrary.TryGetExport(library, FromDlpackSymbol, out nint fromDlpack)
            && NativeLibrary.TryGetExport(library, NewTensorSymbol, out nint newTensor))
        {
            _fromDlpack = (delegate* unmanaged[Cdecl]<nint, DLManagedTensorVersioned*, void*, nint>)fromDlpack;
            _newTensor = (delegate* unmanaged[Cdecl]<nint*, int>)newTensor;
        }
    }

    /// <summary>Whether it was found. To be asked only once TorchSharp has loaded its libraries.</summary>
    public static bool IsAvailable => _fromDlpack is not null;

    /// <summary>Makes a tensor of what is lent.</summary>
    /// <param name="lent">What has been checked; taken over, even if this method throws.</param>
    /// <returns>The handle of a new tensor.</returns>
    /// <exception cref="DlPackException">libtorch has no memory for a tensor.</exception>
    public static nint Take(DLManagedTensorVersioned* lent)
    {
        nint handle;
        if (_newTensor(&handle) != 0)
        {
            lent->deleter(lent);
            throw TorchErrors.Last("libtorch cannot make a tensor");
        }

        // What C++ returns by value is written over the undefined tensor that the handle points to, which owns nothing.
        // An empty std::function is all zeros.
        long* deleter = stackalloc long[StdFunctionSizeInWords];
        new Span<long>(deleter, StdFunctionSizeInWords).Clear();
        _fromDlpack(handle, lent, deleter);
        return handle;
    }
}
