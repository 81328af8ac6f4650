using DlPackNet.AdapterTests;
using TorchSharp;

namespace DlPackNet.MatrixTests.Libraries;

/// <summary>TorchSharp.</summary>
internal sealed class TorchSharp : Library
{
    /// <inheritdoc/>
    public override string Name => "TorchSharp";

    /// <inheritdoc/>
    public override string How => "`DlPack.TorchSharp`";

    /// <inheritdoc/>
    public override string Where => Debian13.Where;

    /// <inheritdoc/>
    public override string? Missing => TorchLibrary.Missing;

    /// <inheritdoc/>
    public override bool IsRunElsewhere => Debian13.IsElsewhere;

    /// <inheritdoc/>
    public override Lent Lend()
    {
        torch.Tensor tensor = torch.zeros(2, 3);
        return new Lent(
            tensor.AsDlPack(),
            (i, j) => tensor.data<float>()[i, j],
            (i, j, value) => tensor.data<float>()[i, j] = value);
    }

    /// <inheritdoc/>
    public override Taken Take(DlPackObject tensor)
    {
        torch.Tensor view = tensor.ToTorchTensor(allowReadOnly: tensor.IsReadOnly);
        return new Taken(
            (i, j) => view.data<float>()[i, j],
            tensor.IsReadOnly ? null : (i, j, value) => view.data<float>()[i, j] = value,
            view.Dispose);
    }
}
