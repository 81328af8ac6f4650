using DlPackNet.Interop;
using DlPackNet.Tests.Native;
using FluentAssertions;

namespace DlPackNet.Tests.Facade;

/// <summary>A consumer: it owns a lent tensor, sees only the native struct, and calls the deleter at the end.</summary>
internal sealed unsafe class Borrowed : IDisposable
{
    private DLManagedTensorVersioned* _versioned;
    private DLManagedTensor* _legacy;

    /// <summary>Consumes a capsule. Where there is a C compiler, the strict peer in C must be content too.</summary>
    public Borrowed(DlPackCapsule capsule)
        : this(capsule.Consume(), capsule.IsVersioned)
    {
    }

    /// <summary>Borrows a tensor as the current standard has it.</summary>
    public Borrowed(DlPackObject tensor)
        : this((nint)DlPack.Export(tensor), isVersioned: true)
    {
    }

    /// <summary>Takes over a tensor.</summary>
    public Borrowed(nint tensor, bool isVersioned)
    {
        IsVersioned = isVersioned;
        if (isVersioned)
        {
            _versioned = (DLManagedTensorVersioned*)tensor;
        }
        else
        {
            _legacy = (DLManagedTensor*)tensor;
        }

        if (CCompiler.FullPath is not null)
        {
            string? complaint = isVersioned ? NativePeer.Complaint(_versioned) : NativePeer.Complaint(_legacy);
            complaint.Should().BeNull("a strict consumer reads this");
        }
    }

    /// <summary>Which struct it is.</summary>
    public bool IsVersioned { get; }

    /// <summary>The tensor.</summary>
    public DLTensor* Tensor => IsVersioned ? &_versioned->dl_tensor : &_legacy->dl_tensor;

    /// <summary>The version of a versioned tensor.</summary>
    public DLPackVersion Version => _versioned->version;

    /// <summary>The flags of a versioned tensor.</summary>
    public DLPackFlags Flags => _versioned->flags;

    /// <summary>The extents.</summary>
    public long[] Shape => new ReadOnlySpan<long>(Tensor->shape, Tensor->ndim).ToArray();

    /// <summary>The strides in elements.</summary>
    public long[] Strides => new ReadOnlySpan<long>(Tensor->strides, Tensor->ndim).ToArray();

    /// <summary>The address of the element at index 0 in every dimension.</summary>
    public nint Data => (nint)Tensor->data + (nint)Tensor->byte_offset;

    /// <summary>The type of the elements.</summary>
    public DLDataType DType => Tensor->dtype;

    /// <summary>The element at a row-major index, found by hand from shape, strides and data.</summary>
    public ref T At<T>(long index)
        where T : unmanaged
    {
        long offset = 0;
        for (int i = Tensor->ndim - 1; i >= 0; i--)
        {
            offset += index % Tensor->shape[i] * Tensor->strides[i];
            index /= Tensor->shape[i];
        }

        return ref ((T*)Data)[offset];
    }

    /// <summary>All elements, row-major.</summary>
    public T[] Elements<T>()
        where T : unmanaged
    {
        long count = 1;
        foreach (long extent in Shape)
        {
            count *= extent;
        }

        var elements = new T[count];
        for (long i = 0; i < count; i++)
        {
            elements[i] = At<T>(i);
        }

        return elements;
    }

    /// <summary>Calls the deleter, once.</summary>
    public void Dispose()
    {
        if (_versioned is not null)
        {
            _versioned->deleter(_versioned);
        }

        if (_legacy is not null)
        {
            _legacy->deleter(_legacy);
        }

        _versioned = null;
        _legacy = null;
    }
}
