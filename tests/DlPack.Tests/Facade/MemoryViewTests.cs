using System.Buffers;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>Elements as memory that can be stored: it keeps the tensor's memory alive itself.</summary>
public sealed unsafe class MemoryViewTests : LeakChecked
{
    [Fact]
    public void Memory_over_an_array_is_memory_of_that_array()
    {
        int[] array = [0, 1, 2, 3];
        DlPackObject dl = DlPack.AsDlPack(array, [2], offset: 1);
        Memory<int> memory = dl.AsMemory<int>();
        dl.Dispose();

        memory.Span[1] = 20;
        array.Should().Equal(0, 1, 20, 3);
    }

    [Fact]
    public void Memory_keeps_the_tensor_alive_and_lets_go_when_it_is_collected()
    {
        LeaveTheRestToFinalizers();
        UseAfterDispose();

        LiveAfterFinalizers().Should().Be(default(LiveCounts));
    }

    [Fact]
    public void Memory_can_be_pinned_for_native_code()
    {
        LeaveTheRestToFinalizers();
        using DlPackObject dl = DlPack.AsDlPack(new int[2, 2]);
        Memory<int> memory = dl.AsMemory<int>();

        using (MemoryHandle handle = memory.Slice(1).Pin())
        {
            ((int*)handle.Pointer)[2] = 9;
            ((nint)handle.Pointer).Should().Be(dl.Data + 4);
        }

        dl.ToArray<int>().Should().Equal(0, 0, 0, 9);
    }

    [Fact]
    public void Memory_of_other_types_follows_the_rules_of_spans()
    {
        LeaveTheRestToFinalizers();
        using DlPackObject dl = DlPack.AsDlPack(new ushort[] { 1, 2 }, DLDataType.BFloat16);

        dl.AsMemory<short>().ToArray().Should().Equal(1, 2);
        dl.AsReadOnlyMemory<ushort>().ToArray().Should().Equal(1, 2);
        ((Action)(() => dl.AsMemory<int>())).Should().Throw<DlPackException>();
        ((Action)(() => dl.AsReadOnlyMemory<int>())).Should().Throw<DlPackException>();
    }

    [Fact]
    public void Memory_of_nothing_is_empty()
    {
        using DlPackObject dl = DlPack.Allocate<int>([2, 0]);

        dl.AsMemory<int>().IsEmpty.Should().BeTrue();
        dl.AsReadOnlyMemory<int>().IsEmpty.Should().BeTrue();
    }

    [Fact]
    public void Memory_of_a_text_is_read_only_memory()
    {
        LeaveTheRestToFinalizers();
        using DlPackObject dl = DlPack.AsDlPack("text".AsMemory());

        dl.AsReadOnlyMemory<char>().ToString().Should().Be("text");
        dl.AsReadOnlyMemory<ushort>().Span[0].Should().Be('t');
    }

    private static void UseAfterDispose()
    {
        Memory<float> memory = Take();
        LiveCounts.AfterFinalizers();
        memory.Span.Fill(2);
        memory.ToArray().Should().Equal(2, 2, 2, 2, 2, 2);
        GC.KeepAlive(memory);
    }

    private static Memory<float> Take()
    {
        using DlPackObject dl = DlPack.Allocate<float>([2, 3]);
        return dl.AsMemory<float>();
    }
}
