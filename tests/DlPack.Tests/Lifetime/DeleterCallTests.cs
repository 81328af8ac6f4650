using System.Runtime.CompilerServices;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Lifetime;

/// <summary>However an export ends, the memory behind it is released once.</summary>
public sealed unsafe class DeleterCallTests : LeakCheckedTests
{
    private static readonly DLPackVersion Legacy = new(0, 0);

    private const int LongChain = 20_000;

    private readonly CountedMemory _memory = new();

    public static TheoryData<bool> BothStructs => [true, false];

    [Fact]
    public void Disposing_an_object_that_lent_nothing_releases_at_once_and_only_once()
    {
        DlPackObject tensor = _memory.Lend();
        _memory.Releases.Should().Be(0);

        tensor.Dispose();
        _memory.Releases.Should().Be(1);

        tensor.Dispose();
        _memory.Releases.Should().Be(1);
    }

    [Fact]
    public void A_forgotten_object_is_released_by_its_finalizer_and_not_before()
    {
        Forget(() => _ = _memory.Lend());
        _memory.Releases.Should().Be(0);

        Collect.Everything();

        _memory.Releases.Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(BothStructs))]
    public void The_deleter_of_a_consumed_tensor_releases(bool versioned)
    {
        nint tensor;
        using (DlPackObject lender = _memory.Lend())
        using (DlPackCapsule capsule = Lend(lender, versioned))
        {
            tensor = capsule.Consume();
        }

        Collect.Everything();
        _memory.Releases.Should().Be(0, "the consumer has not called the deleter");

        Delete(tensor, versioned);
        _memory.Releases.Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(BothStructs))]
    public void A_tensor_that_came_back_in_is_released_when_its_object_is_disposed(bool versioned)
    {
        using DlPackObject lender = _memory.Lend();
        DlPackObject back = DlPack.FromDlpack(Lend(lender, versioned));
        lender.Dispose();
        back.AsReadOnlySpan<float>().ToArray().Should().Equal(0, 1, 2, 3, 4, 5);
        _memory.Releases.Should().Be(0);

        back.Dispose();
        back.Dispose();

        _memory.Releases.Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(BothStructs))]
    public void A_tensor_that_came_back_in_and_was_forgotten_is_released_by_finalizers(bool versioned)
    {
        Forget(() =>
        {
            using DlPackObject lender = _memory.Lend();
            _ = DlPack.FromDlpack(Lend(lender, versioned));
        });
        _memory.Releases.Should().Be(0);

        Collect.Everything();

        _memory.Releases.Should().Be(1);
    }

    [Fact]
    public void A_failed_import_has_called_the_deleter_of_a_versioned_tensor()
    {
        DLManagedTensorVersioned* tensor = ExportAndDispose();
        tensor->dl_tensor.ndim = -1;

        Action import = () => DlPack.FromDlpack(tensor);

        import.Should().Throw<DlPackException>().WithMessage("*ndim is -1*");
        _memory.Releases.Should().Be(1);
    }

    [Fact]
    public void A_failed_import_has_called_the_deleter_of_a_legacy_tensor()
    {
        DLManagedTensor* tensor;
        using (DlPackObject lender = _memory.Lend())
        {
            tensor = DlPack.ExportLegacy(lender);
        }

        tensor->dl_tensor.dtype.lanes = 0;

        Action import = () => DlPack.FromDlpack(tensor);

        import.Should().Throw<DlPackException>();
        _memory.Releases.Should().Be(1);
    }

    [Fact]
    public void An_import_of_another_major_version_has_called_the_deleter()
    {
        DLManagedTensorVersioned* tensor = ExportAndDispose();
        tensor->version.major = 2;

        Action import = () => DlPack.FromDlpack(tensor);

        import.Should().Throw<DlPackException>().WithMessage("*2.3*");
        _memory.Releases.Should().Be(1);
    }

    [Fact]
    public void A_chain_of_imports_and_exports_releases_once_at_its_end()
    {
        DlPackObject link = _memory.Lend();
        for (int i = 0; i < 20; i++)
        {
            DlPackObject next = DlPack.FromDlpack(Lend(link, versioned: i % 2 == 0));
            link.Dispose();
            link = next;
        }

        Live.Imports.Should().Be(20);
        _memory.Releases.Should().Be(0);

        link.Dispose();

        _memory.Releases.Should().Be(1);
        Live.Imports.Should().Be(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_long_chain_of_imports_and_exports_is_released_as_a_whole_on_little_stack(bool disposed)
    {
        int releases = 0;
        OnLittleStack(() =>
        {
            DlPackObject link = _memory.Lend();
            for (int i = 0; i < LongChain; i++)
            {
                DlPackObject next = DlPack.FromDlpack(Lend(link, versioned: i % 2 == 0));
                link.Dispose();
                link = next;
            }

            if (disposed)
            {
                link.Dispose();
                releases = _memory.Releases;
            }
        });

        // Before Dispose returns; what is forgotten, on the finalizer's thread.
        releases.Should().Be(disposed ? 1 : 0);
        Collect.Everything();
        _memory.Releases.Should().Be(1);
    }

    [Fact]
    public void A_long_chain_of_owners_that_dispose_each_other_is_released_as_a_whole_on_little_stack()
    {
        int releases = 0;
        OnLittleStack(() =>
        {
            DlPackObject link = _memory.Lend();
            for (int i = 0; i < LongChain; i++)
            {
                link = _memory.Lend(DlPackOwner.FromDisposable(link));
            }

            link.Dispose();
            releases = _memory.Releases;
        });

        releases.Should().Be(1);
    }

    [Fact]
    public void A_release_that_fails_deep_in_a_chain_keeps_nothing_from_being_released()
    {
        const int Branches = 100;
        using var failures = new ReleaseFailures();
        var memories = new CountedMemory[Branches];
        DlPackObject link = _memory.Lend();
        for (int i = 0; i < Branches; i++)
        {
            DlPackObject inner = link;
            memories[i] = new CountedMemory();
            DlPackObject branch = memories[i].Lend();
            link = _memory.Lend(DlPackOwner.FromCallback(() =>
            {
                inner.Dispose();
                branch.Dispose();
                throw new InvalidOperationException("fails");
            }));
        }

        link.Dispose();

        _memory.Releases.Should().Be(1);
        memories.Should().AllSatisfy(memory => memory.Releases.Should().Be(1));
        failures.Seen.Should().HaveCount(Branches);
    }

    private static void OnLittleStack(Action action)
    {
        var thread = new Thread(() => action(), maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();
    }

    private static DlPackCapsule Lend(DlPackObject tensor, bool versioned) =>
        tensor.Dlpack(maxVersion: versioned ? null : Legacy);

    private static void Delete(nint tensor, bool versioned)
    {
        if (versioned)
        {
            ((DLManagedTensorVersioned*)tensor)->deleter((DLManagedTensorVersioned*)tensor);
        }
        else
        {
            ((DLManagedTensor*)tensor)->deleter((DLManagedTensor*)tensor);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(Action action) => action();

    private DLManagedTensorVersioned* ExportAndDispose()
    {
        using DlPackObject lender = _memory.Lend();
        return DlPack.Export(lender);
    }
}
