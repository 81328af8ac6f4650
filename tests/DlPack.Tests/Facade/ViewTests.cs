using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>A tensor of a tensor: another object, or a view of other shape, strides, dtype or start.</summary>
public sealed class ViewTests : LeakChecked
{
    [Fact]
    public void A_second_object_shares_memory_and_has_its_own_reference()
    {
        int[] array = [1, 2, 3];
        DlPackObject dl = DlPack.AsDlPack(array);
        using DlPackObject second = DlPack.AsDlPack(dl);
        using DlPackObject third = dl.AsDlPack();

        dl.Dispose();
        second.AsSpan<int>()[1] = 20;
        array[1].Should().Be(20);
        third.ToArray<int>().Should().Equal(1, 20, 3);
    }

    [Fact]
    public void A_view_reshapes_and_starts_elsewhere()
    {
        using DlPackObject dl = DlPack.AsDlPack((int[])[0, 1, 2, 3, 4, 5]);
        using DlPackObject rows = DlPack.AsDlPack(dl, shape: [2, 3]);
        using DlPackObject lastRow = DlPack.AsDlPack(rows, shape: [3], offset: 3);
        using DlPackObject transposed = DlPack.AsDlPack(rows, [3, 2], strides: [1, 3]);
        using DlPackObject reversed = DlPack.AsDlPack(dl, [6], strides: [-1], offset: 5);

        rows.Shape.ToArray().Should().Equal(2, 3);
        lastRow.ToArray<int>().Should().Equal(3, 4, 5);
        transposed.ToArray<int>().Should().Equal(0, 3, 1, 4, 2, 5);
        reversed.ToArray<int>().Should().Equal(5, 4, 3, 2, 1, 0);
    }

    [Fact]
    public void Offsets_of_a_reversed_tensors_views_go_backwards_in_memory()
    {
        using DlPackObject dl = DlPack.AsDlPack((int[])[0, 1, 2, 3, 4, 5], [6], [-1], offset: 5);
        using DlPackObject firstThree = DlPack.AsDlPack(dl, [3], strides: [-1]);
        using DlPackObject lowest = DlPack.AsDlPack(dl, [3], strides: [1], offset: -5);

        firstThree.ToArray<int>().Should().Equal(5, 4, 3);
        lowest.ToArray<int>().Should().Equal(0, 1, 2);
    }

    [Fact]
    public void One_element_of_a_strided_tensor_can_be_viewed()
    {
        using DlPackObject column = DlPack.AsDlPack((int[])[0, 1, 2, 3, 4, 5], [3], strides: [2]);
        using DlPackObject scalar = DlPack.AsDlPack(column, shape: [], offset: 4);

        scalar.NDim.Should().Be(0);
        scalar.ToArray<int>().Should().Equal(4);
    }

    [Fact]
    public void A_view_may_have_another_dtype_of_the_same_size()
    {
        using DlPackObject dl = DlPack.AsDlPack((float[])[1f, -1f]);
        using DlPackObject bits = DlPack.AsDlPack(dl, [2], dtype: DLDataType.Int32);

        bits.ToArray<int>().Should().Equal(0x3F800000, unchecked((int)0xBF800000));
        ((Action)(() => DlPack.AsDlPack(dl, [4], dtype: DLDataType.Int16)))
            .Should().Throw<ArgumentException>().WithMessage("*32 bits*16*");
    }

    [Fact]
    public void A_view_may_not_leave_its_tensor_although_the_buffer_goes_on()
    {
        using DlPackObject middle = DlPack.AsDlPack(new int[10], shape: [4], offset: 3);

        foreach ((long[] shape, long[] strides, long offset) in new (long[], long[], long)[]
        {
            ([5], [], 0),
            ([1], [], 4),
            ([1], [], -1),
            ([2], [-1], 0),
            ([0], [], 5),
            ([2, 2], [3, 1], 0),
        })
        {
            ((Action)(() => DlPack.AsDlPack(middle, shape, strides, offset: offset)))
                .Should().Throw<ArgumentException>().WithMessage($"*element {offset} on*4 elements*");
        }
    }

    [Fact]
    public void A_strided_tensor_is_not_reshaped_silently()
    {
        using DlPackObject transposed = DlPack.AsDlPack(new int[6], [3, 2], [1, 3]);

        ((Action)(() => DlPack.AsDlPack(transposed, [6])))
            .Should().Throw<ArgumentException>().WithMessage("*strides [1, 3]*Copy()*");
    }

    [Fact]
    public void What_consumers_must_know_holds_for_views_too()
    {
        using DlPackObject readOnly = DlPack.AsDlPack((ReadOnlyMemory<int>)new int[4]);
        using DlPackObject copied = DlPack.AsDlPack((Span<int>)[1, 2]);
        using DlPackObject repeated = DlPack.AsDlPack(new int[4], [3], [0]);
        using DlPackObject viewOfReadOnly = DlPack.AsDlPack(readOnly, [2, 2]);
        using DlPackObject viewOfCopied = DlPack.AsDlPack(copied, [1, 2]);
        using DlPackObject viewOfRepeated = DlPack.AsDlPack(repeated, [1], [1]);

        viewOfReadOnly.IsReadOnly.Should().BeTrue();
        viewOfCopied.IsCopied.Should().BeTrue();
        viewOfRepeated.IsReadOnly.Should().BeTrue();
    }

    [Fact]
    public void Any_library_takes_part_by_being_a_producer()
    {
        var producer = new Thermometer();
        using DlPackObject dl = DlPack.AsDlPack(producer);
        using DlPackObject again = DlPack.AsDlPack((IDlPackProducer)dl);

        dl.AsSpan<double>()[0] = 36.6;
        producer.Values[0].Should().Be(36.6);
        again.ToArray<double>().Should().Equal(36.6, 0);
    }

    [Fact]
    public void A_producer_that_returns_nothing_is_named()
    {
        ((Action)(() => DlPack.AsDlPack(new Broken())))
            .Should().Throw<DlPackException>().WithMessage("*Broken*null*");
        ((Action)(() => DlPack.AsDlPack((IDlPackProducer)null!))).Should().Throw<ArgumentNullException>();
        ((Action)(() => DlPack.AsDlPack((DlPackObject)null!))).Should().Throw<ArgumentNullException>();
        ((Action)(() => DlPack.AsDlPack((DlPackObject)null!, [1]))).Should().Throw<ArgumentNullException>();
    }

    private sealed class Thermometer : IDlPackProducer
    {
        public double[] Values { get; } = new double[2];

        public DlPackObject AsDlPack() => DlPack.AsDlPack(Values);
    }

    private sealed class Broken : IDlPackProducer
    {
        public DlPackObject AsDlPack() => null!;
    }
}
