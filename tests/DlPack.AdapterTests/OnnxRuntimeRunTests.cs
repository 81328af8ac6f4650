using DlPackNet.Interop;
using DlPackNet.Tests;
using DlPackNet.Tests.Facade;
using FluentAssertions;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>Models that work on lent memory.</summary>
public class OnnxRuntimeRunTests : LeakChecked
{
    private readonly RunOptions _options = new();

    [Fact]
    public void A_model_reads_and_writes_dotnet_arrays_where_they_lie()
    {
        float[,] a = { { 1, 2, 3 }, { 4, 5, 6 } };
        ReadOnlyMemory<float> b = new float[] { 10, 20, 30, 40, 50, 60 };
        float[,] sum = new float[2, 3];
        using InferenceSession session = OnnxModel.Session("Add", TensorElementType.Float, "x", "z");
        using (DlPackObject x = DlPack.AsDlPack(a))
        using (DlPackObject z = DlPack.AsDlPack(b, [2, 3]))
        using (DlPackObject y = DlPack.AsDlPack(sum))
        {
            session.Run(_options, ["x", "z"], [x, z], ["y"], [y]);
            Live.Pins.Should().Be(0);
        }

        sum.Cast<float>().Should().Equal(11, 22, 33, 44, 55, 66);
    }

    [Fact]
    public void Every_element_type_runs_through_a_model()
    {
        foreach (TensorElementType type in Enum.GetValues<TensorElementType>())
        {
            if (type is TensorElementType.String or TensorElementType.Complex64 or TensorElementType.Complex128
                or TensorElementType.DataTypeMax)
            {
                continue;
            }

            using InferenceSession session = OnnxModel.Session("Identity", type, "x");
            using DlPackObject x = Made(type);
            using DlPackObject y = Made(type);
            Bytes(x).Fill(1);
            session.Run(_options, ["x"], [x], ["y"], [y]);
            Bytes(y).ToArray().Should().AllBeEquivalentTo(1, "{0} was copied by the model", type);
        }

        static DlPackObject Made(TensorElementType type) =>
            OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, [2, 3]).AsDlPack();

