using System.Numerics;
using DlPackNet.Interop;
using DlPackNet.Tests.Facade;
using FluentAssertions;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>
/// What every adapter must do. A class per library says how its buffers are made, and how it views tensors.
/// </summary>
public abstract unsafe partial class AdapterSuite : LeakChecked
{
    private static readonly long[][] Shapes =
        [[], [0], [1], [5], [2, 3], [1, 4], [4, 1], [0, 3], [2, 0], [2, 3, 4], [2, 1, 3, 2], [2, 2, 3, 1, 2]];

    /// <summary>
    /// Whether the library's own views can write; where not, <see cref="Write"/> goes by the address.
    /// </summary>
    protected virtual bool HasWritableViews => true;

    /// <summary>The pins that a lent buffer has; none where native memory stays put by itself.</summary>
    protected virtual long PinsWhileLent => 1;

    /// <summary>
    /// How many tensors that came in stand behind a buffer's: one where the library itself lends by DLPack.
    /// </summary>
    protected virtual long ImportsWhileLent => 0;

    /// <summary>Whether <see cref="Hold"/> copies, since the library has no such form over foreign memory.</summary>
    protected virtual bool HoldCopies => false;

    /// <summary>The shapes that the library has.</summary>
    protected virtual bool HasShape(long[] shape) => true;

    /// <summary>Whether the library has buffers of a dtype.</summary>
    protected virtual bool HasDType(DLDataType dtype) => true;

    /// <summary>Whether the library has buffers of a layout.</summary>
    protected abstract bool HasLayout(Layout layout);

    /// <summary>Makes a buffer of zeros and lends it.</summary>
    /// <param name="shape">Its extents, as the tensor has them.</param>
    /// <param name="layout">How it lies in memory.</param>
    /// <param name="isStatic">
    /// Whether by <c>DlPack.AsDlPack(x)</c> rather than <c>x.AsDlPack()</c>, where there are both.
    /// </param>
    protected abstract Lent<T> Lend<T>(long[] shape, Layout layout, bool isStatic = false)
        where T : unmanaged;

    /// <summary>Reads an element through the library's writable view.</summary>
    protected abstract T Read<T>(DlPackObject tensor, long[] index)
        where T : unmanaged;

    /// <summary>Reads an element through the library's read-only view.</summary>
    protected abstract T ReadReadOnly<T>(DlPackObject tensor, long[] index)
        where T : unmanaged;

    /// <summary>Writes an element through the library's view.</summary>
    protected abstract void Write<T>(DlPackObject tensor, long[] index, T value)
        where T : unmanaged;

    /// <summary>Makes a buffer of 1 to 6 in the shape [2, 3] and lends it, so that its end can be counted.</summary>
    protected abstract Counted LendCounted();

    /// <summary>The library's own storable form of a tensor, and how to read it.</summary>
    protected abstract Func<long[], T> Hold<T>(DlPackObject tensor)
        where T : unmanaged;

    [Fact]
    public void Every_shape_and_layout_goes_out_with_its_values_in_its_own_memory()
    {
        foreach ((long[] shape, Layout layout) in Cases())
        {
            Lent<int> lent = Fill(Lend<int>(shape, layout), shape);
            using DlPackObject tensor = lent.Tensor;
            tensor.Shape.ToArray().Should().Equal(shape);
            tensor.Device.Should().Be(DLDevice.Cpu);
            tensor.ToArray<int>().Should().Equal(Enumerable.Range(1, (int)tensor.Length));
            int position = 0;
            foreach (long[] index in Indexes.Of(shape))
            {
                ((int*)tensor.Data)[Indexes.Flat(index, tensor.Strides)]++;
                lent.Get(index).Should().Be(2 + position++);
            }

            tensor.ToArray<int>().Should().Equal(Enumerable.Range(2, (int)tensor.Length));
        }
    }

    [Fact]
    public void Sliced_and_transposed_buffers_go_out_strided()
    {
        var strided = Cases().Where(c => c.Layout != Layout.Compact && c.Shape is [2, 3, ..]);
        foreach ((long[] shape, Layout layout) in strided)
        {
            using DlPackObject tensor = Lend<int>(shape, layout).Tensor;
            tensor.IsContiguous.Should().BeFalse();
        }
    }

    [Fact]
    public void Both_forms_of_the_call_are_there()
    {
        using DlPackObject one = Lend<float>([2, 3], Layout.Compact, isStatic: false).Tensor;
        using DlPackObject other = Lend<float>([2, 3], Layout.Compact, isStatic: true).Tensor;
        other.Shape.SequenceEqual(one.Shape).Should().BeTrue();
    }

