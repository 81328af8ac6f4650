using System.Runtime.CompilerServices;
using DlPackNet.Tests;
using DlPackNet.Tests.Facade;
using FluentAssertions;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>How long values and tensors keep each other's memory, whoever is disposed first.</summary>
public sealed unsafe class OnnxRuntimeLifetimeTests : LeakChecked
{
    [Fact]
    public void A_value_is_disposed_when_the_last_borrower_is_done()
    {
        OrtValue value = OrtValues.Allocate(TensorElementType.Float, [2, 3]);
        using (DlPackObject back = Forward(value))
        {
            back.AsSpan<float>()[5] = 7;
            value.GetTensorDataAsSpan<float>()[5].Should().Be(7);
        }

        IsDisposed(value).Should().BeTrue();

        static DlPackObject Forward(OrtValue value)
        {
            using DlPackObject tensor = value.AsDlPack();
            return DlPack.FromDlpack(tensor.Dlpack());
        }
    }

    [Fact]
    public void Disposing_the_value_first_leaves_the_tensor_its_memory()
    {
        const int Large = 64 << 20;
        OrtValue value = OrtValues.Allocate(TensorElementType.UInt8, [Large]);
        using DlPackObject tensor = value.AsDlPack();
        value.Dispose();

        // Memory of this size goes back to the system when it is freed, and touching it would end the process.
        Span<byte> bytes = tensor.AsSpan<byte>();
        bytes.Fill(3);
        bytes[^1].Should().Be(3);
    }

