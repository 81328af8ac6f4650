using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Native;

/// <summary>Tensors that must be refused: an exception that says why, and one call of the deleter.</summary>
public sealed unsafe class ImportFaultTests : PeerLeakCheckedTests
{
    /// <summary>What the message must name, for whoever has to mend the producer.</summary>
    public static TheoryData<PeerFault, string> Faults => new()
    {
        { PeerFault.NegativeNdim, "ndim is -1" },
        { PeerFault.HugeNdim, "ndim is 2147483647" },
        { PeerFault.NullShape, "shape is null" },
        { PeerFault.NegativeExtent, "negative extent -3" },
        { PeerFault.OverflowingExtents, "[4294967296, 4294967296]" },
        { PeerFault.OverflowingBytes, "beyond what can be addressed" },
        { PeerFault.OverflowingStrides, "9223372036854775807" },
        { PeerFault.OverflowingByteOffset, "18446744073709551615" },
        { PeerFault.ZeroBits, "0 bits" },
        { PeerFault.ZeroLanes, "0 lanes" },
        { PeerFault.NullData, "address is 0" },
    };

    [Fact]
    public void There_is_a_message_for_each_fault() =>
        Faults.Should().HaveCount(Enum.GetValues<PeerFault>().Length);

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_versioned_tensor_is_refused_and_deleted_once(PeerFault fault, string words)
    {
        DLManagedTensorVersioned* lent = NativePeer.BadVersioned(fault);

        Action import = () => DlPack.FromDlpack(lent);

        import.Should().Throw<DlPackException>().WithMessage("*" + words + "*has been released*");
        PeerDeletions.Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_legacy_tensor_is_refused_and_deleted_once(PeerFault fault, string words)
    {
        DLManagedTensor* lent = NativePeer.BadLegacy(fault);

        Action import = () => DlPack.FromDlpack(lent);

        import.Should().Throw<DlPackException>().WithMessage("*" + words + "*has been released*");
        PeerDeletions.Should().Be(1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(uint.MaxValue)]
    public void Of_another_major_version_nothing_but_the_deleter_is_used(uint major)
    {
        DLManagedTensorVersioned* lent = NativePeer.Versioned(new PeerTensor
        {
            Shape = [2, 3],
            Version = new DLPackVersion(major, 1),
            PoisonsAfterFlags = true,
        });

        Action import = () => DlPack.FromDlpack(lent);

        import.Should().Throw<DlPackException>().WithMessage($"*version {major}.1*max_version*released*");
        PeerDeletions.Should().Be(1);
    }

    [Fact]
    public void A_refused_tensor_without_a_deleter_is_left_alone()
    {
        DLManagedTensorVersioned* major = NativePeer.Versioned(new PeerTensor
        {
            Shape = [2, 3],
            Version = new DLPackVersion(2, 0),
            SendsNullDeleter = true,
        });
        DLManagedTensorVersioned* faulty = NativePeer.Versioned(
            new PeerTensor { Shape = [2, 3], SendsNullDeleter = true });
        faulty->dl_tensor.ndim = -1;

        Action ofAnotherMajor = () => DlPack.FromDlpack(major);
        Action ofFaulty = () => DlPack.FromDlpack(faulty);

        ofAnotherMajor.Should().Throw<DlPackException>();
        ofFaulty.Should().Throw<DlPackException>();
        PeerDeletions.Should().Be(0);
        NativePeer.Discard(major);
        NativePeer.Discard(faulty);
    }

    [Fact]
    public void A_null_pointer_is_refused()
    {
        Action versioned = () => DlPack.FromDlpack((DLManagedTensorVersioned*)null);
        Action legacy = () => DlPack.FromDlpack((DLManagedTensor*)null);

        versioned.Should().Throw<ArgumentNullException>();
        legacy.Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void A_thousand_refusals_leave_nothing_behind()
    {
        for (int i = 0; i < 1000; i++)
        {
            PeerFault fault = (PeerFault)(i % Enum.GetValues<PeerFault>().Length);
            DLManagedTensorVersioned* lent = NativePeer.BadVersioned(fault);
            Action import = () => DlPack.FromDlpack(lent);
            import.Should().Throw<DlPackException>();
        }

        PeerDeletions.Should().Be(1000);
        Live.Should().Be(default(LiveCounts));
    }
}
