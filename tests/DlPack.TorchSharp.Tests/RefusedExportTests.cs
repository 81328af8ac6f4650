using System.Runtime.InteropServices;
using DlPackNet.Interop;
using FluentAssertions;
using TorchSharp;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>What torch has and DLPack cannot say, each with the way out that the message names.</summary>
public sealed unsafe class RefusedExportTests : TorchLeakChecked
{
    [Fact]
    public void Gradients_are_refused_and_the_detached_tensor_is_the_same_memory()
    {
        using torch.Tensor leaf = torch.ones(3, requires_grad: true);
        using torch.Tensor result = leaf * 2;
        Refuses(leaf, "*gradients*detach()*");
        Refuses(result, "*gradients*detach()*");

        using torch.Tensor detached = leaf.detach();
        using DlPackObject tensor = detached.AsDlPack();
        tensor.AsSpan<float>()[1] = 5;
        leaf[1].item<float>().Should().Be(5);
    }

    [Fact]
    public void Sparse_tensors_are_refused_and_the_dense_one_is_not()
    {
        using torch.Tensor sparse = torch.eye(3).to_sparse();
        Refuses(sparse, "*sparse*to_dense()*");

        using torch.Tensor dense = sparse.to_dense();
        using DlPackObject tensor = dense.AsDlPack();
        tensor.ToArray<float>().Should().Equal(1, 0, 0, 0, 1, 0, 0, 0, 1);
    }

    [Fact]
    public void Pending_conjugation_and_negation_are_refused_and_resolved_ones_are_not()
    {
        using torch.Tensor complex = torch.complex(torch.ones(2), torch.ones(2));
        using torch.Tensor conjugated = complex.conj();
        using torch.Tensor negated = conjugated.imag;
        Refuses(conjugated, "*conjugat*resolve_conj()*");
        Refuses(negated, "*negat*resolve_neg()*");

        using torch.Tensor resolved = conjugated.resolve_conj();
        using DlPackObject tensor = resolved.AsDlPack();
        tensor.DType.Should().Be(DLDataType.Complex64);
        using torch.Tensor positive = negated.resolve_neg();
        using DlPackObject imaginary = positive.AsDlPack();
        imaginary.ToArray<float>().Should().Equal(-1, -1);
    }

    [Fact]
    public void The_meta_device_is_refused()
    {
        using torch.Tensor meta = torch.zeros(3, device: torch.META);
        Refuses(meta, "*meta*no elements*");
    }

    [Fact]
    public void More_than_64_dimensions_are_refused()
    {
        long[] ones = [.. Enumerable.Repeat(1L, 65)];
        using torch.Tensor deep = torch.zeros(ones);
        Refuses(deep, "*65 dimensions*");
    }

    [Theory]
    [InlineData("x.to_sparse_csr()")]
    [InlineData("x.to_sparse_csc()")]
    [InlineData("x.to_sparse_bsr([1, 1])")]
    [InlineData("x.to_mkldnn()")]
    [InlineData("torch._efficientzerotensor([2, 2])")]
    [InlineData("torch._nested_tensor_from_tensor_list([x, x[0:1]], None, None, None, None)")]
    [InlineData("torch._add_batch_dim(x, 0, 1)")]
    public void What_has_no_strides_is_refused(string expression)
    {
        using torch.Tensor tensor = Torch.Scripted(expression);
        Refuses(tensor, "*strided memory only*to_dense()*");
    }

    [Fact]
    public void A_handle_of_no_tensor_is_refused()
    {
        nint library = NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, searchPath: null);
        var newTensor = (delegate* unmanaged[Cdecl]<nint*, int>)NativeLibrary.GetExport(
            library, "aoti_torch_new_uninitialized_tensor");
        nint handle;
        newTensor(&handle).Should().Be(0);
        using torch.Tensor undefined = torch.Tensor.UnsafeCreateTensor(handle);
        Refuses(undefined, "The torch tensor*");
    }

    [Theory]
    [InlineData("torch.quantize_per_tensor(x, 0.5, 3, 13)")]
    [InlineData("torch.quantize_per_tensor(x, 0.5, 3, 12)")]
    [InlineData("torch.quantize_per_tensor(x, 0.5, 3, 14)")]
    public void Quantized_tensors_are_refused_and_their_integers_are_not(string expression)
    {
        using torch.Tensor tensor = Torch.Scripted(expression);
        Refuses(tensor, "*no dtype*int_repr()*");
        using torch.Tensor integers = tensor.int_repr();
        using DlPackObject lent = integers.AsDlPack();
        lent.Length.Should().Be(4);
    }

    [Fact]
    public void A_disposed_tensor_is_refused_and_so_is_none()
    {
        torch.Tensor gone = torch.zeros(3);
        gone.Dispose();
        Action lend = () => gone.AsDlPack();
        lend.Should().Throw<ObjectDisposedException>();
        Action lendNothing = () => ((torch.Tensor)null!).AsDlPack();
        lendNothing.Should().Throw<ArgumentNullException>();
        Action export = () => DlPack.Export(gone);
        export.Should().Throw<ObjectDisposedException>();
        Action exportNothing = () => DlPack.Export((torch.Tensor)null!);
        exportNothing.Should().Throw<ArgumentNullException>();
    }

    private static void Refuses(torch.Tensor tensor, string message)
    {
        foreach (bool direct in (bool[])[true, false])
        {
            Action lend = () => TorchExport.Lend(tensor, direct);
            lend.Should().Throw<DlPackException>().WithMessage(message);
            Action export = () => TorchExport.Export(tensor, direct);
            export.Should().Throw<DlPackException>().WithMessage(message);
        }

        Action extension = () => tensor.AsDlPack();
        extension.Should().Throw<DlPackException>().WithMessage(message);
        Action lendStatic = () => DlPack.AsDlPack(tensor);
        lendStatic.Should().Throw<DlPackException>().WithMessage(message);
    }
}