    [Fact]
    public void A_disposed_value_is_refused()
    {
        OrtValue value = OrtValues.Allocate(TensorElementType.Float, [2, 3]);
        value.Dispose();
        Action lend = () => value.AsDlPack();
        lend.Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void ONNX_Runtime_holds_the_tensor_when_its_value_is_disposed_first()
    {
        using InferenceSession session = OnnxModel.Session("Neg", TensorElementType.Float, "x");
        using var options = new RunOptions();
        OrtIoBinding binding = session.CreateIoBinding();
        DlPackObject x = DlPack.Allocate<float>([2]);
        x.AsSpan<float>().Fill(3);
        float[] output = new float[2];
        DlPackObject y = DlPack.AsDlPack(output);
        using (OrtValue input = x.ToOrtValue())
        using (OrtValue result = y.ToOrtValue())
        {
            binding.BindInput("x", input);
            binding.BindOutput("y", result);
        }

        x.Dispose();
        y.Dispose();
        Live.Allocations.Should().Be(1);
        Live.Pins.Should().Be(1);
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        session.RunWithBinding(options, binding);
        output.Should().Equal(-3, -3);
        binding.Dispose();
        Live.Should().Be(default(LiveCounts));
    }

    [Fact]
    public void Many_values_at_once_let_go_on_whatever_thread_disposes_them()
    {
        using DlPackObject x = DlPack.AsDlPack(new float[6], [2, 3]);
        for (int round = 0; round < 3; round++)
        {
            OrtValue[] values = [.. Enumerable.Range(0, 100).Select(_ => x.ToOrtValue())];
            Live.Blocks.Should().Be(100);
            OnAnotherThread(() => Array.ForEach(values[..50], value => value.Dispose()));
            Array.ForEach(values[50..], value => value.Dispose());
            Live.Blocks.Should().Be(0);
        }

        // A thread that has made values and ended gives back what it kept for more of them.
        OnAnotherThread(() =>
        {
            OrtValue[] values = [x.ToOrtValue(), x.ToOrtValue()];
            Array.ForEach(values, value => value.Dispose());
            x.ToOrtValue().Dispose();
        });
        GC.Collect();
        GC.WaitForPendingFinalizers();
        x.ToOrtValue().Dispose();

        static void OnAnotherThread(Action action)
        {
            var thread = new Thread(() => action());
            thread.Start();
            thread.Join();
        }
    }

    [Fact]
    public void A_forgotten_value_lets_go_when_it_is_collected() =>
        IsGivenBackWhenCollected(static tensor => tensor.ToOrtValue());

    [Fact]
    public void A_forgotten_tensor_gives_its_value_back_when_it_is_collected() =>
        IsGivenBackWhenCollected(static tensor => tensor.ToOrtValue().AsDlPack());

    [Fact]
    public void A_value_over_an_array_keeps_it_in_place_for_the_tensor_when_disposed_first()
    {
        float[] array = [1, 2, 3];
        OrtValue value = OrtValue.CreateTensorValueFromMemory(array, [3]);
        using DlPackObject tensor = value.AsDlPack();
        value.Dispose();
        CheckInPlace(tensor, array);
    }

    [Fact]
    public void A_value_over_an_array_keeps_it_in_place_until_the_last_of_its_tensors_is_done()
    {
        float[] array = [1, 2, 3];
        OrtValue value = OrtValue.CreateTensorValueFromMemory(array, [3]);
        DlPackObject first = value.AsDlPack();
        using DlPackObject second = value.AsDlPack();
        using DlPackObject third = value.AsDlPack();
        first.Dispose();
        CheckInPlace(second, array);
        second.Dispose();
        CheckInPlace(third, array);
    }

    [Fact]
    public void A_value_lent_twice_is_given_back_once()
    {
        OrtValue value = OrtValues.Allocate(TensorElementType.UInt8, [64 << 20]);
        DlPackObject first = value.AsDlPack();
        DlPackObject second = value.AsDlPack();
        first.Dispose();
        second.AsSpan<byte>().Fill(3);
        second.Dispose();
        Action lend = () => value.AsDlPack();
        lend.Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Threads_that_lend_one_value_all_get_its_memory()
    {
        for (int round = 0; round < 50; round++)
        {
            OrtValue value = OrtValues.Allocate(TensorElementType.Float, [1 << 20]);
            var tensors = new DlPackObject[4];
            Parallel.For(0, tensors.Length, i => tensors[i] = value.AsDlPack());
            Parallel.ForEach(tensors, tensor =>
            {
                tensor.AsSpan<float>()[0] = 1;
                tensor.Dispose();
            });
        }
    }

    [Fact]
    public void A_value_can_be_lent_again_while_the_last_of_its_tensors_goes()
    {
        for (int round = 0; round < 200; round++)
        {
            OrtValue value = OrtValues.Allocate(TensorElementType.Float, [1 << 20]);
            DlPackObject first = value.AsDlPack();
            Parallel.Invoke(first.Dispose, LendAgain, LendAgain);

            void LendAgain()
            {
                try
                {
                    using DlPackObject again = value.AsDlPack();
                    again.AsSpan<float>()[^1] = 1;
                }
                catch (ObjectDisposedException)
                {
                    // The other thread was quicker.
                }
            }
        }
    }

    private static void CheckInPlace(DlPackObject tensor, float[] array)
    {
        nint before = tensor.Data;
        for (int i = 0; i < 20; i++)
        {
            _ = new byte[1000];
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        }

        fixed (float* now = array)
        {
            ((nint)now).Should().Be(before);
        }

        array[2] = 0;
        tensor.AsSpan<float>()[2] = 9;
        array[2].Should().Be(9);
    }

    private static bool IsDisposed(OrtValue value)
    {
        try
        {
            value.GetTensorSizeInBytes();
            return false;
        }
        catch (OnnxRuntimeException)
        {
            return true;
        }
    }

    private void IsGivenBackWhenCollected(Action<DlPackObject> make)
    {
        Forget(make);
        LeaveTheRestToFinalizers();
        LiveAfterFinalizers().Should().Be(default(LiveCounts));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget(Action<DlPackObject> make)
        {
            using DlPackObject tensor = DlPack.AsDlPack(new float[4]);
            make(tensor);
        }
    }
}
