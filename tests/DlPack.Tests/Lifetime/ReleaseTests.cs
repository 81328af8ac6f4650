using DlPackNet.Interop;
using DlPackNet.Tests.Native;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Lifetime;

/// <summary>Giving a tensor back from .NET does what its deleter does.</summary>
public sealed unsafe class ReleaseTests : LeakCheckedTests
{
    private readonly CountedMemory _memory = new();

    [Fact]
    public void A_versioned_tensor_of_this_library_is_released_once()
    {
        DLManagedTensorVersioned* tensor = Export(_memory.Lend());
        Live.Blocks.Should().Be(1);
        _memory.Releases.Should().Be(0);

        DlPack.Release(tensor);

        _memory.Releases.Should().Be(1);
        Live.Should().Be(default(LiveCounts));
    }

    [Fact]
    public void A_legacy_tensor_of_this_library_is_released_once()
    {
        DLManagedTensor* tensor = ExportLegacy(_memory.Lend());
        Live.Blocks.Should().Be(1);
        _memory.Releases.Should().Be(0);

        DlPack.Release(tensor);

        _memory.Releases.Should().Be(1);
        Live.Should().Be(default(LiveCounts));
    }

    [Fact]
    public void An_array_is_unpinned()
    {
        DLManagedTensorVersioned* plain = DlPack.Export(new float[6]);
        DLManagedTensor* legacy = DlPack.ExportLegacy(new float[6], [2, 3]);
        Live.Pins.Should().Be(2);

        DlPack.Release(plain);
        DlPack.Release(legacy);

        Live.Should().Be(default(LiveCounts));
    }

    [Fact]
    public void A_deleter_of_somebody_else_is_called_once()
    {
        int before = HandMadeTensor.DeleterCalls;
        float element = 1;

        DlPack.Release(HandMadeTensor.Versioned(&element, DLDataType.Float32));
        HandMadeTensor.DeleterCalls.Should().Be(before + 1);

        DlPack.Release(HandMadeTensor.Legacy(&element, DLDataType.Float32));
        HandMadeTensor.DeleterCalls.Should().Be(before + 2);
    }

    [Fact]
    public void Of_another_major_version_the_deleter_is_called_too()
    {
        int before = HandMadeTensor.DeleterCalls;
        float element = 1;
        DLManagedTensorVersioned* tensor = HandMadeTensor.Versioned(&element, DLDataType.Float32);
        tensor->version.major = 2;

        DlPack.Release(tensor);

        HandMadeTensor.DeleterCalls.Should().Be(before + 1);
    }

    [Fact]
    public void Without_a_deleter_there_is_nothing_to_do()
    {
        DLManagedTensorVersioned versioned = default;
        DLManagedTensor legacy = default;

        DlPack.Release(&versioned);
        DlPack.Release(&legacy);
    }

    [Fact]
    public void Null_is_nothing_to_release()
    {
        using var failures = new ReleaseFailures();

        DlPack.Release((DLManagedTensorVersioned*)null);
        DlPack.Release((DLManagedTensor*)null);

        failures.Seen.Should().BeEmpty();
    }

    [Fact]
    public void An_owner_that_throws_is_reported_as_by_the_deleter()
    {
        using var failures = new ReleaseFailures();

        DlPack.Release(Export(Faulty("versioned")));
        DlPack.Release(ExportLegacy(Faulty("legacy")));

        failures.Seen.Select(e => e.Message).Should().Equal("versioned", "legacy");
        _memory.Releases.Should().Be(2);

        DlPackObject Faulty(string message) => _memory.Lend(DlPackOwner.FromCallback(() =>
        {
            _memory.Release();
            throw new InvalidOperationException(message);
        }));
    }

    [Fact]
    public void Another_thread_than_the_one_that_lent_may_release()
    {
        nint tensor = (nint)Export(_memory.Lend());
        var thread = new Thread(() => DlPack.Release((DLManagedTensorVersioned*)tensor));
        thread.Start();
        thread.Join();

        _memory.Releases.Should().Be(1);
    }

    private static DLManagedTensorVersioned* Export(DlPackObject lender)
    {
        using (lender)
        {
            return DlPack.Export(lender);
        }
    }

    private static DLManagedTensor* ExportLegacy(DlPackObject lender)
    {
        using (lender)
        {
            return DlPack.ExportLegacy(lender);
        }
    }
}
