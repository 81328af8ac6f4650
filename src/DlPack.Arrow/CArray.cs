using Apache.Arrow.C;

namespace DlPackNet;

/// <summary>
/// The ArrowArray of Arrow's C data interface, whose fields <see cref="CArrowArray"/> does not show.
/// </summary>
/// <remarks>https://arrow.apache.org/docs/format/CDataInterface.html#structure-definitions</remarks>
internal unsafe struct CArray
{
    /// <summary><c>length</c>, in values.</summary>
    public long Length;

    /// <summary><c>null_count</c>.</summary>
    public long NullCount;

    /// <summary><c>offset</c>, in values.</summary>
    public long Offset;

    /// <summary><c>n_buffers</c>: the validity bits, and the values where there are any.</summary>
    public long BufferCount;

    /// <summary><c>n_children</c>.</summary>
    public long ChildCount;

    /// <summary>
    /// <c>buffers</c>: as many addresses; null for no validity bits, which says that nothing is null.
    /// </summary>
    public void** Buffers;

    /// <summary><c>children</c>: as many addresses.</summary>
    public CArray** Children;

    /// <summary><c>dictionary</c>: null for none.</summary>
    public CArray* Dictionary;

    /// <summary><c>release</c>: called once by whoever has the array; null in a released one.</summary>
    public delegate* unmanaged<CArray*, void> Release;

    /// <summary><c>private_data</c>: the producer's.</summary>
    public void* PrivateData;
}
