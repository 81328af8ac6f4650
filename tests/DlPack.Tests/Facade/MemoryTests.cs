using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

public sealed unsafe class MemoryTests : LeakChecked
{
    [Fact]
    public void Memory_over_an_array_is_lent_where_it_lies()
    {
        float[] array = [0, 1, 2, 3, 4, 5, 6];
        using DlPackObject dl = DlPack.AsDlPack(array.AsMemory(1, 6), shape: [2, 3]);
        using var borrowed = new Borrowed(dl);

        borrowed.Elements<float>().Should().Equal(1, 2, 3, 4, 5, 6);
        borrowed.At<float>(5) = 60;
        array[6].Should().Be(60);
        borrowed.Flags.Should().Be(DLPackFlags.None);
    }

    [Fact]
    public void Memory_takes_strides_dtype_and_offset()
    {
        ushort[] array = [9, 0, 1, 2, 3, 4, 5];
        using DlPackObject dl = DlPack.AsDlPack(
            array.AsMemory(1), shape: [2, 2], strides: [-2, 1], dtype: DLDataType.BFloat16, offset: 4);

        dl.DType.Should().Be(DLDataType.BFloat16);
        dl.ToArray<ushort>().Should().Equal(4, 5, 2, 3);
    }

    [Fact]
    public void Memory_may_not_reach_beyond_itself_although_the_array_goes_on()
    {
        Memory<int> middle = new int[10].AsMemory(3, 4);

        ((Action)(() => DlPack.AsDlPack(middle, [5]))).Should().Throw<ArgumentException>().WithMessage("*4 elements*");
        ((Action)(() => DlPack.AsDlPack(middle, [2], [-1], offset: 0))).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Read_only_memory_is_flagged_as_such()
    {
        ReadOnlyMemory<int> memory = new[] { 1, 2, 3, 4 };
        using DlPackObject dl = DlPack.AsDlPack(memory);
        using DlPackObject shaped = DlPack.AsDlPack(memory, [2, 2], strides: [1, 2]);
        using var borrowed = new Borrowed(shaped);

        dl.IsReadOnly.Should().BeTrue();
        dl.AsReadOnlySpan<int>().ToArray().Should().Equal(1, 2, 3, 4);
        borrowed.Flags.Should().Be(DLPackFlags.ReadOnly);
        borrowed.Elements<int>().Should().Equal(1, 3, 2, 4);
    }

    [Fact]
    public void A_text_is_lent_without_copying_as_read_only_numbers()
    {
        string text = new('x', 5);
        using DlPackObject dl = DlPack.AsDlPack(text.AsMemory(1, 3));
        using var borrowed = new Borrowed(dl.Dlpack(copy: false));

        borrowed.DType.Should().Be(DLDataType.UInt16);
        borrowed.Flags.Should().Be(DLPackFlags.ReadOnly);
        borrowed.Elements<char>().Should().Equal('x', 'x', 'x');
        fixed (char* start = text)
        {
            borrowed.Data.Should().Be((nint)(start + 1));
        }
    }

    [Fact]
    public void Memory_of_a_manager_is_pinned_by_the_manager_while_it_is_seen()
    {
        using var manager = new CountingManager<double>(4);
        using (DlPackObject dl = DlPack.AsDlPack(manager.Memory.Slice(1), shape: [3]))
        {
            manager.Pins.Should().Be(0);
            using (var borrowed = new Borrowed(dl))
            {
                using var second = new Borrowed(dl);
                Live.Pins.Should().Be(1, "the buffer is kept in place once for both");
                manager.Pins.Should().Be(1);
                borrowed.At<double>(2) = 7;
            }

            manager.Pins.Should().Be(0);
            manager.Memory.Span[3].Should().Be(7);
            dl.AsSpan<double>()[0] = 5;
            manager.Memory.Span[1].Should().Be(5);
        }

        manager.Pins.Should().Be(0);
        manager.Disposals.Should().Be(0, "memory alone does not give the manager away");
    }

    [Fact]
    public void An_array_segment_is_lent_where_it_lies()
    {
        int[] array = [0, 1, 2, 3, 4, 5];
        using DlPackObject flat = DlPack.AsDlPack(new ArraySegment<int>(array, 2, 3));
        using DlPackObject shaped = DlPack.AsDlPack(new ArraySegment<int>(array, 1, 4), [2, 2], offset: 0);

        flat.AsSpan<int>().ToArray().Should().Equal(2, 3, 4);
        shaped.AsSpan<int>().ToArray().Should().Equal(1, 2, 3, 4);
        flat.AsSpan<int>()[0] = 20;
        array[2].Should().Be(20);
        ((Action)(() => DlPack.AsDlPack(new ArraySegment<int>(array, 1, 4), [5]))).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Buffers_of_nothing_are_empty_tensors()
    {
        using DlPackObject memory = DlPack.AsDlPack(Memory<int>.Empty);
        using DlPackObject readOnly = DlPack.AsDlPack(default(ReadOnlyMemory<char>));
        using DlPackObject text = DlPack.AsDlPack("".AsMemory());
        using DlPackObject segment = DlPack.AsDlPack(default(ArraySegment<float>));
        using DlPackObject array = DlPack.AsDlPack(Array.Empty<byte>());
        using DlPackObject span = DlPack.AsDlPack(ReadOnlySpan<double>.Empty);

        foreach (DlPackObject empty in new[] { memory, readOnly, text, segment, array, span })
        {
            using var borrowed = new Borrowed(empty);
            borrowed.Shape.Should().Equal(0);
            borrowed.Data.Should().Be(0);
        }
    }
}
