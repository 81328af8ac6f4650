using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

public sealed unsafe class RawImportTests
{
    [Fact]
    public void The_offset_goes_into_the_address_and_strides_are_written()
    {
        long* shape = stackalloc long[] { 2, 3 };
        DLTensor tensor = Tensor(shape, null, 2);
        tensor.byte_offset = 8;
        long* dims = stackalloc long[4];
        DLTensor canonical;
        DlPack.ReadTensor(&tensor, DLPackFlags.ReadOnly, &canonical, dims).Should().Be(DLPackFlags.ReadOnly);
        ((nint)canonical.data).Should().Be(0x1008);
        canonical.byte_offset.Should().Be(0);
        ((nint)canonical.strides).Should().Be((nint)(dims + 2));
        new Span<long>(dims, 4).ToArray().Should().Equal(2, 3, 3, 1);
    }

    [Fact]
    public void A_stride_of_0_makes_it_read_only()
    {
        long* shape = stackalloc long[] { 2, 3 };
        long* strides = stackalloc long[] { 0, 1 };
        DLTensor tensor = Tensor(shape, strides, 2);
        long* dims = stackalloc long[4];
        DLTensor canonical;
        DlPack.ReadTensor(&tensor, DLPackFlags.None, &canonical, dims).Should().Be(DLPackFlags.ReadOnly);
    }

    [Theory]
    [InlineData(2, 0, true)]
    [InlineData(1, 0, false)]
    [InlineData(0, 0, false)]
    [InlineData(2, 3, false)]
    public void Elements_are_repeated_by_a_stride_of_0_over_several_indexes(long extent, long stride, bool repeats)
    {
        long* shape = stackalloc long[] { extent, 3 };
        long* strides = stackalloc long[] { stride, 1 };
        DLTensor tensor = Tensor(shape, strides, 2);
        DlPack.RepeatsElements(&tensor).Should().Be(repeats);
        tensor.strides = null;
        DlPack.RepeatsElements(&tensor).Should().BeFalse();
        Action nothing = () => DlPack.RepeatsElements(null);
        nothing.Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void A_scalar_has_no_shape_and_no_elements_have_no_address()
    {
        long* shape = stackalloc long[] { 0 };
        DLTensor tensor = Tensor(shape, null, 0);
        long* dims = stackalloc long[2];
        DLTensor canonical;
        DlPack.ReadTensor(&tensor, DLPackFlags.None, &canonical, dims);
        ((nint)canonical.shape).Should().Be(0);
        ((nint)canonical.data).Should().Be(0x1000);

        tensor.ndim = 1;
        DlPack.ReadTensor(&tensor, DLPackFlags.None, &canonical, dims);
        ((nint)canonical.data).Should().Be(0);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(65, 1)]
    [InlineData(1, -5)]
    public void What_contradicts_the_specification_is_refused(int ndim, long extent)
    {
        long* shape = stackalloc long[] { extent };
        DLTensor tensor = Tensor(shape, null, ndim);
        long* dims = stackalloc long[2];
        string message = string.Empty;
        try
        {
            DLTensor canonical;
            DlPack.ReadTensor(&tensor, DLPackFlags.None, &canonical, dims);
        }
        catch (DlPackException e)
        {
            message = e.Message;
        }

        message.Should().NotBeEmpty().And.NotContain("released");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65)]
    [InlineData(int.MaxValue)]
    [InlineData(2)]
    public void Dims_that_cannot_be_there_are_not_looked_at_for_repeated_elements(int ndim)
    {
        // Whoever reads on behind these, or at a shape of null, crashes.
        long* one = stackalloc long[] { 1 };
        DLTensor tensor = Tensor(ndim == 2 ? null : one, one, ndim);
        Exception? refusal = null;
        try
        {
            DlPack.RepeatsElements(&tensor);
        }
        catch (DlPackException e)
        {
            refusal = e;
        }

        refusal.Should().NotBeNull();
    }

    [Fact]
    public void Null_pointers_are_argument_errors() =>
        FluentActions.Invoking(() => DlPack.ReadTensor(null, DLPackFlags.None, null, null))
            .Should().Throw<ArgumentNullException>();

    private static DLTensor Tensor(long* shape, long* strides, int ndim) => new()
    {
        data = (void*)0x1000,
        device = DLDevice.Cpu,
        ndim = ndim,
        dtype = DLDataType.Float32,
        shape = shape,
        strides = strides,
    };
}
