using System.Buffers;
using System.Runtime.CompilerServices;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Lifetime;

/// <summary>Memory that a tensor gives out keeps the tensor's memory alive by itself.</summary>
public sealed unsafe class MemoryViewTests : LeakCheckedTests
{
    private readonly CountedMemory _memory = new();

    [Fact]
    public void Memory_outlives_the_object_and_releases_once_it_is_collected()
    {
        Use();
        Collect.Everything();
        _memory.Releases.Should().Be(1);

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Use()
        {
            DlPackObject tensor = _memory.Lend();
            Memory<float> view = tensor.AsMemory<float>();
            tensor.Dispose();
            Collect.Everything();
            _memory.Releases.Should().Be(0);
            view.Span[5].Should().Be(5);
            view.Span[5] = 50;
            _memory.Elements[5].Should().Be(50);
            GC.KeepAlive(view);
        }
    }

    [Fact]
    public void A_slice_keeps_the_whole_alive()
    {
        Use();
        Collect.Everything();
        _memory.Releases.Should().Be(1);

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Use()
        {
            ReadOnlyMemory<float> slice = Slice();
            Collect.Everything();
            slice.ToArray().Should().Equal(4, 5);
            GC.KeepAlive(slice);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        ReadOnlyMemory<float> Slice()
        {
            using DlPackObject tensor = _memory.Lend();
            return tensor.AsReadOnlyMemory<float>().Slice(4);
        }
    }

    [Fact]
    public void A_pinned_handle_keeps_the_memory_alive_until_it_is_disposed()
    {
        UseHandle();
        Collect.Everything();
        _memory.Releases.Should().Be(1);

        [MethodImpl(MethodImplOptions.NoInlining)]
        void UseHandle()
        {
            using MemoryHandle handle = Pin();
            Collect.Everything();
            _memory.Releases.Should().Be(0);
            ((float*)handle.Pointer)[0].Should().Be(2, "it was pinned from element 2 on");
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        MemoryHandle Pin()
        {
            using DlPackObject tensor = _memory.Lend();
            return tensor.AsMemory<float>().Slice(2).Pin();
        }
    }

    [Fact]
    public void Memory_over_an_array_is_the_array_and_holds_nothing()
    {
        float[] array = [0, 1, 2, 3, 4, 5];
        Memory<float> view;
        using (DlPackObject tensor = DlPack.AsDlPack(array, [2], offset: 4))
        {
            view = tensor.AsMemory<float>();
        }

        Live.Should().Be(default(LiveCounts));
        view.ToArray().Should().Equal(4, 5);
        view.Span[0] = 40;
        array[4].Should().Be(40);
    }

    [Fact]
    public void Memory_of_another_type_over_an_array_follows_the_array_when_it_moves()
    {
        int[][] arrays = Collect.ArraysAmidGarbage<int>(50, 16);
        Memory<uint>[] views = [.. arrays.Select(array =>
        {
            using DlPackObject tensor = DlPack.AsDlPack(array, DLDataType.UInt32);
            return tensor.AsMemory<uint>();
        })];
        Collect.Compacting();

        for (int i = 0; i < arrays.Length; i++)
        {
            views[i].Span[15] = uint.MaxValue;
            arrays[i][15].Should().Be(-1);
        }
    }

    [Fact]
    public void Memory_over_a_disposed_object_is_refused()
    {
        DlPackObject tensor = _memory.Lend();
        tensor.Dispose();

        Action act = () => tensor.AsMemory<float>();

        act.Should().Throw<ObjectDisposedException>();
    }
}
