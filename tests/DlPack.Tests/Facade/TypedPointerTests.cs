using System.Numerics;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>Layouts in units of a .NET type, out by a typed pointer and back by LayoutIn.</summary>
public sealed unsafe class TypedPointerTests : LeakChecked
{
    [Fact]
    public void Items_go_out_with_their_own_dtype_shape_and_strides()
    {
        float* items = stackalloc float[6] { 0, 1, 2, 3, 4, 5 };
        using DlPackObject compact = DlPack.AsDlPack(items, [2, 3]);
        using DlPackObject strided = DlPack.AsDlPack(items + 5, [3, 2], [-2, -1], flags: DLPackFlags.ReadOnly);

        compact.DType.Should().Be(DLDataType.Float32);
        compact.Data.Should().Be((nint)items);
        compact.Strides.ToArray().Should().Equal(3, 1);
        strided.ToArray<float>().Should().Equal(5, 4, 3, 2, 1, 0);
        strided.IsReadOnly.Should().BeTrue();
    }

    [Fact]
    public void A_struct_adds_its_dimensions_behind_those_in_items()
    {
        var memory = new Matrix3x2[5];
        memory[3].M21 = 7;
        fixed (Matrix3x2* items = memory)
        {
            using DlPackObject all = DlPack.AsDlPack(items, [5]);
            using DlPackObject second = DlPack.AsDlPack(items + 1, [2], [2]);

            all.Shape.ToArray().Should().Equal(5, 3, 2);
            second.Shape.ToArray().Should().Equal(2, 3, 2);
            second.Strides.ToArray().Should().Equal(12, 2, 1);
            second.ToArray3D<float>()[1, 1, 0].Should().Be(7);
        }
    }

    [Fact]
    public void A_dtype_may_be_another_of_the_same_size_or_a_part_of_a_struct()
    {
        ushort* halves = stackalloc ushort[2];
        uint* pixels = stackalloc uint[4];
        using DlPackObject bfloats = DlPack.AsDlPack(halves, [2], dtype: DLDataType.BFloat16);
        using DlPackObject bytes = DlPack.AsDlPack((Vector4*)pixels, [1], [1], DLDataType.UInt8);

        bfloats.DType.Should().Be(DLDataType.BFloat16);
        bytes.Shape.ToArray().Should().Equal(1, 16);
    }

    [Fact]
    public void What_cannot_be_laid_out_in_items_is_refused_and_the_owner_stays_the_callers()
    {
        int released = 0;
        DlPackOwner owner = DlPackOwner.FromCallback(() => released++);
        Vector3* items = stackalloc Vector3[1];
        Refused(
            () => DlPack.AsDlPack((byte*)items, [2], dtype: DLDataType.Float4E2M1FN, owner: owner),
            "*no whole number*nint*");
        Refused(() => DlPack.AsDlPack(items, [1], [long.MaxValue], owner: owner), "*Stride*");
        Refused(() => DlPack.AsDlPack(items, [1], [1, 1], owner: owner), "*strides*");
        Refused(() => DlPack.AsDlPack((float*)null, [1], owner: owner), "*address is 0*");
        Refused(() => DlPack.AsDlPack((DateTime*)items, [1], owner: owner), "*DateTime*");
        released.Should().Be(0);

        DlPack.AsDlPack(items, [1], owner: owner).Dispose();
        released.Should().Be(1);
    }

    [Fact]
    public void A_layout_comes_back_in_the_type_that_it_went_out_in()
    {
        Vector3* items = stackalloc Vector3[12];
        using DlPackObject tensor = DlPack.AsDlPack(items, [2, 3], [6, 2], device: DLDevice.Cuda(1));

        (long[] shape, long[] strides) = tensor.LayoutIn<Vector3>();
        shape.Should().Equal(2, 3);
        strides.Should().Equal(6, 2);

        (shape, strides) = tensor.LayoutIn<float>();
        shape.Should().Equal(2, 3, 3);
        strides.Should().Equal(18, 6, 1);
    }

    [Fact]
    public void Extents_of_one_leave_no_gaps_whatever_their_strides()
    {
        float* items = stackalloc float[8];
        using DlPackObject tensor = DlPack.AsDlPack(items, [2, 2, 1], [4, 1, 100]);
        tensor.LayoutIn<Vector2>().Shape.Should().Equal(2);
        tensor.LayoutIn<Vector2>().Strides.Should().Equal(2);
    }

    [Fact]
    public void A_layout_that_has_no_whole_items_is_refused()
    {
        float* items = stackalloc float[64];
        RefusedAs<Vector3>([2, 4], [], "*cannot be seen as*Vector3*");
        RefusedAs<Vector3>([3, 2], [], "*cannot be seen as*");
        RefusedAs<Vector2>([3, 2], [1, 3], "*gaps*");
        RefusedAs<Vector2>([3, 2], [3, 1], "*gaps*");
        RefusedAs<int>([3, 2], [], "*cannot be seen as*Int32*");
        RefusedAs<Vector3>([0, 0], [], "*no dimensions of whole*");
        RefusedAs<Vector3>([], [], "*cannot be seen as*");

        void RefusedAs<T>(long[] shape, long[] strides, string message)
            where T : unmanaged
        {
            using DlPackObject tensor = DlPack.AsDlPack(items, shape, strides);
            ((Action)(() => tensor.LayoutIn<T>())).Should().Throw<DlPackException>().WithMessage(message);
        }
    }

    [Fact]
    public void Only_what_the_main_processor_can_read_is_on_the_host()
    {
        float item = 0;
        using DlPackObject here = DlPack.AsDlPack(&item, [1], device: new DLDevice(DLDeviceType.kDLCUDAHost, 0));
        using DlPackObject there = DlPack.AsDlPack(&item, [1], device: DLDevice.Cuda(0));
        here.EnsureOnHost();
        ((Action)there.EnsureOnHost).Should().Throw<DlPackException>().WithMessage("*cuda:0*by Copy()*");

        there.Dispose();
        ((Action)there.EnsureOnHost).Should().Throw<ObjectDisposedException>();
        ((Action)(() => there.LayoutIn<float>())).Should().Throw<ObjectDisposedException>();
    }

    private static void Refused(Func<DlPackObject> act, string message) =>
        act.Should().Throw<ArgumentException>().WithMessage(message);
}
