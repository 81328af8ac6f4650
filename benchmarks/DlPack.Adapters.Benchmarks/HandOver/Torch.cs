using TorchSharp;

namespace DlPackNet.Benchmarks.HandOver;

/// <summary>TorchSharp.</summary>
internal sealed class Torch : Gigabyte
{
    /// <inheritdoc/>
    public override string Name => "TorchSharp";

    /// <inheritdoc/>
    public override DlPackObject Lend(object value) => ((torch.Tensor)value).AsDlPack();

    /// <inheritdoc/>
    public override float Take(DlPackObject tensor)
    {
        using torch.Tensor view = tensor.ToTorchTensor(allowReadOnly: tensor.IsReadOnly);
        return view.data<float>()[Last, Last];
    }

    /// <inheritdoc/>
    public override object CopyIn(float[] items) => torch.tensor(items, Side, Side);

    /// <inheritdoc/>
    public override float[] CopyOut(object value) => ((torch.Tensor)value).data<float>().ToArray();
}
