using System.Runtime.InteropServices;

namespace DlPackNet.Interop;

/// <summary>A tensor without an owner (C: <c>DLTensor</c>, 48 bytes on 64-bit).</summary>
/// <remarks>
/// Whoever passes one says how long it lives. Layout and meaning:
/// <see href="https://github.com/dmlc/dlpack/blob/v1.3/include/dlpack/dlpack.h">dlpack.h 1.3</see>.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct DLTensor
{
    /// <summary>
    /// Offset 0, <c>void*</c>: the memory, or a handle on devices without pointers. Null where there are no
    /// elements. The first element lies <see cref="byte_offset"/> bytes further.
    /// </summary>
    public void* data;

    /// <summary>Offset 8: where the memory is.</summary>
    public DLDevice device;

    /// <summary>Offset 16, <c>int32_t</c>: the number of dimensions; 0 for a scalar.</summary>
    public int ndim;

    /// <summary>Offset 20: the type of the elements.</summary>
    public DLDataType dtype;

    /// <summary>
    /// Offset 24, <c>int64_t*</c>: <see cref="ndim"/> extents in elements; may be null where ndim is 0.
    /// </summary>
    public long* shape;

    /// <summary>
    /// Offset 32, <c>int64_t*</c>: <see cref="ndim"/> strides in elements, not bytes. Null means compact row-major,
    /// which producers may send only before DLPack 1.2.
    /// </summary>
    public long* strides;

    /// <summary>Offset 40, <c>uint64_t</c>: the bytes between <see cref="data"/> and the first element.</summary>
    public ulong byte_offset;
}
