using DlPackNet.Interop;
using DlPackNet.Tests;
using DlPackNet.Tests.Facade;
using FluentAssertions;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>Tensors that stay bound to a model's inputs and outputs.</summary>
public class OnnxRuntimeBindingTests : LeakChecked
{
    private readonly RunOptions _options = new();
    private readonly InferenceSession _session = OnnxModel.Session("Neg", TensorElementType.Float, "x");

    [Fact]
    public void What_changes_in_bound_memory_is_seen_by_the_next_run()
    {
        float[] input = [1, 2];
        float[] output = new float[2];
        using DlPackIoBinding binding = Bound(input, output);
        Live.Objects.Should().BePositive("the binding holds what its caller has disposed");
        Live.Pins.Should().Be(2);
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        binding.Run(_options);
        output.Should().Equal(-1, -2);
        input[1] = 5;
        binding.Run(_options);
        output.Should().Equal(-1, -5);
    }

    [Fact]
    public void Binding_something_else_lets_go_of_what_was_bound()
    {
        int released = 0;
        float[] output = new float[2];
        using DlPackIoBinding binding = Bound([1, 2], output);
        Bind(binding, () => released++);
        released.Should().Be(0);
        binding.Run(_options);
        output.Should().Equal(-3, -3);
        Bind(binding, () => { });
        released.Should().Be(1);
        binding.Clear();
        Live.Should().Be(default(LiveCounts));
        Action run = () => binding.Run(_options);
        run.Should().Throw<OnnxRuntimeException>();
    }

    [Fact]
    public void Outputs_are_what_was_bound_or_what_ONNX_Runtime_allocated()
    {
        float[] output = new float[2];
        DlPackIoBinding binding = Bound([1, 2], output);
        binding.Run(_options);
        DlPackObject bound = binding.GetOutputs().Should().ContainSingle().Subject;
        binding.BindOutput("y");
        binding.Run(_options);
        DlPackObject allocated = binding.GetOutputs().Should().ContainSingle().Subject;
        binding.Dispose();
        _session.Dispose();
        bound.AsSpan<float>()[0] = 9;
        output.Should().Equal(9, -2);
        allocated.ToArray<float>().Should().Equal(-1, -2);
        bound.Dispose();
        allocated.Dispose();
    }

    [Fact]
    public void An_output_in_the_memory_of_an_input_is_the_tensor_that_was_bound_to_it()
    {
        float[] memory = [1, 2, 3, 4, 5, 6];
        using InferenceSession session = OnnxModel.PassThrough(TensorElementType.Float, TensorElementType.Float);
        using DlPackObject a = DlPack.AsDlPack(memory, [2, 3]);
        using DlPackObject b = DlPack.AsDlPack(new float[] { 7, 8 });
        using DlPackObject y = DlPack.AsDlPack(memory, [2]);
        using var binding = new DlPackIoBinding(session);
        binding.BindInput("a", a);
        binding.BindInput("b", b);
        binding.BindOutput("y", y);
        binding.Run(_options);
        using DlPackObject output = binding.GetOutputs().Should().ContainSingle().Subject;
        output.Shape.ToArray().Should().Equal(2);
        output.ToArray<float>().Should().Equal(-7, -8);
        memory.Should().Equal(-7, -8, 3, 4, 5, 6);
    }

    [Fact]
    public void An_output_over_a_read_only_input_can_be_written()
    {
        float[] memory = [1, 2];
        using DlPackObject x = DlPack.AsDlPack((ReadOnlyMemory<float>)memory);
        using DlPackObject y = DlPack.AsDlPack(memory);
        using var binding = new DlPackIoBinding(_session);
        binding.BindInput("x", x);
        binding.BindOutput("y", y);
        binding.Run(_options);
        using DlPackObject output = binding.GetOutputs().Should().ContainSingle().Subject;
        output.AsSpan<float>()[1] = 5;
        memory.Should().Equal(-1, 5);
    }