    [Fact]
    public void Tensors_come_in_with_their_values_and_writes_go_back()
    {
        foreach (long[] shape in Shapes.Where(HasShape))
        {
            using DlPackObject tensor = DlPack.Allocate<int>(shape);
            int next = 1;
            foreach (long[] index in Indexes.Of(shape))
            {
                Write(tensor, index, next);
                Read<int>(tensor, index).Should().Be(next);
                ReadReadOnly<int>(tensor, index).Should().Be(next++);
            }

            tensor.ToArray<int>().Should().Equal(Enumerable.Range(1, (int)tensor.Length));
        }
    }

    [Fact]
    public void A_round_trip_by_a_capsule_shares_the_memory_and_ends_with_nothing_live()
    {
        foreach ((long[] shape, Layout layout) in Cases())
        {
            Lent<int> lent = Fill(Lend<int>(shape, layout), shape);
            using DlPackCapsule capsule = lent.Tensor.Dlpack();
            using DlPackObject back = DlPack.FromDlpack(capsule);
            lent.Tensor.Dispose();
            foreach (long[] index in Indexes.Of(shape).Where(_ => CanView(layout)))
            {
                Write(back, index, Read<int>(back, index) + 100);
                lent.Get(index).Should().Be(Read<int>(back, index)).And.BeGreaterThan(100);
            }
        }
    }

    [Fact]
    public void Every_common_dtype_goes_through()
    {
        Check(DLDataType.Bool, true);
        Check(DLDataType.Int8, (sbyte)-3);
        Check(DLDataType.UInt8, (byte)200);
        Check(DLDataType.Int16, (short)-300);
        Check(DLDataType.UInt16, (ushort)60000);
        Check(DLDataType.Int32, -70000);
        Check(DLDataType.UInt32, 4000000000u);
        Check(DLDataType.Int64, -5000000000L);
        Check(DLDataType.UInt64, ulong.MaxValue);
        Check(DLDataType.Float16, (Half)1.5);
        Check(DLDataType.Float32, 2.5f);
        Check(DLDataType.Float64, 3.5);
        Check(DLDataType.Complex128, new Complex(1, -2));

        void Check<T>(DLDataType dtype, T value)
            where T : unmanaged
        {
            if (!HasDType(dtype))
            {
                using DlPackObject other = DlPack.Allocate(dtype, [2, 3]);
                Refuses<T>(other, $"*{dtype}*");
                return;
            }

            Lent<T> lent = Lend<T>([2, 3], Layout.Compact);
            using DlPackObject tensor = lent.Tensor;
            tensor.DType.Should().Be(dtype);
            Write(tensor, [1, 2], value);
            lent.Get([1, 2]).Should().Be(value);
            Read<T>(tensor, [1, 2]).Should().Be(value);
            lent.Get([0, 0]).Should().Be(default(T));
        }
    }

    /// <summary>.NET has no bfloat16: its bits are seen, where the library has such elements.</summary>
    [Fact]
    public virtual void Elements_that_dotnet_has_no_type_for_come_in_as_their_bits()
    {
        using DlPackObject tensor = DlPack.Allocate(DLDataType.BFloat16, [2, 3]);
        Write<ushort>(tensor, [1, 2], 0x3FC0);
        Read<ushort>(tensor, [1, 2]).Should().Be(0x3FC0);
        ReadReadOnly<ushort>(tensor, [1, 2]).Should().Be(0x3FC0);
        using DlPackObject bits = DlPack.AsDlPack(tensor, tensor.Shape, dtype: DLDataType.UInt16);
        bits.ToArray<ushort>().Should().Equal(0, 0, 0, 0, 0, 0x3FC0);
    }

    /// <summary>Whether the library can view what it lends in a layout.</summary>
    protected virtual bool CanView(Layout layout) => true;

    private static Lent<int> Fill(Lent<int> lent, long[] shape)
    {
        int next = 1;
        foreach (long[] index in Indexes.Of(shape))
        {
            lent.Set(index, next++);
        }

        return lent;
    }

    private IEnumerable<(long[] Shape, Layout Layout)> Cases() =>
        from layout in Enum.GetValues<Layout>()
        where HasLayout(layout)
        from shape in Shapes
        where HasShape(shape) && (layout == Layout.Compact || (shape.Length >= 2 && !shape.Contains(0)))
        select (shape, layout);
}
