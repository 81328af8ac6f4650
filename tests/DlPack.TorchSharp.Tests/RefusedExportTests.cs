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
    }

    private static void Refuses(torch.Tensor tensor, string message)
    {
        Action lend = () => tensor.AsDlPack();
        lend.Should().Throw<DlPackException>().WithMessage(message);
        Action lendStatic = () => DlPack.AsDlPack(tensor);
        lendStatic.Should().Throw<DlPackException>().WithMessage(message);
        Action export = () => DlPack.Export(tensor);
        export.Should().Throw<DlPackException>().WithMessage(message);
    }
}