    [Fact]
    public void A_read_only_input_that_is_put_out_again_stays_read_only_and_held_until_the_next_run()
    {
        using InferenceSession session = OnnxModel.PassThrough();
        using var binding = new DlPackIoBinding(session);
        int released = 0;
        BindConstant(3);
        binding.BindOutput("x");
        binding.BindOutput("y");
        binding.Run(_options);
        BindConstant(4);
        released.Should().Be(0);
        DlPackObject[] outputs = binding.GetOutputs();
        binding.Run(_options);
        released.Should().Be(0);
        Check(outputs, 3);
        released.Should().Be(1);
        Check(binding.GetOutputs(), 4);
        binding.Clear();
        released.Should().Be(2);

        static void Check(DlPackObject[] outputs, float value)
        {
            outputs.Select(output => output.IsReadOnly).Should().Equal(true, false);
            outputs[0].ToArray<float>().Should().Equal(value, value);
            outputs[1].ToArray<float>().Should().Equal(-value, -value);
            Array.ForEach(outputs, output => output.Dispose());
        }

        void BindConstant(float value)
        {
            DlPackObject memory = DlPack.Allocate<float>([2]);
            memory.AsSpan<float>().Fill(value);
            using DlPackObject constant = DlPack.AsDlPack(
                memory.Data,
                memory.DType,
                [2],
                owner: DlPackOwner.FromCallback(() =>
                {
                    memory.Dispose();
                    released++;
                }),
                flags: DLPackFlags.ReadOnly);
            binding.BindInput("x", constant);
        }
    }

    [Fact]
    public void An_input_that_is_put_out_again_is_lent_itself_whatever_is_bound_to_the_output()
    {
        float[] output = new float[2];
        using InferenceSession session = OnnxModel.PassThrough();
        using DlPackObject constant = DlPack.AsDlPack((ReadOnlyMemory<float>)new float[] { 1, 2 });
        using DlPackObject unused = DlPack.AsDlPack(output);
        using var binding = new DlPackIoBinding(session);
        binding.BindInput("x", constant);
        binding.BindOutput("x", unused);
        binding.Run(_options);
        using DlPackObject lent = binding.GetOutputs().Should().ContainSingle().Subject;
        lent.ToArray<float>().Should().Equal(1, 2);
        lent.IsReadOnly.Should().BeTrue();
        output.Should().Equal(0, 0);
    }

    [Fact]
    public void What_ONNX_Runtime_allocates_is_left_alone_by_the_next_run()
    {
        float[] input = [1, 2];
        using DlPackIoBinding binding = Bound(input, new float[2]);
        binding.BindOutput("y");
        using DlPackObject first = RunOnce(binding);
        input[1] = 5;
        using DlPackObject second = RunOnce(binding);
        first.ToArray<float>().Should().Equal(-1, -2);
        second.ToArray<float>().Should().Equal(-1, -5);
    }

    [Fact]
    public void What_ONNX_Runtime_allocates_is_as_long_as_the_input_of_the_run()
    {
        using DlPackIoBinding binding = Bound([1, 2], new float[2]);
        binding.BindOutput("y");
        using DlPackObject two = RunOnce(binding);
        using DlPackObject longer = DlPack.AsDlPack(new float[] { 1, 2, 3, 4, 5 });
        binding.BindInput("x", longer);
        using DlPackObject five = RunOnce(binding);
        two.ToArray<float>().Should().Equal(-1, -2);
        five.ToArray<float>().Should().Equal(-1, -2, -3, -4, -5);
    }

    [Fact]
    public void An_output_is_allocated_until_a_tensor_is_bound_to_it_or_all_is_cleared()
    {
        float[] input = [1, 2];
        float[] output = new float[2];
        using DlPackObject x = DlPack.AsDlPack(input);
        using DlPackObject y = DlPack.AsDlPack(output);
        using DlPackIoBinding binding = Bound(input, output);
        binding.BindOutput("y");
        using DlPackObject first = RunOnce(binding);
        binding.BindOutput("y", y);
        using DlPackObject second = RunOnce(binding);
        output.Should().Equal(-1, -2);
        second.Data.Should().Be(y.Data);
        binding.BindOutput("y");
        input[0] = 7;
        using DlPackObject third = RunOnce(binding);
        output.Should().Equal(-1, -2);
        third.ToArray<float>().Should().Equal(-7, -2);
        binding.Clear();
        binding.BindInput("x", x);
        binding.BindOutput("y", y);
        binding.Run(_options);
        output.Should().Equal(-7, -2);
        binding.Clear();
        binding.BindInput("x", x);
        binding.Invoking(b => b.Run(_options)).Should().Throw<OnnxRuntimeException>("no output is bound any more");
        first.ToArray<float>().Should().Equal(-1, -2);
    }

