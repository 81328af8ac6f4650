using System.Numerics;
using DlPackNet.Interop;
using DlPackNet.Tests.Lifetime;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Native;

/// <summary>
/// Whatever is lent, a strict consumer in C finds nothing to complain about, and reads the right values.
/// </summary>
public sealed unsafe class ExportSourceTests : PeerLeakCheckedTests
{
    private static readonly float[] Ramp = [0, 1, 2, 3, 4, 5];

    /// <summary>Tensors of 0, 1, 2, 3, 4, 5 from every kind of buffer.</summary>
    private static readonly Dictionary<string, Func<DlPackObject>> Sources = new()
    {
        ["array"] = () => DlPack.AsDlPack(Ramp),
        ["array with shape"] = () => DlPack.AsDlPack(Ramp, [2, 1, 3]),
        ["array of rank 2"] = () => DlPack.AsDlPack(new short[,] { { 0, 1, 2 }, { 3, 4, 5 } }),
        ["array of rank 3"] = () => DlPack.AsDlPack(new byte[,,] { { { 0, 1 }, { 2, 3 }, { 4, 5 } } }),
        ["array of rank 4"] = () =>
            DlPack.AsDlPack(new long[,,,] { { { { 0 }, { 1 }, { 2 } }, { { 3 }, { 4 }, { 5 } } } }),
        ["array of rank 5"] = () => DlPack.AsDlPack((Array)new int[,,,,] { { { { { 0, 1, 2, 3, 4, 5 } } } } }),
        ["array of enums"] = () => DlPack.AsDlPack(Enumerable.Range(0, 6).Select(i => (DayOfWeek)i).ToArray()),
        ["array of chars"] = () => DlPack.AsDlPack("\0\u0001\u0002\u0003\u0004\u0005".ToCharArray()),
        ["array of halves"] = () => DlPack.AsDlPack(Ramp.Select(value => (Half)value).ToArray()),
        ["array of vectors"] = () => DlPack.AsDlPack(new[] { new Vector3(0, 1, 2), new Vector3(3, 4, 5) }),
        ["array as bfloat16"] = () => DlPack.AsDlPack(
            Ramp.Select(value => (ushort)(BitConverter.SingleToInt32Bits(value) >> 16)).ToArray(), DLDataType.BFloat16),
        ["segment"] = () => DlPack.AsDlPack(new ArraySegment<double>([9, 0, 1, 2, 3, 4, 5, 9], 1, 6)),
        ["memory"] = () => DlPack.AsDlPack(new Memory<uint>([9, 9, 0, 1, 2, 3, 4, 5], 2, 6)),
        ["read-only memory"] = () => DlPack.AsDlPack((ReadOnlyMemory<float>)Ramp),
        ["string"] = () => DlPack.AsDlPack("x\0\u0001\u0002\u0003\u0004\u0005".AsMemory(1)),
        ["owned memory"] = Owned,
        ["span"] = () => DlPack.AsDlPack<float>(Ramp.AsSpan()),
        ["pointer"] = () => new CountedMemory().Lend(),
        ["allocation"] = Allocated,
        ["view"] = () => DlPack.AsDlPack(DlPack.AsDlPack(new float[] { 9, 0, 1, 2, 3, 4, 5 }), [6], offset: 1),
        ["import"] = () =>
            DlPack.FromDlpack(NativePeer.Versioned(new PeerTensor { Shape = [3, 2], DType = DLDataType.Int16 })),
        ["legacy import"] = () => DlPack.FromDlpack(NativePeer.Legacy(new PeerTensor { Shape = [6], ByteOffset = 8 })),
        ["second object"] = () => DlPack.AsDlPack(DlPack.AsDlPack(Ramp)),
    };

    public static TheoryData<string> SourceNames => [.. Sources.Keys];

    [Theory]
    [MemberData(nameof(SourceNames))]
    public void In_a_versioned_struct(string source)
    {
        DLManagedTensorVersioned* lent;
        using (DlPackObject tensor = Sources[source]())
        {
            lent = DlPack.Export(tensor);
            ((nint)lent->dl_tensor.data).Should().Be(tensor.Data, "nothing is copied");
            (lent->flags & DLPackFlags.ReadOnly).Should().Be(tensor.IsReadOnly ? DLPackFlags.ReadOnly : 0);
        }

        Collect.Compacting();
        NativePeer.Complaint(lent).Should().BeNull();
        CheckValues(&lent->dl_tensor);
        NativePeer.DeleteOnThread(lent);
    }

    [Theory]
    [MemberData(nameof(SourceNames))]
    public void In_a_legacy_struct(string source)
    {
        DLManagedTensor* lent;
        using (DlPackObject tensor = Sources[source]())
        {
            lent = DlPack.ExportLegacy(tensor);
            ((nint)lent->dl_tensor.data == tensor.Data)
                .Should().Be(!tensor.IsReadOnly, "only read-only data is copied");
        }

        Collect.Compacting();
        NativePeer.Complaint(lent).Should().BeNull();
        CheckValues(&lent->dl_tensor);
        NativePeer.DeleteOnThread(lent);
    }

    [Theory]
    [MemberData(nameof(SourceNames))]
    public void As_a_copy(string source)
    {
        using DlPackObject tensor = Sources[source]();
        var lent = (DLManagedTensorVersioned*)tensor.Dlpack(copy: true).Consume();

        NativePeer.Complaint(lent).Should().BeNull();
        CheckValues(&lent->dl_tensor);
        lent->flags.Should().Be(DLPackFlags.IsCopied);
        ((nint)lent->dl_tensor.data).Should().NotBe(tensor.Data);
        NativePeer.Delete(lent);
    }

    [Fact]
    public void A_span_is_lent_for_the_length_of_a_call()
    {
        Span<int> span = [9, 0, 1, 2, 3, 4, 5];
        double sum = 0;

        DlPack.Lend(span.Slice(1), tensor =>
        {
            sum = NativePeer.Sum(tensor);
            NativePeer.Write(tensor, 5, 50);
        });

        sum.Should().Be(15);
        span[6].Should().Be(50);
    }

    private static void CheckValues(DLTensor* tensor)
    {
        NativePeer.Count(tensor).Should().Be(6);
        for (int i = 0; i < 6; i++)
        {
            NativePeer.Read(tensor, i).Should().Be(i);
        }

        NativePeer.Sum(tensor).Should().Be(15);
    }

    private static DlPackObject Owned()
    {
        var owner = new CountedOwner<float>(6);
        Ramp.CopyTo(owner.Memory);
        return DlPack.AsDlPack(owner, [3, 2]);
    }

    private static DlPackObject Allocated()
    {
        DlPackObject tensor = DlPack.Allocate<float>([2, 3]);
        Ramp.CopyTo(tensor.AsSpan<float>());
        return tensor;
    }
}
