using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>The array behind a tensor, for those who build on arrays.</summary>
public sealed class ArrayBehindTests : LeakChecked
{
    private readonly float[] _array = new float[12];

    [Fact]
    public void An_array_is_found_with_the_bytes_before_the_first_element()
    {
        Finds(DlPack.AsDlPack(_array), _array, 0);
        Finds(DlPack.AsDlPack(_array, [2, 3], [-4, 1], offset: 6), _array, 24);
        Finds(DlPack.AsDlPack(_array.AsMemory(5, 4)), _array, 20);
        Finds(DlPack.AsDlPack((ReadOnlyMemory<float>)_array.AsMemory(5)), _array, 20);
        var square = new double[3, 3];
        using DlPackObject whole = DlPack.AsDlPack(square);
        Finds(DlPack.AsDlPack(whole, [2], offset: 4), square, 32);
    }

    [Fact]
    public void Native_and_lent_and_owned_memory_has_none()
    {
        FindsNone(DlPack.Allocate<float>([3]));
        FindsNone(DlPack.AsDlPack(new OwnedArray(_array)));
        using DlPackObject lent = DlPack.AsDlPack(_array);
        FindsNone(DlPack.FromDlpack(lent.Dlpack()));
    }

    [Fact]
    public void A_disposed_tensor_does_not_tell()
    {
        DlPackObject tensor = DlPack.AsDlPack(_array);
        tensor.Dispose();
        Action ask = () => tensor.DangerousTryGetArray(out _, out _);
        ask.Should().Throw<ObjectDisposedException>();
    }

    private void Finds(DlPackObject tensor, Array expected, long offset)
    {
        using DlPackObject disposed = tensor;
        tensor.DangerousTryGetArray(out Array? array, out long byteOffset).Should().BeTrue();
        array.Should().BeSameAs(expected);
        byteOffset.Should().Be(offset);
        Live.Pins.Should().Be(0);
    }

    private static void FindsNone(DlPackObject tensor)
    {
        using DlPackObject disposed = tensor;
        tensor.DangerousTryGetArray(out Array? array, out long byteOffset).Should().BeFalse();
        array.Should().BeNull();
        byteOffset.Should().Be(0);
    }

    private sealed class OwnedArray(float[] array) : System.Buffers.IMemoryOwner<float>
    {
        public Memory<float> Memory => array;

        public void Dispose()
        {
        }
    }
}
