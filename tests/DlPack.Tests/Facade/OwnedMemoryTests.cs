using System.Buffers;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>An <see cref="IMemoryOwner{T}"/> is taken over and disposed once, when the last borrower is done.</summary>
public sealed class OwnedMemoryTests : LeakChecked
{
    [Fact]
    public void The_owner_is_disposed_with_the_only_borrower()
    {
        var owner = new CountingManager<float>(6);
        DlPackObject dl = DlPack.AsDlPack((IMemoryOwner<float>)owner, shape: [2, 3]);

        dl.AsSpan<float>()[5] = 1;
        owner.Memory.Span[5].Should().Be(1);
        owner.Disposals.Should().Be(0);
        dl.Dispose();
        dl.Dispose();
        owner.Disposals.Should().Be(1);
        owner.Pins.Should().Be(0);
    }

    [Fact]
    public void The_owner_waits_for_the_last_of_many_borrowers()
    {
        var owner = new CountingManager<int>(4);
        DlPackObject dl = DlPack.AsDlPack((IMemoryOwner<int>)owner);
        DlPackObject second = DlPack.AsDlPack(dl);
        DlPackObject view = DlPack.AsDlPack(dl, [2], offset: 1);
        DlPackCapsule capsule = dl.Dlpack();
        var borrowed = new Borrowed(dl);

        dl.Dispose();
        second.Dispose();
        capsule.Dispose();
        view.Dispose();
        owner.Disposals.Should().Be(0);
        borrowed.At<int>(3) = 4;
        borrowed.Dispose();
        owner.Disposals.Should().Be(1);
    }

    [Fact]
    public void The_owner_waits_for_memory_that_was_given_out()
    {
        var owner = new CountingManager<int>(4);
        LeaveTheRestToFinalizers();
        UseMemory(owner);

        LiveAfterFinalizers().Should().Be(default(LiveCounts));
        owner.Disposals.Should().Be(1);
    }

    [Fact]
    public void The_owner_stays_with_the_caller_if_the_call_fails()
    {
        using var owner = new CountingManager<int>(4);

        ((Action)(() => DlPack.AsDlPack((IMemoryOwner<int>)owner, [5]))).Should().Throw<ArgumentException>();
        ((Action)(() => DlPack.AsDlPack((IMemoryOwner<int>)owner, DLDataType.Float64)))
            .Should().Throw<ArgumentException>();
        owner.Disposals.Should().Be(0);
        owner.Memory.Span[3] = 1;
    }

    [Fact]
    public void Pooled_memory_is_shaped_to_the_part_that_is_used()
    {
        IMemoryOwner<byte> owner = MemoryPool<byte>.Shared.Rent(10);
        using DlPackObject dl = DlPack.AsDlPack(owner, shape: [10], dtype: DLDataType.Float8E5M2);

        dl.Length.Should().Be(10);
        dl.DType.Should().Be(DLDataType.Float8E5M2);
        dl.IsReadOnly.Should().BeFalse();
        dl.Dispose();
        ((Action)(() => _ = owner.Memory)).Should().Throw<ObjectDisposedException>("the buffer went back to the pool");
    }

    [Fact]
    public void An_owner_that_throws_is_reported_and_harms_nobody()
    {
        var reported = new List<Exception>();
        DlPackDiagnostics.ReleaseFailed += reported.Add;
        try
        {
            DlPack.AsDlPack(new ThrowingOwner()).Dispose();
        }
        finally
        {
            DlPackDiagnostics.ReleaseFailed -= reported.Add;
        }

        reported.Should().ContainSingle().Which.Message.Should().Be("no way back");
    }

    private static void UseMemory(CountingManager<int> owner)
    {
        Memory<int> memory = TakeMemory(owner);
        LiveCounts.AfterFinalizers();
        owner.Disposals.Should().Be(0);
        memory.Span[2] = 3;
        owner.GetSpan()[2].Should().Be(3);
        GC.KeepAlive(memory);
    }

    private static Memory<int> TakeMemory(CountingManager<int> owner)
    {
        using DlPackObject dl = DlPack.AsDlPack((IMemoryOwner<int>)owner);
        return dl.AsMemory<int>();
    }

    private sealed class ThrowingOwner : IMemoryOwner<int>
    {
        public Memory<int> Memory => new int[3];

        public void Dispose() => throw new NotSupportedException("no way back");
    }
}
