using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DlPackNet;

/// <summary>Moves a new accelerator from the context that ILGPU made to its GPU's primary context.</summary>
/// <remarks>
/// All that an accelerator does, it does in the thread's current context, and it makes <c>NativePtr</c> that. Before
/// it is disposed it gets its own context back, since it destroys the one it has; the primary one is not its to
/// destroy.
/// </remarks>
internal static class PrimaryAccelerator
{
    /// <summary>Makes an accelerator in the primary context.</summary>
    public static CudaAccelerator Create(Context context, CudaDevice device)
    {
        PrimaryContext primary = PrimaryContext.Of(device.DeviceId);
        CudaAccelerator accelerator = device.CreateCudaAccelerator(context);
        nint own = accelerator.NativePtr;
        SetNativePtr(accelerator, primary.Handle);
        MakeCurrent(primary.Handle);
        accelerator.Disposed += (_, _) => GiveBack(accelerator, own, primary.Handle);
        return accelerator;
    }

    private static void GiveBack(CudaAccelerator accelerator, nint own, nint primary)
    {
        AcceleratorHolds.CheckNone(accelerator);

        // Bound now, and so left alone by what follows: what belongs to the accelerator is freed where it was made.
        accelerator.Bind();
        MakeCurrent(primary);
        SetNativePtr(accelerator, own);
    }

    private static void MakeCurrent(nint context) =>
        Driver.Check(Driver.cuCtxSetCurrent(context), "make the primary context current");

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_NativePtr")]
    private static extern void SetNativePtr(Accelerator accelerator, nint context);
}
