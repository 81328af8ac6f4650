using DlPackNet.Interop;
using FluentAssertions;
using TorchSharp;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>The suite over <see cref="torch.Tensor"/>, by libtorch's own entry to DLPack.</summary>
public class TorchSharpTests : AdapterSuite
{
    public TorchSharpTests() => TorchLibrary.Load();

    /// <inheritdoc/>
    protected override long PinsWhileLent => 0;

    protected override long ImportsWhileLent => 1;

    /// <summary>A torch tensor has its own dtype; it is TorchSharp that refuses to read it as another.</summary>
    [Fact]
    public override void Another_dtype_is_refused()
    {
        using DlPackObject tensor = DlPack.Allocate<float>([2, 3]);
        using torch.Tensor view = ToTorchTensor(tensor, allowReadOnly: false);
        view.dtype.Should().Be(torch.ScalarType.Float32);
        Action read = () => Read<int>(tensor, [0, 0]);
        read.Should().Throw<ArgumentException>().WithMessage("*Float32*");
    }

    /// <summary>torch has such elements, and TorchSharp no .NET type for them.</summary>
    [Fact]
    public override void Elements_that_dotnet_has_no_type_for_come_in_as_their_bits()
    {
        ushort[] bits = [0, 0x3FC0];
        using DlPackObject tensor = DlPack.AsDlPack(bits, DLDataType.BFloat16);
        using torch.Tensor view = ToTorchTensor(tensor, allowReadOnly: false);
        view.dtype.Should().Be(torch.ScalarType.BFloat16);
        view.neg_();
        bits.Should().Equal(0x8000, 0xBFC0);
    }

    /// <inheritdoc/>
    protected override bool HasLayout(Layout layout) => true;

    /// <inheritdoc/>
    protected override Lent<T> Lend<T>(long[] shape, Layout layout, bool isStatic = false)
    {
        torch.Tensor tensor = Zeros<T>(shape, layout);
        return new Lent<T>(
            AsDlPack(tensor, isStatic),
            index => tensor.data<T>()[index],
            (index, value) => tensor.data<T>()[index] = value);
    }

    /// <summary>torch's memory is ours here, so that its release can be counted.</summary>
    protected override Counted LendCounted()
    {
        int releases = 0;
        using DlPackObject ours = Counted.Memory(() => releases++);
        torch.Tensor tensor = ToTorchTensor(ours, allowReadOnly: false);
        return new Counted(AsDlPack(tensor, isStatic: false), tensor.Dispose, () => releases);
    }

    /// <inheritdoc/>
    protected override T Read<T>(DlPackObject tensor, long[] index)
    {
        using torch.Tensor view = ToTorchTensor(tensor, allowReadOnly: false);
        return view.data<T>()[index];
    }

    /// <inheritdoc/>
    protected override T ReadReadOnly<T>(DlPackObject tensor, long[] index)
    {
        using torch.Tensor view = ToTorchTensor(tensor, allowReadOnly: true);
        return view.data<T>()[index];
    }

    /// <inheritdoc/>
    protected override void Write<T>(DlPackObject tensor, long[] index, T value)
    {
        using torch.Tensor view = ToTorchTensor(tensor, allowReadOnly: false);
        view.data<T>()[index] = value;
    }

    /// <inheritdoc/>
    protected override Func<long[], T> Hold<T>(DlPackObject tensor)
    {
        torch.Tensor view = ToTorchTensor(tensor, allowReadOnly: false);
        return index => view.data<T>()[index];
    }

    /// <summary>What the adapter does on this platform.</summary>
    protected virtual torch.Tensor ToTorchTensor(DlPackObject tensor, bool allowReadOnly) =>
        tensor.ToTorchTensor(allowReadOnly);

    /// <summary>What the adapter does on this platform.</summary>
    protected virtual DlPackObject AsDlPack(torch.Tensor tensor, bool isStatic) =>
        isStatic ? DlPack.AsDlPack(tensor) : tensor.AsDlPack();

    private static torch.Tensor Zeros<T>(long[] shape, Layout layout)
    {
        torch.ScalarType type = Torch.TypeOf<T>();
        switch (layout)
        {
            case Layout.Sliced:
                torch.Tensor part = torch.zeros([.. shape.Select(extent => extent + 2)], type);
                for (int i = 0; i < shape.Length; i++)
                {
                    part = part.narrow(i, 1, shape[i]);
                }

                return part;
            case Layout.Transposed:
                long[] swapped = [.. shape];
                (swapped[^1], swapped[^2]) = (swapped[^2], swapped[^1]);
                return torch.zeros(swapped, type).transpose(-1, -2);
            default:
                return torch.zeros(shape, type);
        }
    }
}
