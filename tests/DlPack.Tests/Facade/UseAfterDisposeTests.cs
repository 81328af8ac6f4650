using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>Every member that touches the memory says that it is gone, whatever the memory was.</summary>
public sealed unsafe class UseAfterDisposeTests : LeakChecked
{
    public static TheoryData<string> Uses => [.. Members.Keys];

    private static Dictionary<string, Action<DlPackObject>> Members { get; } = new()
    {
        ["Data"] = dl => _ = dl.Data,
        ["AsSpan"] = dl => dl.AsSpan<int>(),
        ["AsReadOnlySpan"] = dl => dl.AsReadOnlySpan<int>(),
        ["AsMemory"] = dl => dl.AsMemory<int>(),
        ["AsReadOnlyMemory"] = dl => dl.AsReadOnlyMemory<int>(),
        ["CopyTo a span"] = dl => dl.CopyTo(new int[4].AsSpan()),
        ["CopyTo a tensor"] = dl => CopyOut(dl),
        ["CopyTo it"] = dl => CopyIn(dl),
        ["ToArray"] = dl => dl.ToArray<int>(),
        ["ToArray2D"] = dl => dl.ToArray2D<int>(),
        ["Copy"] = dl => dl.Copy(),
        ["AsDlPack"] = dl => dl.AsDlPack(),
        ["DlPack.AsDlPack"] = dl => DlPack.AsDlPack(dl),
        ["a view"] = dl => DlPack.AsDlPack(dl, [4]),
        ["a producer"] = dl => DlPack.AsDlPack((IDlPackProducer)dl),
        ["Dlpack"] = dl => dl.Dlpack(),
        ["a legacy Dlpack"] = dl => dl.Dlpack(maxVersion: new DLPackVersion(0, 8)),
        ["a copying Dlpack"] = dl => dl.Dlpack(copy: true),
        ["Export"] = dl => DlPack.Export(dl),
        ["ExportLegacy"] = dl => DlPack.ExportLegacy(dl),
    };

    [Theory]
    [MemberData(nameof(Uses))]
    public void A_disposed_tensor_says_so(string use)
    {
        DlPackObject[] tensors =
        [
            DlPack.AsDlPack(new int[2, 2]),
            DlPack.AsDlPack(new CountingManager<int>(4).Memory, [2, 2]),
            DlPack.Allocate<int>([2, 2]),
            DlPack.FromDlpack(DlPack.Export(new int[4], [2, 2])),
            DlPack.AsDlPack((nint)64, DLDataType.Int32, [2, 2]),
        ];
        foreach (DlPackObject dl in tensors)
        {
            dl.Dispose();
            dl.Dispose();
            Members[use].Invoking(member => member(dl)).Should().Throw<ObjectDisposedException>()
                .WithMessage("*The tensor has been disposed*AsDlPack(DlPackObject)*");
        }
    }

    [Fact]
    public void What_does_not_touch_the_memory_can_still_be_asked()
    {
        DlPackObject dl = DlPack.AsDlPack(new int[2, 3]);
        dl.Dispose();

        dl.Shape.ToArray().Should().Equal(2, 3);
        dl.Strides.ToArray().Should().Equal(3, 1);
        dl.DType.Should().Be(DLDataType.Int32);
        dl.DlpackDevice().Should().Be(DLDevice.Cpu);
        dl.Length.Should().Be(6);
        dl.ToString().Should().Contain("disposed");
    }

    [Fact]
    public void An_empty_tensor_is_gone_too()
    {
        DlPackObject dl = DlPack.Allocate<int>([2, 0]);
        dl.Dispose();

        foreach (Action<DlPackObject> member in Members.Where(pair => pair.Key != "a view").Select(pair => pair.Value))
        {
            member.Invoking(use => use(dl)).Should().Throw<Exception>()
                .Where(e => e is ObjectDisposedException || e is ArgumentException);
        }

        ((Action)(() => _ = dl.Data)).Should().Throw<ObjectDisposedException>();
        ((Action)(() => dl.AsSpan<int>())).Should().Throw<ObjectDisposedException>();
        ((Action)(() => dl.ToArray<int>())).Should().Throw<ObjectDisposedException>();
    }

    private static void CopyOut(DlPackObject dl)
    {
        using DlPackObject other = DlPack.AsDlPack(new int[2, 2]);
        dl.CopyTo(other);
    }

    private static void CopyIn(DlPackObject dl)
    {
        using DlPackObject other = DlPack.AsDlPack(new int[2, 2]);
        other.CopyTo(dl);
    }
}
