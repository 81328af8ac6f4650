using ILGPU;
using ILGPU.Runtime;

namespace DlPackNet.GpuHost;

/// <summary>A view of a tensor, which releases it when it is dropped.</summary>
internal sealed class HeldView(ArrayView1D<float, Stride1D.Dense> view) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => view.Release();
}
