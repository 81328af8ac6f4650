using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>
/// What ONNX Runtime calls when nobody uses a tensor's memory any more: an <c>OrtAllocator</c> of
/// <c>onnxruntime_c_api.h</c>, of which it uses two functions, and behind it what they need.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OrtDeleter
{
    // The version of ONNX Runtime that brought tensors with a deleter. It reads no field that came later.
    private const uint FirstVersion = 22;

    private uint _version;
    private readonly nint _alloc;
    private delegate* unmanaged<OrtDeleter*, void*, void> _free;
    private delegate* unmanaged<OrtDeleter*, nint> _info;
    private readonly nint _reserve;
    private readonly nint _getStats;
    private readonly nint _allocOnStream;
    private readonly nint _shrink;

    private nint _memoryInfo;
    private DLManagedTensorVersioned* _lent;

    /// <summary>The next free one while this is free.</summary>
    public OrtDeleter* Next { get; set; }

    /// <summary>A deleter, on which ONNX Runtime calls <c>Free</c> once, or its maker <see cref="Run"/>.</summary>
    /// <param name="lent">The tensor that is released.</param>
    /// <param name="memoryInfo">The <c>OrtMemoryInfo*</c> of its memory, which lives as long.</param>
    public static OrtDeleter* New(DLManagedTensorVersioned* lent, nint memoryInfo)
    {
        OrtDeleter* deleter = OrtDeleters.Take();
        deleter->_memoryInfo = memoryInfo;
        deleter->_lent = lent;
        return deleter;
    }

    /// <summary>A deleter of nothing yet, from the system.</summary>
    public static OrtDeleter* Allocate()
    {
        // Field by field: the wide registers of a whole struct slow down the C++ that comes next.
        var deleter = (OrtDeleter*)NativeMemory.AllocZeroed((nuint)sizeof(OrtDeleter));
        deleter->_version = FirstVersion;
        deleter->_free = &Free;
        deleter->_info = &Info;
        return deleter;
    }

    /// <summary>Releases the tensor. Nothing is thrown.</summary>
    /// <remarks>
    /// A method of its own, since the compiler does better by it: what native code calls is compiled once, before it is
    /// known what is usual.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Run(OrtDeleter* deleter)
    {
        DLManagedTensorVersioned* lent = deleter->_lent;
        OrtDeleters.Give(deleter);
        DlPack.Release(lent);
    }

    /// <summary>Calls what ONNX Runtime calls, to no effect: no forked child shall be the first, and compile it.</summary>
    public static void Compile() => ((delegate* unmanaged<OrtDeleter*, void*, void>)&Free)(null, null);

    [UnmanagedCallersOnly]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Free(OrtDeleter* deleter, void* data)
    {
        if (!DlPackDiagnostics.IsForkedChild && deleter is not null)
        {
            Run(deleter);
        }
    }

    [UnmanagedCallersOnly]
    private static nint Info(OrtDeleter* deleter) => deleter->_memoryInfo;
}
