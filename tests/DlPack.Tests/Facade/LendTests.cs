using System.Numerics;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>A span is lent without copying for the length of a call.</summary>
public sealed unsafe class LendTests : LeakChecked
{
    [Fact]
    public void The_callback_sees_the_spans_own_memory()
    {
        Span<int> span = stackalloc int[] { 1, 2, 3 };
        nint expected;
        fixed (int* start = span)
        {
            expected = (nint)start;
        }

        nint seen = 0;
        DlPack.Lend(span, tensor =>
        {
            seen = (nint)tensor->data;
            tensor->ndim.Should().Be(1);
            tensor->shape[0].Should().Be(3);
            tensor->strides[0].Should().Be(1);
            tensor->dtype.Should().Be(DLDataType.Int32);
            tensor->device.Should().Be(DLDevice.Cpu);
            tensor->byte_offset.Should().Be(0);
            ((int*)tensor->data)[1] = 20;
        });

        seen.Should().Be(expected);
        span[1].Should().Be(20);
    }

    [Fact]
    public void Arrays_and_read_only_spans_are_lent_too()
    {
        double[] array = [1, 2];
        ReadOnlySpan<char> text = "ab";
        var sums = new List<double>();

        DlPack.Lend(array, tensor => sums.Add(((double*)tensor->data)[0] + ((double*)tensor->data)[1]));
        DlPack.Lend(text, tensor => sums.Add(((char*)tensor->data)[1]));

        sums.Should().Equal(3, 'b');
    }

    [Fact]
    public void Shape_strides_dtype_and_offset_apply()
    {
        Span<ushort> span = [0, 1, 2, 3, 4, 5];
        DlPack.Lend(
            span,
            tensor =>
            {
                tensor->ndim.Should().Be(2);
                tensor->dtype.Should().Be(DLDataType.BFloat16);
                new ReadOnlySpan<long>(tensor->shape, 2).ToArray().Should().Equal(2, 3);
                new ReadOnlySpan<long>(tensor->strides, 2).ToArray().Should().Equal(-3, 1);
                ((ushort*)tensor->data)[-3] = 9;
            },
            shape: [2, 3],
            strides: [-3, 1],
            dtype: DLDataType.BFloat16,
            offset: 3);

        span[0].Should().Be(9);
    }

    [Fact]
    public void Structs_are_one_more_dimension()
    {
        Span<Vector3> span = [new(1, 2, 3), new(4, 5, 6)];
        DlPack.Lend(span, tensor =>
        {
            tensor->ndim.Should().Be(2);
            new ReadOnlySpan<long>(tensor->shape, 2).ToArray().Should().Equal(2, 3);
            ((float*)tensor->data)[5].Should().Be(6);
        });
    }

    [Fact]
    public void Empty_and_scalar_tensors_are_as_the_standard_wants_them()
    {
        int calls = 0;
        DlPack.Lend(Span<float>.Empty, tensor =>
        {
            calls++;
            (tensor->data is null).Should().BeTrue();
            tensor->shape[0].Should().Be(0);
            tensor->strides[0].Should().Be(1);
        });
        Span<float> one = [7];
        DlPack.Lend(
            one,
            tensor =>
            {
                calls++;
                tensor->ndim.Should().Be(0);
                (tensor->shape is null && tensor->strides is null).Should().BeTrue();
                (*(float*)tensor->data).Should().Be(7);
            },
            shape: []);
        calls.Should().Be(2);
    }

    [Fact]
    public void An_exception_passes_through()
    {
        ((Action)(() => DlPack.Lend((Span<int>)[1], _ => throw new NotSupportedException("mine"))))
            .Should().Throw<NotSupportedException>().WithMessage("mine");
    }

    [Fact]
    public void What_does_not_fit_is_refused_before_the_callback_runs()
    {
        bool ran = false;
        void Run(DLTensor* tensor) => ran = true;

        ((Action)(() => DlPack.Lend((Span<int>)[1], null!))).Should().Throw<ArgumentNullException>();
        ((Action)(() => DlPack.Lend((Span<int>)[1], null!, [1]))).Should().Throw<ArgumentNullException>();
        ((Action)(() => DlPack.Lend((Span<int>)[1], Run, [2]))).Should().Throw<ArgumentException>();
        ((Action)(() => DlPack.Lend((Span<int>)[1], Run, new long[65]))).Should().Throw<ArgumentException>();
        ((Action)(() => DlPack.Lend((Span<int>)[1], Run, [1], offset: 1))).Should().Throw<ArgumentException>();
        ((Action)(() => DlPack.Lend((Span<int>)[1], Run, DLDataType.Int64))).Should().Throw<ArgumentException>();
        ((Action)(() => DlPack.Lend((Span<decimal>)[1], Run))).Should().Throw<ArgumentException>();
        ran.Should().BeFalse();
    }
}
