using Apache.Arrow;
using Apache.Arrow.Types;

namespace DlPackNet;

/// <summary>
/// Arrow's canonical extension type <c>arrow.fixed_shape_tensor</c>: each value is a tensor of one shape, stored in a
/// fixed-size list.
/// </summary>
public sealed class FixedShapeTensorType : ExtensionType
{
    internal const string ExtensionName = "arrow.fixed_shape_tensor";

    private readonly FixedShapeTensorMetadata _metadata;

    /// <summary>The type of tensors of one shape.</summary>
    /// <param name="valueType">The type of an element.</param>
    /// <param name="shape">The extents of one tensor, in elements, in the order of memory; each at least one.</param>
    /// <param name="permutation">
    /// For each dimension in the order that a reader sees, which one of <paramref name="shape"/> it is; none where both
    /// orders are the same.
    /// </param>
    /// <param name="dimNames">
    /// The names of the dimensions in the order of memory; none where they have no names.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="valueType"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// The shape has no elements or too many, the permutation is none, or there is not a name for each dimension.
    /// </exception>
    public FixedShapeTensorType(
        IArrowType valueType,
        ReadOnlySpan<int> shape,
        ReadOnlySpan<int> permutation = default,
        ReadOnlySpan<string> dimNames = default)
        : this(
            valueType ?? throw new ArgumentNullException(nameof(valueType)),
            Check(shape.ToArray(), permutation.ToArray(), dimNames.ToArray()))
    {
    }

    internal FixedShapeTensorType(FixedSizeListType storage, FixedShapeTensorMetadata metadata)
        : base(storage) => _metadata = metadata;

    private FixedShapeTensorType(IArrowType valueType, FixedShapeTensorMetadata metadata)
        : this(new FixedSizeListType(valueType, metadata.Count), metadata)
    {
    }

    /// <inheritdoc/>
    public override string Name => ExtensionName;

    /// <inheritdoc/>
    public override string ExtensionMetadata => _metadata.ToJson();

    /// <summary>The type of an element.</summary>
    public IArrowType ValueType => ((FixedSizeListType)StorageType).ValueDataType;

    /// <summary>The extents of one tensor, in elements, in the order of memory.</summary>
    public ReadOnlySpan<int> Shape => _metadata.Shape;

    /// <summary>For each dimension in the order that a reader sees, which one of <see cref="Shape"/> it is.</summary>
    public ReadOnlySpan<int> Permutation => _metadata.Permutation;

    /// <summary>The names of the dimensions in the order of memory; empty where they have none.</summary>
    public ReadOnlySpan<string> DimNames => _metadata.DimNames;

    /// <inheritdoc/>
    public override ExtensionArray CreateArray(IArrowArray storageArray) =>
        new FixedShapeTensorArray(this, storageArray);

    private static FixedShapeTensorMetadata Check(int[] shape, int[] permutation, string[] dimNames)
    {
        int[] order = permutation.Length == 0 ? [.. Enumerable.Range(0, shape.Length)] : permutation;
        var metadata = new FixedShapeTensorMetadata(shape, order, dimNames);
        return metadata.IsValid
            ? metadata
            : throw new ArgumentException(
                $"Expected a shape of 1 to {int.MaxValue} elements, a permutation of its dimensions or none, and a "
                + $"name for each or none, but the shape is [{string.Join(", ", shape)}], the permutation "
                + $"[{string.Join(", ", permutation)}], and the names are [{string.Join(", ", dimNames)}].",
                nameof(shape));
    }
}
