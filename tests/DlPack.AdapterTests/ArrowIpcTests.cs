using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using DlPackNet.Interop;
using DlPackNet.Tests;
using DlPackNet.Tests.Facade;
using FluentAssertions;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>Batches that Arrow reads, which own the memory of all their columns.</summary>
public sealed unsafe class ArrowIpcTests : LeakChecked
{
    private const int Length = 40_000;

    [Theory]
    [InlineData("stream")]
    [InlineData("file")]
    public void A_column_outlives_its_array(string format)
    {
        using RecordBatch batch = Read(format);
        foreach (IArrowArray column in new[] { batch.Column("numbers"), batch.Column("pairs") })
        {
            using DlPackObject tensor = column.AsDlPack();
            column.Dispose();
            tensor.ToArray<int>()[^1].Should().Be((int)tensor.Length - 1);
            tensor.AsReadOnlySpan<int>()[1].Should().Be(1);
        }
    }

    [Theory]
    [InlineData("stream")]
    [InlineData("file")]
    public void A_batch_is_not_freed_under_a_tensor_but_after_it(string format)
    {
        RecordBatch batch = Read(format);
        using DlPackObject tensor = batch.Column("numbers").AsDlPack();
        using DlPackObject pairs = batch.Column("pairs").AsDlPack();
        using DlPackObject valid = batch.Column("gaps").Data.Buffers[0].AsDlPack();
        IsNotDisposed(batch);
        tensor.ToArray<int>().Should().Equal(Enumerable.Range(0, Length));
        using DlPackObject again = batch.Column("numbers").AsDlPack();
        again.Data.Should().Be(tensor.Data);
        tensor.Dispose();
        again.Dispose();
        valid.AsReadOnlySpan<byte>()[..2].ToArray().Should().Equal(0xFE, 0xFF);
        valid.Dispose();
        IsNotDisposed(batch);
        pairs.ToArray<int>()[^1].Should().Be((2 * Length) - 1);
        pairs.Dispose();
        batch.Dispose();
        foreach (IArrowArray column in batch.Arrays)
        {
            IsRefused(column);
            IsRefused(ArrowArrayFactory.Slice(column, Length - 1, 1));
        }
    }

    [Theory]
    [InlineData("stream")]
    [InlineData("file")]
    public void A_batch_is_not_freed_under_an_export(string format)
    {
        RecordBatch batch = Read(format);
        DLManagedTensorVersioned* lent = Export();
        IsNotDisposed(batch);
        ((int*)lent->dl_tensor.data)[Length - 1].Should().Be(Length - 1);
        lent->deleter(lent);
        batch.Dispose();
        IsRefused(batch.Column("numbers"));

        DLManagedTensorVersioned* Export()
        {
            using DlPackObject tensor = batch.Column("numbers").AsDlPack();
            return DlPack.Export(tensor);
        }
    }

    [Theory]
    [InlineData("stream")]
    [InlineData("file")]
    public void A_batch_is_not_freed_under_memory_that_was_given_out(string format)
    {
        LeaveTheRestToFinalizers();
        RecordBatch batch = Read(format);
        Forget(batch);
        LiveAfterFinalizers().Should().Be(default(LiveCounts));
        batch.Dispose();

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget(RecordBatch batch)
        {
            DlPackObject tensor = batch.Column("numbers").AsDlPack();
            ReadOnlyMemory<int> memory = tensor.AsReadOnlyMemory<int>();
            tensor.Dispose();
            IsNotDisposed(batch);
            memory.Span[Length - 1].Should().Be(Length - 1);
        }
    }

    [Theory]
    [InlineData("stream")]
    [InlineData("file")]
    public void A_tensor_holds_the_memory_of_a_batch_that_was_forgotten(string format)
    {
        LeaveTheRestToFinalizers();
        DlPackObject tensor = Forget(format);
        LiveAfterFinalizers();
        tensor.ToArray<int>().Should().Equal(Enumerable.Range(0, Length));
        using DlPackObject back = DlPack.FromDlpack(tensor.Dlpack());
        tensor.Dispose();
        LiveAfterFinalizers();
        back.AsReadOnlySpan<int>()[Length - 1].Should().Be(Length - 1);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static DlPackObject Forget(string format) => Read(format).Column("numbers").AsDlPack();
    }

    [Theory]
    [InlineData("stream")]
    [InlineData("file")]
    public void Tensors_and_batches_that_are_forgotten_together_are_released(string format)
    {
        LeaveTheRestToFinalizers();
        for (int i = 0; i < 50; i++)
        {
            Forget(format);
        }

        LiveAfterFinalizers().Should().Be(default(LiveCounts));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget(string format)
        {
            RecordBatch batch = Read(format);
            _ = batch.Column("numbers").AsDlPack().Data;
            _ = batch.Column("pairs").AsDlPack();
        }
    }

    [Theory]
    [InlineData("stream")]
    [InlineData("file")]
    public void Columns_of_a_clone_outlive_it(string format)
    {
        RecordBatch batch = Read(format);
        RecordBatch clone = batch.Clone();
        batch.Dispose();
        using DlPackObject tensor = clone.Column("numbers").AsDlPack();
        clone.Dispose();
        tensor.ToArray<int>().Should().Equal(Enumerable.Range(0, Length));
    }

    [Fact]
    public void A_batch_over_a_managed_array_has_nothing_to_free()
    {
        using var reader = new ArrowStreamReader((ReadOnlyMemory<byte>)Write("stream"));
        DlPackObject tensor;
        using (RecordBatch batch = reader.ReadNextRecordBatch())
        {
            tensor = batch.Column("numbers").AsDlPack();
        }

        tensor.ToArray<int>().Should().Equal(Enumerable.Range(0, Length));
        tensor.Dispose();
    }

    private static void IsNotDisposed(RecordBatch batch)
    {
        Action dispose = batch.Dispose;
        dispose.Should().Throw<InvalidOperationException>().WithMessage("*pinned*");
    }

    private static void IsRefused(IArrowArray array)
    {
        Action lend = () => array.AsDlPack();
        lend.Should().Throw<ObjectDisposedException>().WithMessage("*batch*");
    }

    private static RecordBatch Read(string format)
    {
        var stream = new MemoryStream(Write(format));
        using ArrowStreamReader reader =
            format == "file" ? new ArrowFileReader(stream) : new ArrowStreamReader(stream);
        return reader.ReadNextRecordBatch();
    }

    private static byte[] Write(string format)
    {
        using Int32Array numbers = new Int32Array.Builder().AppendRange(Enumerable.Range(0, Length)).Build();
        using Int32Array values = new Int32Array.Builder().AppendRange(Enumerable.Range(0, 2 * Length)).Build();
        using Int32Array gaps =
            new Int32Array.Builder().AppendNull().AppendRange(Enumerable.Range(1, Length - 1)).Build();
        var pairs = new ArrayData(
            new FixedSizeListType(Int32Type.Default, 2), Length, 0, 0, [ArrowBuffer.Empty], [values.Data]);
        RecordBatch batch = new RecordBatch.Builder()
            .Append("gaps", nullable: true, gaps)
            .Append("numbers", nullable: false, numbers)
            .Append("pairs", nullable: false, ArrowArrayFactory.BuildArray(pairs))
            .Build();
        var stream = new MemoryStream();
        using ArrowStreamWriter writer = format == "file"
            ? new ArrowFileWriter(stream, batch.Schema, leaveOpen: true)
            : new ArrowStreamWriter(stream, batch.Schema, leaveOpen: true);
        writer.WriteRecordBatch(batch);
        writer.WriteEnd();
        return stream.ToArray();
    }
}
