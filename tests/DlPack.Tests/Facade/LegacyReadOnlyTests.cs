using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>The legacy struct cannot say read-only, so read-only data goes out as a copy by default.</summary>
public sealed unsafe class LegacyReadOnlyTests : LeakChecked
{
    private static readonly DLPackVersion Legacy = new(0, 8);

    [Fact]
    public void Read_only_data_goes_to_a_legacy_consumer_as_a_copy()
    {
        int[] array = [1, 2, 3];
        using DlPackObject dl = DlPack.AsDlPack((ReadOnlyMemory<int>)array);
        using var borrowed = new Borrowed(dl.Dlpack(maxVersion: Legacy));
        using var exported = new Borrowed((nint)DlPack.ExportLegacy(dl), isVersioned: false);

        borrowed.At<int>(0) = 100;
        exported.At<int>(1) = 200;

        array.Should().Equal(1, 2, 3);
        borrowed.Elements<int>().Should().Equal(100, 2, 3);
    }

    [Fact]
    public void Broadcast_data_goes_to_a_legacy_consumer_as_a_copy()
    {
        using DlPackObject dl = DlPack.AsDlPack((double[])[4], [3], [0]);
        using var borrowed = new Borrowed(dl.Dlpack(maxVersion: Legacy));

        borrowed.At<double>(0) = 5;
        borrowed.Elements<double>().Should().Equal(5, 4, 4);
        borrowed.Strides.Should().Equal(1);
    }

    [Fact]
    public void Without_a_copy_it_is_refused_and_the_ways_out_are_named()
    {
        using DlPackObject dl = DlPack.AsDlPack("abc".AsMemory());

        ((Action)(() => dl.Dlpack(maxVersion: Legacy, copy: false))).Should().Throw<DlPackException>()
            .WithMessage("*read-only*legacy*copy is false*version 1*AllowReadOnlyLegacyExport*");
    }

    [Fact]
    public void A_trusted_consumer_may_get_it_as_it_is()
    {
        string text = new('a', 3);
        using DlPackObject dl = DlPack.AsDlPack(text.AsMemory());
        dl.AllowReadOnlyLegacyExport.Should().BeFalse();
        dl.AllowReadOnlyLegacyExport = true;
        using DlPackObject view = DlPack.AsDlPack(dl, [2], offset: 1);
        using var borrowed = new Borrowed(dl.Dlpack(maxVersion: Legacy, copy: false));
        using var ofView = new Borrowed(view.Dlpack(maxVersion: Legacy));

        fixed (char* start = text)
        {
            borrowed.Data.Should().Be((nint)start);
            ofView.Data.Should().Be((nint)(start + 1));
        }
    }

    [Fact]
    public void A_copy_that_is_asked_for_is_made_all_the_same()
    {
        using DlPackObject dl = DlPack.AsDlPack("abc".AsMemory());
        dl.AllowReadOnlyLegacyExport = true;
        using var borrowed = new Borrowed(dl.Dlpack(maxVersion: Legacy, copy: true));

        borrowed.Data.Should().NotBe(dl.Data);
        borrowed.Elements<char>().Should().Equal('a', 'b', 'c');
    }

    [Fact]
    public void Versioned_consumers_are_told_and_need_no_copy()
    {
        using DlPackObject dl = DlPack.AsDlPack("abc".AsMemory());
        using var borrowed = new Borrowed(dl.Dlpack(copy: false));

        borrowed.Flags.Should().Be(DLPackFlags.ReadOnly);
    }
}
