using ILGPU;
using ILGPU.Backends;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DlPackNet.IlgpuTests;

/// <summary>An accelerator of OpenCL's kind that has memory, of handles that mean nothing, and nothing else.</summary>
internal sealed class OpenClAccelerator : Accelerator
{
    public OpenClAccelerator(Context context, OpenClDevice device)
        : base(context, device) => NativePtr = 1;

    /// <inheritdoc/>
    public override TExtension CreateExtension<TExtension, TExtensionProvider>(TExtensionProvider provider) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    protected override MemoryBuffer AllocateRawInternal(long length, int elementSize) =>
        new Handle(this, length, elementSize);

    /// <inheritdoc/>
    protected override AcceleratorStream CreateStreamInternal() => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void SynchronizeInternal()
    {
    }

    /// <inheritdoc/>
    protected override void OnBind()
    {
    }

    /// <inheritdoc/>
    protected override void OnUnbind()
    {
    }

    /// <inheritdoc/>
    protected override bool CanAccessPeerInternal(Accelerator otherAccelerator) => false;

    /// <inheritdoc/>
    protected override void EnablePeerAccessInternal(Accelerator otherAccelerator) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void DisablePeerAccessInternal(Accelerator otherAccelerator) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    protected override Kernel LoadKernelInternal(CompiledKernel kernel) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override Kernel LoadImplicitlyGroupedKernelInternal(
        CompiledKernel kernel, int customGroupSize, out KernelInfo? kernelInfo) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override Kernel LoadAutoGroupedKernelInternal(CompiledKernel kernel, out KernelInfo? kernelInfo) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    protected override int EstimateMaxActiveGroupsPerMultiprocessorInternal(
        Kernel kernel, int groupSize, int dynamicSharedMemorySizeInBytes) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override int EstimateGroupSizeInternal(
        Kernel kernel, Func<int, int> computeSharedMemorySize, int maxGroupSize, out int minGridSize) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    protected override int EstimateGroupSizeInternal(
        Kernel kernel, int dynamicSharedMemorySizeInBytes, int maxGroupSize, out int minGridSize) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    protected override PageLockScope<T> CreatePageLockFromPinnedInternal<T>(nint pinned, long numElements) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void DisposeAccelerator_SyncRoot(bool disposing)
    {
    }

    private sealed class Handle : CPUMemoryBuffer
    {
        public Handle(Accelerator accelerator, long length, int elementSize)
            : base(accelerator, length, elementSize) => NativePtr = 0xc1;

        /// <inheritdoc/>
        protected override void DisposeAcceleratorObject(bool disposing)
        {
        }
    }
}
