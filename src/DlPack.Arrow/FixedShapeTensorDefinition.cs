using Apache.Arrow;
using Apache.Arrow.Types;

namespace DlPackNet;

/// <summary>
/// Lets Arrow's readers know <c>arrow.fixed_shape_tensor</c>. Register it once, by
/// <c>FixedShapeTensorDefinition.Instance.AddToDefaultRegistry()</c>; without it such columns are read as fixed-size
/// lists, whose tensors have one dimension for all elements.
/// </summary>
public sealed class FixedShapeTensorDefinition : ExtensionDefinition
{
    private FixedShapeTensorDefinition()
    {
    }

    /// <summary>The definition, which has no state.</summary>
    public static FixedShapeTensorDefinition Instance { get; } = new();

    /// <inheritdoc/>
    public override string ExtensionName => FixedShapeTensorType.ExtensionName;

    /// <inheritdoc/>
    public override bool TryCreateType(IArrowType storageType, string metadata, out ExtensionType type)
    {
        type = storageType is FixedSizeListType list
            && FixedShapeTensorMetadata.TryParse(metadata) is { } parsed
            && parsed.Count == list.ListSize
            ? new FixedShapeTensorType(list, parsed)
            : null!;
        return type is not null;
    }
}
