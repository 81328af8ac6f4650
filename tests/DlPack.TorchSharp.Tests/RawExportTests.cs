using DlPackNet.Interop;
using DlPackNet.Tests.Lifetime;
using FluentAssertions;
using TorchSharp;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>Torch tensors lent to native code without an object between.</summary>
public sealed unsafe class RawExportTests : TorchLeakChecked
{
    [Theory]
    [MemberData(nameof(Ways))]
    public void The_struct_says_what_torch_has(bool direct)
    {
        using torch.Tensor whole = Torch.Ramp(4, 6);
        using torch.Tensor part = whole[torch.TensorIndex.Slice(1, 4, 2), torch.TensorIndex.Slice(2, 6, 3)];
        using DlPackObject back = DlPack.FromDlpack(TorchExport.Export(part, direct));

        back.Strides.ToArray().Should().Equal(12, 3);
        back.ToArray<float>().Should().Equal(8, 11, 20, 23);
        back.IsReadOnly.Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Repeated_elements_are_read_only(bool direct)
    {
        using torch.Tensor row = Torch.Ramp(3);
        using torch.Tensor expanded = row.expand(2, 3);
        DLManagedTensorVersioned* lent = TorchExport.Export(expanded, direct);
        lent->flags.Should().HaveFlag(DLPackFlags.ReadOnly);
        lent->deleter(lent);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void The_struct_keeps_the_memory_until_its_deleter_is_called(bool direct)
    {
        var memory = new CountedMemory();
        DlPackObject ours = memory.Lend();
        torch.Tensor tensor = ours.ToTorchTensor();
        ours.Dispose();
        DLManagedTensorVersioned* lent = TorchExport.Export(tensor, direct);
        tensor.Dispose();
        memory.Releases.Should().Be(0);
        ((nint)lent->dl_tensor.data).Should().Be(memory.Address);
        lent->deleter(lent);
        memory.Releases.Should().Be(1);
    }
}
