using DlPackNet.Interop;
using DlPackNet.Tests.Lifetime;
using FluentAssertions;
using TorchSharp;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>How torch tensors go out, and what keeps them alive.</summary>
public sealed class ExportTests : TorchLeakChecked
{
    [Theory]
    [MemberData(nameof(Ways))]
    public void Strides_and_the_offset_are_those_of_torch(bool direct)
    {
        using torch.Tensor whole = Torch.Ramp(4, 6);
        using torch.Tensor part = whole[torch.TensorIndex.Slice(1, 4, 2), torch.TensorIndex.Slice(2, 6, 3)];
        using DlPackObject tensor = TorchExport.Lend(part, direct);

        tensor.Shape.ToArray().Should().Equal(2, 2);
        tensor.Strides.ToArray().Should().Equal(12, 3);
        tensor.ToArray<float>().Should().Equal(8, 11, 20, 23);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Repeated_elements_are_read_only(bool direct)
    {
        using torch.Tensor row = Torch.Ramp(3);
        using torch.Tensor expanded = row.expand(2, 3);
        using DlPackObject tensor = TorchExport.Lend(expanded, direct);

        tensor.IsReadOnly.Should().BeTrue();
        tensor.Strides.ToArray().Should().Equal(0, 1);
        tensor.ToArray<float>().Should().Equal(0, 1, 2, 0, 1, 2);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void What_torch_does_in_place_is_seen_and_the_other_way_round(bool direct)
    {
        using torch.Tensor torchTensor = Torch.Ramp(2, 3);
        using DlPackObject tensor = TorchExport.Lend(torchTensor, direct);
        Span<float> elements = tensor.AsSpan<float>();

        torchTensor.mul_(10);
        elements.ToArray().Should().Equal(0, 10, 20, 30, 40, 50);
        elements[0] = 5;
        torchTensor.sum().item<float>().Should().Be(155);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void The_memory_lives_until_torch_and_all_borrowers_are_done_whatever_their_order(bool direct)
    {
        foreach (int[] order in (int[][])[[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
        {
            // torch's memory is ours here, so that its release can be counted.
            var memory = new CountedMemory();
            DlPackObject ours = memory.Lend();
            torch.Tensor torchTensor = ours.ToTorchTensor();
            ours.Dispose();

            DlPackObject tensor = TorchExport.Lend(torchTensor, direct);
            DlPackCapsule capsule = tensor.Dlpack();
            IDisposable[] holders = [torchTensor, tensor, capsule];
            holders[order[0]].Dispose();
            holders[order[1]].Dispose();
            memory.Releases.Should().Be(0);
            memory.Elements[5].Should().Be(5);
            holders[order[2]].Dispose();
            memory.Releases.Should().Be(1);
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void What_a_dispose_scope_disposes_stays_lent(bool direct)
    {
        DlPackObject tensor;
        long before = torch.Tensor.TotalCount;
        using (torch.NewDisposeScope())
        {
            tensor = TorchExport.Lend(Torch.Ramp(6) + 1, direct);
        }

        torch.Tensor.TotalCount.Should().Be(before);
        tensor.ToArray<float>().Should().Equal(1, 2, 3, 4, 5, 6);
        tensor.Dispose();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_scalar_and_an_empty_tensor_go_out(bool direct)
    {
        using torch.Tensor scalar = torch.tensor(7.5);
        using torch.Tensor empty = torch.zeros(3, 0);
        using DlPackObject one = TorchExport.Lend(scalar, direct);
        using DlPackObject none = TorchExport.Lend(empty, direct);

        one.NDim.Should().Be(0);
        one.ToArray<double>().Should().Equal(7.5);
        none.Shape.ToArray().Should().Equal(3, 0);
        none.Dlpack().Dispose();
    }

    [Fact]
    public void A_parameter_of_a_network_is_lent_detached()
    {
        using var linear = torch.nn.Linear(2, 1, hasBias: false);
        using torch.Tensor detached = linear.weight!.detach();
        using (DlPackObject weights = detached.AsDlPack())
        {
            weights.AsSpan<float>().Fill(0.5f);
        }

        using torch.Tensor result = linear.call(Torch.Ramp(1, 2) + 3);
        result.item<float>().Should().Be(3.5f);
    }

    [Fact]
    public void A_legacy_consumer_gets_the_memory_too()
    {
        using torch.Tensor torchTensor = Torch.Ramp(6);
        using DlPackObject tensor = torchTensor.AsDlPack();
        using DlPackCapsule capsule = tensor.Dlpack(maxVersion: new DLPackVersion(0, 8), copy: false);
        using DlPackObject back = DlPack.FromDlpack(capsule);
        back.AsSpan<float>()[3] = 30;
        torchTensor[3].item<float>().Should().Be(30);
    }
}
