using Apache.Arrow;
using Apache.Arrow.Types;

namespace DlPackNet;

/// <summary>An Arrow array each value of which is a tensor of one shape.</summary>
public sealed class FixedShapeTensorArray : ExtensionArray
{
    /// <summary>Tensors over fixed-size lists.</summary>
    /// <param name="type">The type of a tensor.</param>
    /// <param name="storage">The lists, of which the array takes the ownership.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="storage"/> is no array of fixed-size lists, or of other ones than the type is stored in.
    /// </exception>
    public FixedShapeTensorArray(FixedShapeTensorType type, IArrowArray storage)
        : base(type, storage)
    {
        if (storage is not FixedSizeListArray)
        {
            throw new ArgumentException(
                $"Expected a FixedSizeListArray, but the storage is {storage.GetType().Name}.", nameof(storage));
        }

        var expected = (FixedSizeListType)type.StorageType;
        var found = (FixedSizeListType)storage.Data.DataType;
        if (found.ListSize != expected.ListSize || found.ValueDataType.TypeId != expected.ValueDataType.TypeId)
        {
            throw new ArgumentException(
                $"Expected lists of {expected.ListSize} {expected.ValueDataType.Name} values, but the storage has lists "
                + $"of {found.ListSize} {found.ValueDataType.Name} values.",
                nameof(storage));
        }
    }

    /// <summary>
    /// All elements of the buffer, one tensor after the other in the order of memory; those of a slice start at
    /// <see cref="ExtensionArray.Offset"/> tensors.
    /// </summary>
    public IArrowArray Values => ((FixedSizeListArray)Storage).Values;
}
