using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.C;
using Apache.Arrow.Types;
using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>
/// Hands a lent tensor to Arrow by its C data interface: Arrow then shares the buffer among arrays, slices and exports,
/// and calls our release when the last is gone. For a version of Arrow that has no use for
/// <see cref="LendingAllocator"/>.
/// </summary>
internal static unsafe class LentArray
{
    /// <summary>An array over a tensor, whose deleter it calls at the end, or at once if this fails.</summary>
    /// <param name="lent">The tensor, in main memory, with its values one after the other.</param>
    /// <param name="type">The type of its elements, or of tensors of them.</param>
    /// <param name="count">The number of elements.</param>
    public static IArrowArray Import(DLManagedTensorVersioned* lent, IArrowType type, long count)
    {
        var buffers = new ValueBuffers { Values = lent->dl_tensor.data };
        var values = new CArray { Length = count, BufferCount = 2, Buffers = (void**)&buffers, Release = &Release };
        if (type is not FixedShapeTensorType)
        {
            return Import(lent, type, &values);
        }

        CArray* child = &values;
        var lists = new CArray
        {
            Length = lent->dl_tensor.shape[0],
            BufferCount = 1,
            Buffers = &buffers.Validity,
            ChildCount = 1,
            Children = &child,
            Release = &Release,
        };
        return Import(lent, type, &lists);
    }

    private static IArrowArray Import(DLManagedTensorVersioned* lent, IArrowType type, CArray* array)
    {
        array->PrivateData = lent;
        try
        {
            return CArrowArrayImporter.ImportArray((CArrowArray*)array, type);
        }
        catch
        {
            // The importer takes the array over, which it shows by clearing the callback, unless it throws before.
            if (array->Release != null)
            {
                array->Release(array);
            }

            throw;
        }
    }

    [UnmanagedCallersOnly]
    private static void Release(CArray* array)
    {
        var lent = (DLManagedTensorVersioned*)array->PrivateData;
        array->Release = null;
        if (lent != null)
        {
            lent->deleter(lent);
        }
    }

    /// <summary>What <c>buffers</c> points to.</summary>
    private struct ValueBuffers
    {
        /// <summary>Null: nothing is null.</summary>
        public void* Validity;

        /// <summary>The elements.</summary>
        public void* Values;
    }
}
