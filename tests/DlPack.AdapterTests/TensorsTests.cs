using System.Buffers;
using System.Numerics.Tensors;

namespace DlPackNet.AdapterTests;

/// <summary>The suite over <see cref="Tensor{T}"/>, of version 10 here and of 11 in a project of its own.</summary>
public sealed class TensorsTests : AdapterSuite
{
    /// <inheritdoc/>
    protected override bool HoldCopies => true;

    /// <inheritdoc/>
    protected override bool HasShape(long[] shape) => shape.Length > 0;

    /// <inheritdoc/>
    protected override bool HasLayout(Layout layout) => true;

    /// <inheritdoc/>
    protected override Lent<T> Lend<T>(long[] shape, Layout layout, bool isStatic = false)
    {
        nint[] lengths = Indexes.Native(shape);
        int margin = layout == Layout.Sliced ? 2 : 0;
        if (layout == Layout.Transposed)
        {
            (lengths[^1], lengths[^2]) = (lengths[^2], lengths[^1]);
        }

        Tensor<T> whole = Tensor.CreateFromShape<T>([.. lengths.Select(length => length + margin)]);
        Tensor<T> tensor = layout switch
        {
            Layout.Sliced => whole.Slice([.. lengths.Select(length => new NRange(1, length + 1))]),
            Layout.Transposed => Tensor.Transpose(whole),
            _ => whole,
        };
        return new Lent<T>(
            isStatic ? DlPack.AsDlPack(tensor) : tensor.AsDlPack(),
            index => tensor[Indexes.Native(index)],
            (index, value) => tensor[Indexes.Native(index)] = value);
    }

    /// <inheritdoc/>
    protected override Counted LendCounted()
    {
        int[] array = [1, 2, 3, 4, 5, 6];
        return Counted.Collected(Tensor.Create(array, [2, 3]).AsDlPack(), array);
    }

    /// <inheritdoc/>
    protected override T Read<T>(DlPackObject tensor, long[] index) => tensor.AsTensorSpan<T>()[Indexes.Native(index)];

    /// <inheritdoc/>
    protected override T ReadReadOnly<T>(DlPackObject tensor, long[] index) =>
        tensor.AsReadOnlyTensorSpan<T>()[Indexes.Native(index)];

    /// <inheritdoc/>
    protected override void Write<T>(DlPackObject tensor, long[] index, T value) =>
        tensor.AsTensorSpan<T>()[Indexes.Native(index)] = value;

    /// <inheritdoc/>
    protected override Func<long[], T> Hold<T>(DlPackObject tensor)
    {
        Tensor<T> copy = tensor.ToTensor<T>();
        return index => copy[Indexes.Native(index)];
    }
}