    [Fact]
    public void Before_a_run_there_are_no_outputs_to_lend()
    {
        using DlPackIoBinding binding = Bound([1, 2], new float[2]);
        binding.BindOutput("y");
        binding.Invoking(b => b.GetOutputs()).Should().Throw<DlPackException>();
    }

    [Fact]
    public void A_binding_may_be_disposed_after_its_session()
    {
        DlPackIoBinding binding = Bound([1, 2], new float[2]);
        _session.Dispose();
        binding.Dispose();
        binding.Dispose();
        Live.Should().Be(default(LiveCounts));
    }

    [Fact]
    public void A_binding_whose_session_was_disposed_lends_its_outputs_and_refuses_the_rest()
    {
        DlPackIoBinding binding = Bound([1, 2], new float[2]);
        binding.Run(_options);
        _session.Dispose();
        using DlPackObject tensor = DlPack.Allocate<float>([2]);
        LiveCounts before = Live;
        foreach (Action use in new Action[]
        {
            () => binding.Run(_options),
            () => binding.BindInput("x", tensor),
            () => binding.BindOutput("y", tensor),
            () => binding.BindOutput("y"),
            () => new DlPackIoBinding(_session).Dispose(),
        })
        {
            use.Should().Throw<ObjectDisposedException>().WithMessage("*session*");
        }

        (Live - before).Should().Be(default(LiveCounts));
        using (DlPackObject output = binding.GetOutputs().Should().ContainSingle().Subject)
        {
            output.ToArray<float>().Should().Equal(-1, -2);
        }

        binding.Clear();
        binding.Dispose();
    }

    [Fact]
    public void A_disposed_binding_is_refused()
    {
        DlPackIoBinding binding = Bound([1, 2], new float[2]);
        binding.Dispose();
        using DlPackObject tensor = DlPack.Allocate<float>([2]);
        ((Action)(() => binding.Run(_options))).Should().Throw<ObjectDisposedException>();
        ((Action)(() => binding.BindInput("x", tensor))).Should().Throw<ObjectDisposedException>();
        ((Action)(() => binding.BindOutput("y", tensor))).Should().Throw<ObjectDisposedException>();
        ((Action)(() => binding.BindOutput("y"))).Should().Throw<ObjectDisposedException>();
        ((Action)(() => binding.GetOutputs())).Should().Throw<ObjectDisposedException>();
        ((Action)binding.Clear).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void What_cannot_be_bound_is_refused_and_let_go()
    {
        float[] output = new float[2];
        using DlPackIoBinding binding = Bound([1, 2], output);
        using DlPackObject strided = DlPack.AsDlPack(new float[4], [2], [2]);
        using DlPackObject constant = DlPack.AsDlPack((ReadOnlyMemory<float>)new float[2]);
        LiveCounts before = Live;
        ((Action)(() => binding.BindInput("x", strided))).Should().Throw<DlPackException>().WithMessage("*strides*");
        ((Action)(() => binding.BindInput("none", constant))).Should().Throw<OnnxRuntimeException>();
        ((Action)(() => binding.BindOutput("y", constant))).Should().Throw<DlPackException>()
            .WithMessage("*read-only*");
        ((Action)(() => binding.BindInput("x", null!))).Should().Throw<ArgumentNullException>();
        ((Action)(() => binding.Run(null!))).Should().Throw<ArgumentNullException>();
        (Live - before).Should().Be(default(LiveCounts));
        binding.Run(_options);
        output.Should().Equal(-1, -2);
    }

    private static void Bind(DlPackIoBinding binding, Action release)
    {
        DlPackObject memory = DlPack.Allocate<float>([2]);
        memory.AsSpan<float>().Fill(3);
        using DlPackObject tensor = DlPack.AsDlPack(
            memory.Data,
            memory.DType,
            [2],
            owner: DlPackOwner.FromCallback(() =>
            {
                memory.Dispose();
                release();
            }));
        binding.BindInput("x", tensor);
    }

    private DlPackObject RunOnce(DlPackIoBinding binding)
    {
        binding.Run(_options);
        return binding.GetOutputs().Should().ContainSingle().Subject;
    }

    private DlPackIoBinding Bound(float[] input, float[] output)
    {
        using DlPackObject x = DlPack.AsDlPack(input);
        using DlPackObject y = DlPack.AsDlPack(output);
        var binding = new DlPackIoBinding(_session);
        binding.BindInput("x", x);
        binding.BindOutput("y", y);
        return binding;
    }
}