        static unsafe Span<byte> Bytes(DlPackObject tensor) => new((void*)tensor.Data, (int)tensor.ByteLength);
    }

    [Fact]
    public void What_ONNX_Runtime_allocates_outlives_its_results_and_its_session()
    {
        InferenceSession session = OnnxModel.Session("Neg", TensorElementType.Float, "x");
        using DlPackObject x = DlPack.AsDlPack(new float[] { 1, 2, 3 });
        DlPackObject[] outputs = session.Run(_options, ["x"], [x], ["y"]);
        session.Dispose();
        using DlPackObject y = outputs.Should().ContainSingle().Subject;
        y.ToArray<float>().Should().Equal(-1, -2, -3);
        y.Data.Should().NotBe(x.Data);
    }

    [Fact]
    public void Results_of_a_run_may_be_disposed_while_they_are_lent()
    {
        using InferenceSession session = OnnxModel.Session("Neg", TensorElementType.Float, "x");
        using OrtValue x = OrtValue.CreateTensorValueFromMemory(new float[] { 1, 2, 3 }, [3]);
        DlPackObject lent;
        using (IDisposableReadOnlyCollection<OrtValue> results = session.Run(_options, ["x"], [x], ["y"]))
        {
            lent = results[0].AsDlPack();
        }

        using (lent)
        {
            lent.ToArray<float>().Should().Equal(-1, -2, -3);
        }
    }

    [Fact]
    public void An_input_that_is_put_out_again_is_held_by_the_output()
    {
        LiveCounts before = Live;
        using InferenceSession session = OnnxModel.PassThrough();
        DlPackObject x = DlPack.Allocate<float>([3]);
        x.AsSpan<float>().Fill(4);
        DlPackObject[] outputs = session.Run(_options, ["x"], [x], ["x", "y"]);
        outputs[0].Data.Should().Be(x.Data);
        x.Dispose();
        (Live - before).Allocations.Should().Be(1);
        outputs[0].ToArray<float>().Should().Equal(4, 4, 4);
        outputs[1].ToArray<float>().Should().Equal(-4, -4, -4);
        Array.ForEach(outputs, output => output.Dispose());
    }

    [Fact]
    public void Inputs_over_one_memory_are_put_out_in_the_shape_of_each()
    {
        using InferenceSession session = OnnxModel.PassThrough(TensorElementType.Float, TensorElementType.Float);
        float[] memory = [1, 2, 3, 4, 5, 6];
        using DlPackObject a = DlPack.AsDlPack(memory, [2, 3]);
        using DlPackObject b = DlPack.AsDlPack(memory, [4]);
        DlPackObject[] outputs = session.Run(_options, ["a", "b"], [a, b], ["b", "a", "y"]);
        outputs[0].Shape.ToArray().Should().Equal(4);
        outputs[1].Shape.ToArray().Should().Equal(2, 3);
        outputs[2].ToArray<float>().Should().Equal(-1, -2, -3, -4);
        outputs[0].AsSpan<float>()[3] = 9;
        memory[3].Should().Be(9);
        Array.ForEach(outputs, output => output.Dispose());
    }

    [Fact]
    public void Inputs_over_one_memory_are_put_out_in_the_element_type_of_each()
    {
        using InferenceSession session = OnnxModel.PassThrough(TensorElementType.Int32, TensorElementType.Float);
        using DlPackObject b = DlPack.AsDlPack(new float[] { 1, 2 });
        using DlPackObject a = DlPack.AsDlPack(b, [2], dtype: DLDataType.Int32);
        DlPackObject[] outputs = session.Run(_options, ["a", "b"], [a, b], ["a", "b"]);
        outputs[0].ToArray<int>().Should().Equal(0x3F800000, 0x40000000);
        outputs[1].ToArray<float>().Should().Equal(1, 2);
        Array.ForEach(outputs, output => output.Dispose());
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("b", "a")]
    public void Of_inputs_over_one_memory_the_read_only_one_is_put_out_read_only(string constant, string variable)
    {
        using InferenceSession session = OnnxModel.PassThrough(TensorElementType.Float, TensorElementType.Float);
        float[] memory = [1, 2];
        using DlPackObject read = DlPack.AsDlPack((ReadOnlyMemory<float>)memory);
        using DlPackObject written = DlPack.AsDlPack(memory);
        DlPackObject[] outputs = session.Run(
            _options, [constant, variable], [read, written], [variable, constant, "y"]);
        outputs.Select(output => output.IsReadOnly).Should().Equal(false, true, false);
        outputs[1].ToArray<float>().Should().Equal(1, 2);
        Array.ForEach(outputs, output => output.Dispose());
    }

    [Fact]
    public void An_output_that_is_an_input_again_is_not_written_into_a_tensor()
    {
        float[] output = new float[2];
        using InferenceSession session = OnnxModel.PassThrough();
        using DlPackObject x = DlPack.AsDlPack(new float[] { 1, 2 });
        using DlPackObject unused = DlPack.AsDlPack(output);
        session.Run(_options, ["x"], [x], ["x"], [unused]);
        output.Should().Equal(0, 0);
    }

    [Fact]
    public void Read_only_tensors_are_inputs_but_not_outputs()
    {
        using InferenceSession session = OnnxModel.Session("Neg", TensorElementType.Float, "x");
        using DlPackObject constant = DlPack.AsDlPack((ReadOnlyMemory<float>)new float[] { 1, 2, 3 });
        using DlPackObject y = DlPack.Allocate<float>([3]);
        session.Run(_options, ["x"], [constant], ["y"], [y]);
        y.ToArray<float>().Should().Equal(-1, -2, -3);
        Action write = () => session.Run(_options, ["x"], [y], ["y"], [constant]);
        write.Should().Throw<DlPackException>().WithMessage("*read-only*ToReadOnlyOrtValue*");
    }

    [Fact]
    public void A_failed_run_leaves_nothing_behind()
    {
        using InferenceSession session = OnnxModel.Session("Neg", TensorElementType.Float, "x");
        using DlPackObject x = DlPack.AsDlPack(new float[3]);
        using DlPackObject y = DlPack.AsDlPack(new float[3]);
        using DlPackObject other = DlPack.AsDlPack(new double[3]);
        using DlPackObject complex = DlPack.AsDlPack(new System.Numerics.Complex[3]);
        LiveCounts before = Live;
        Fails<OnnxRuntimeException>(() => session.Run(_options, ["x"], [x], ["y"], [other]));
        Fails<OnnxRuntimeException>(() => session.Run(_options, ["x"], [other], ["y"]));
        Fails<OnnxRuntimeException>(() => session.Run(_options, ["none"], [x], ["y"]));
        Fails<DlPackException>(() => session.Run(_options, ["x", "z"], [x, complex], ["y"]));
        Fails<ArgumentException>(() => session.Run(_options, ["x", "z"], [x], ["y"]));
        Fails<ArgumentException>(() => session.Run(_options, ["x"], [x], ["y"], [y, y]));
        Fails<ArgumentNullException>(() => session.Run(_options, ["x"], new DlPackObject[] { null! }, ["y"]));
        Fails<ArgumentNullException>(() => session.Run(null!, ["x"], [x], ["y"]));
        Fails<ArgumentNullException>(() => session.Run(null!, ["x"], [x], ["y"], [y]));
        Fails<ArgumentNullException>(() => session.Run(_options, null!, [x], ["y"]));
        Fails<ArgumentNullException>(() => session.Run(_options, ["x"], [x], null!));
        (Live - before).Should().Be(default(LiveCounts));

        static void Fails<TException>(Action run)
            where TException : Exception => run.Should().Throw<TException>();
    }

    [Fact]
    public void A_session_that_was_disposed_is_refused_and_holds_nothing()
    {
        InferenceSession session = OnnxModel.Session("Neg", TensorElementType.Float, "x");
        using DlPackObject x = DlPack.AsDlPack(new float[3]);
        session.Dispose();
        LiveCounts before = Live;
        Action run = () => session.Run(_options, ["x"], [x], ["y"]);
        Action runInto = () => session.Run(_options, ["x"], [x], ["y"], [x]);
        run.Should().Throw<ObjectDisposedException>().WithMessage("*session*");
        runInto.Should().Throw<ObjectDisposedException>().WithMessage("*session*");
        (Live - before).Should().Be(default(LiveCounts));
    }

    [Fact]
    public void Two_tensors_for_one_name_are_refused_rather_than_one_of_them_left_out()
    {
        using InferenceSession session = OnnxModel.Session("Neg", TensorElementType.Float, "x");
        float[] one = new float[2];
        float[] other = new float[2];
        using DlPackObject x = DlPack.AsDlPack(new float[] { 1, 2 });
        using DlPackObject y = DlPack.AsDlPack(one);
        using DlPackObject z = DlPack.AsDlPack(other);
        LiveCounts before = Live;
        Action write = () => session.Run(_options, ["x"], [x], ["y", "y"], [y, z]);
        Action read = () => session.Run(_options, ["x", "x"], [x, y], ["y"]);
        write.Should().Throw<ArgumentException>().WithMessage("*two tensors for y*");
        read.Should().Throw<ArgumentException>().WithMessage("*two tensors for x*");
        (Live - before).Should().Be(default(LiveCounts));
        one.Concat(other).Should().OnlyContain(value => value == 0);
    }

    [Fact]
    public void A_model_writes_into_an_array_while_the_collector_moves_the_rest()
    {
        using InferenceSession session = OnnxModel.Session("Neg", TensorElementType.Float, "x");
        for (int i = 0; i < 20; i++)
        {
            float[] input = [i, i + 1];
            float[] output = new float[2];
            using DlPackObject x = DlPack.AsDlPack(input);
            using DlPackObject y = DlPack.AsDlPack(output);
            using OrtValue held = y.ToOrtValue();
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            session.Run(_options, ["x"], [x], ["y"], [y]);
            output.Should().Equal(-i, -i - 1);
            held.GetTensorDataAsSpan<float>().ToArray().Should().Equal(output);
        }
    }
}
