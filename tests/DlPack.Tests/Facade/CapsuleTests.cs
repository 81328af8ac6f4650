using System.Runtime.CompilerServices;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

public sealed unsafe class CapsuleTests : LeakChecked
{
    [Theory]
    [InlineData(1u, true, "dltensor_versioned", "used_dltensor_versioned")]
    [InlineData(0u, false, "dltensor", "used_dltensor")]
    public void A_capsule_has_the_names_of_the_protocol(uint major, bool versioned, string unused, string used)
    {
        using DlPackObject dl = DlPack.AsDlPack(new int[3]);
        using DlPackCapsule capsule = dl.Dlpack(maxVersion: new DLPackVersion(major, 0));

        capsule.IsVersioned.Should().Be(versioned);
        capsule.IsConsumed.Should().BeFalse();
        capsule.Name.Should().Be(unused);
        capsule.ToString().Should().Be(unused);

        using var borrowed = new Borrowed(capsule);
        capsule.IsConsumed.Should().BeTrue();
        capsule.Name.Should().Be(used);
        borrowed.Shape.Should().Equal(3);
    }

    [Fact]
    public void A_capsule_that_nobody_consumed_releases_its_tensor_once()
    {
        int releases = 0;
        DlPackObject dl = DlPack.AsDlPack(
            (nint)64, DLDataType.Int8, [4], owner: DlPackOwner.FromCallback(() => releases++));
        DlPackCapsule capsule = dl.Dlpack();

        dl.Dispose();
        Live.Should().Be(new LiveCounts(0, Capsules: 1, Blocks: 1, 0, 0, 0));
        releases.Should().Be(0);
        capsule.Dispose();
        capsule.Dispose();
        releases.Should().Be(1);
    }

    [Fact]
    public void A_consumed_capsule_does_nothing_when_disposed()
    {
        using DlPackObject dl = DlPack.AsDlPack((int[])[1, 2, 3]);
        DlPackCapsule capsule = dl.Dlpack();
        using var borrowed = new Borrowed(capsule);

        capsule.Dispose();

        borrowed.Elements<int>().Should().Equal(1, 2, 3);
        Live.Capsules.Should().Be(0);
        Live.Blocks.Should().Be(1);
    }

    [Fact]
    public void A_second_consumer_gets_an_exception()
    {
        using DlPackObject dl = DlPack.AsDlPack(new int[3]);
        using DlPackCapsule capsule = dl.Dlpack();
        using var borrowed = new Borrowed(capsule);

        ((Action)(() => capsule.Consume()))
            .Should().Throw<DlPackException>().WithMessage("*used_dltensor_versioned*consumed*Dlpack()*");
        ((Action)(() => DlPack.FromDlpack(capsule))).Should().Throw<DlPackException>();
        ((Action)(() => capsule.DangerousGetPointer())).Should().Throw<DlPackException>();
    }

    [Fact]
    public void A_disposed_capsule_cannot_be_consumed()
    {
        using DlPackObject dl = DlPack.AsDlPack(new int[3]);
        DlPackCapsule capsule = dl.Dlpack();
        capsule.Dispose();

        ((Action)(() => capsule.Consume())).Should().Throw<ObjectDisposedException>().WithMessage("*Dlpack()*");
        ((Action)(() => DlPack.FromDlpack(capsule))).Should().Throw<ObjectDisposedException>();
        ((Action)(() => capsule.DangerousGetPointer())).Should().Throw<ObjectDisposedException>();
        capsule.IsConsumed.Should().BeFalse();
    }

    [Fact]
    public void A_capsule_can_be_looked_into_without_consuming_it()
    {
        using DlPackObject dl = DlPack.AsDlPack((int[])[1, 2, 3]);
        using DlPackCapsule capsule = dl.Dlpack();
        var tensor = (DLManagedTensorVersioned*)capsule.DangerousGetPointer();

        tensor->dl_tensor.ndim.Should().Be(1);
        capsule.IsConsumed.Should().BeFalse();
        capsule.Consume().Should().Be((nint)tensor);
        tensor->deleter(tensor);
    }

    [Fact]
    public void A_forgotten_capsule_is_released_by_its_finalizer()
    {
        using DlPackObject dl = DlPack.Allocate<int>([3]);
        Forget(dl);

        LiveAfterFinalizers().Should().Be(new LiveCounts(Objects: 1, 0, 0, 0, Allocations: 1, 0));
    }

    [Fact]
    public void Of_many_consumers_at_once_one_succeeds()
    {
        using DlPackObject dl = DlPack.AsDlPack(new int[3]);
        for (int round = 0; round < 50; round++)
        {
            using DlPackCapsule capsule = dl.Dlpack();
            int consumed = 0;
            Parallel.For(0, 4, _ =>
            {
                try
                {
                    var tensor = (DLManagedTensorVersioned*)capsule.Consume();
                    Interlocked.Increment(ref consumed);
                    tensor->deleter(tensor);
                }
                catch (DlPackException)
                {
                }
            });
            consumed.Should().Be(1);
        }
    }

    [Fact]
    public void Each_capsule_has_a_struct_of_its_own()
    {
        using DlPackObject dl = DlPack.AsDlPack((int[])[1, 2]);
        using var first = new Borrowed(dl.Dlpack());
        using var second = new Borrowed(dl.Dlpack());

        ((nint)first.Tensor).Should().NotBe((nint)second.Tensor);
        first.Tensor->shape[0] = 1;
        second.Shape.Should().Equal(2);
        first.Data.Should().Be(second.Data);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(DlPackObject dl)
    {
        _ = dl.Dlpack();
        _ = dl.Dlpack(maxVersion: new DLPackVersion(0, 8));
    }
}
