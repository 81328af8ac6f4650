using DlPackNet.Interop;
using DlPackNet.Tests.Lifetime;
using FluentAssertions;
using TorchSharp;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>How tensors come in, and when they are released.</summary>
public sealed class ImportTests : TorchLeakChecked
{
    /// <summary>Shape, strides and offset in 24 elements.</summary>
    public static TheoryData<long[], long[], long> Layouts => new()
    {
        { [], [], 5 },
        { [24], [], 0 },
        { [0], [], 0 },
        { [3, 0, 2], [], 0 },
        { [1], [], 23 },
        { [24, 1], [1, 77], 0 },
        { [6, 4], [1, 6], 0 },
        { [2, 3], [12, 2], 1 },
        { [2, 3, 4], [4, 8, 1], 0 },
        { [3, 5], [0, 1], 4 },
        { [4, 4], [1, 1], 2 },
    };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Torch_sees_the_layout_and_the_values(long[] shape, long[] strides, long offset)
    {
        double[] array = [.. Enumerable.Range(0, 24)];
        using DlPackObject tensor = DlPack.AsDlPack(array, shape, strides, offset: offset);
        foreach (bool direct in (bool[])[true, false])
        {
            using torch.Tensor view = Take(tensor, direct, allowReadOnly: true);
            view.shape.Should().Equal(shape);
            view.stride().Should().Equal(tensor.Strides.ToArray());
            Torch.Elements<double>(view).Should().Equal(tensor.ToArray<double>());
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void What_torch_does_in_place_is_in_the_array(bool direct)
    {
        float[] array = [1, 2, 3, 4, 5, 6];
        using DlPackObject tensor = DlPack.AsDlPack(array, [3], [2]);
        using torch.Tensor view = Take(tensor, direct);
        view.mul_(10);
        array.Should().Equal(10, 2, 30, 4, 50, 6);
        array[4] = 1;
        view.sum().item<float>().Should().Be(41);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void The_memory_is_released_once_when_the_last_of_torch_s_tensors_is_gone(bool direct)
    {
        foreach (int[] order in (int[][])[[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
        {
            var memory = new CountedMemory();
            DlPackObject tensor = memory.Lend();
            torch.Tensor view = Take(tensor, direct);
            torch.Tensor row = view[1];
            IDisposable[] holders = [tensor, view, row];
            holders[order[0]].Dispose();
            holders[order[1]].Dispose();
            memory.Releases.Should().Be(0);
            memory.Elements.ToArray().Should().Equal(0, 1, 2, 3, 4, 5);
            holders[order[2]].Dispose();
            memory.Releases.Should().Be(1);
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void The_same_memory_taken_twice_is_released_by_its_own_owners(bool direct)
    {
        var memory = new CountedMemory();
        using DlPackObject first = memory.Lend();
        int others = 0;
        using DlPackObject second = memory.Lend(DlPackOwner.FromCallback(() => others++));
        torch.Tensor a = Take(first, direct);
        torch.Tensor b = Take(second, direct);
        first.Dispose();
        second.Dispose();
        b.Dispose();
        (memory.Releases, others).Should().Be((0, 1));
        a.Dispose();
        (memory.Releases, others).Should().Be((1, 1));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void An_empty_tensor_is_released_too(bool direct)
    {
        int released = 0;
        DlPackObject tensor = DlPack.AsDlPack(
            0, DLDataType.Float32, [2, 0], owner: DlPackOwner.FromCallback(() => released++));
        torch.Tensor view = Take(tensor, direct);
        tensor.Dispose();
        view.sum().item<float>().Should().Be(0);
        released.Should().Be(0);
        view.Dispose();
        released.Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Forgotten_tensors_are_released_by_their_finalizers(bool direct)
    {
        LeaveTheRestToFinalizers();
        CountedMemory[] memories = [.. Enumerable.Range(0, 100).Select(_ => new CountedMemory())];
        foreach (CountedMemory memory in memories)
        {
            Forget(memory, direct);
        }

        LiveAfterFinalizers().Blocks.Should().Be(0);
        memories.Should().OnlyContain(memory => memory.Releases == 1);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Threads_take_and_release_at_the_same_time(bool direct)
    {
        int released = 0;
        Threads.Run(4, _ =>
        {
            for (int i = 0; i < 500; i++)
            {
                float[] array = [1, 2, 3];
                DlPackObject tensor = DlPack.AsDlPack(array, [3], [1]);
                using torch.Tensor view = Take(tensor, direct);
                tensor.Dispose();
                if (view.data<float>()[2] == 3)
                {
                    Interlocked.Increment(ref released);
                }
            }
        });
        released.Should().Be(2000);
        Live.Blocks.Should().Be(0);
    }

    [Fact]
    public void A_dispose_scope_disposes_what_came_in()
    {
        var memory = new CountedMemory();
        DlPackObject tensor = memory.Lend();
        using (torch.NewDisposeScope())
        {
            tensor.ToTorchTensor();
            tensor.Dispose();
            memory.Releases.Should().Be(0);
        }

        memory.Releases.Should().Be(1);
    }

    [Fact]
    public void Memory_goes_to_torch_and_back_many_times_without_a_copy()
    {
        var memory = new CountedMemory();
        DlPackObject tensor = memory.Lend();
        for (int i = 0; i < 10; i++)
        {
            using torch.Tensor view = Take(tensor, direct: i % 2 == 0);
            tensor.Dispose();
            tensor = view.AsDlPack();
        }

        tensor.Data.Should().Be(memory.Address);
        memory.Releases.Should().Be(0);
        tensor.Dispose();
        memory.Releases.Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Pinned_memory_comes_in_as_main_memory(bool direct)
    {
        var memory = new CountedMemory();
        using DlPackObject tensor = DlPack.AsDlPack(
            memory.Address, DLDataType.Float32, [6], device: new DLDevice(DLDeviceType.kDLCUDAHost, 0));
        using torch.Tensor view = Take(tensor, direct);
        view.device_type.Should().Be(DeviceType.CPU);
        view.sum().item<float>().Should().Be(CountedMemory.Sum);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void One_element_may_be_repeated_more_often_than_memory_has_bytes(bool direct)
    {
        float[] one = [3];
        long[] shape = [1L << 40, 1L << 20];
        using DlPackObject tensor = DlPack.AsDlPack(one, shape, [0, 0]);
        using torch.Tensor view = Take(tensor, direct, allowReadOnly: true);
        view.shape.Should().Equal(shape);
        using torch.Tensor last = view[shape[0] - 1, shape[1] - 1];
        last.item<float>().Should().Be(3);
        using DlPackObject back = TorchExport.Lend(view, direct);
        back.Length.Should().Be(1L << 60);
    }

    [Fact]
    public void Gradients_flow_through_what_came_in()
    {
        using DlPackObject tensor = DlPack.AsDlPack(new float[] { 1, 2, 3 });
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor view = tensor.ToTorchTensor();
        view.requires_grad = true;
        view.pow(2).sum().backward();
        Torch.Elements<float>(view.grad!).Should().Equal(2, 4, 6);
    }

    internal static torch.Tensor Take(DlPackObject tensor, bool direct, bool allowReadOnly = false) =>
        torch.Tensor.UnsafeCreateTensor(TorchImport.Take(tensor, allowReadOnly, direct));

    private static void Forget(CountedMemory memory, bool direct)
    {
        using DlPackObject tensor = memory.Lend();
        torch.Tensor view = Take(tensor, direct);
        view.mul_(2);
    }
}
