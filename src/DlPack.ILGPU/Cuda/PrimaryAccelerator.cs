using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DlPackNet;

/// <summary>Moves a new accelerator from the context that ILGPU made to its GPU's primary context.</summary>
/// <remarks>
/// All that an accelerator does, it does in the thread's current context, and it makes <c>NativePtr</c> that. The
/// context that ILGPU made would take hundreds of MiB for nothing, and is destroyed. Before the accelerator is disposed
/// it gets another one, since it destroys the one it has; the primary one is not its to destroy.
/// </remarks>
internal static class PrimaryAccelerator
{
    /// <summary>Makes an accelerator in the primary context.</summary>
    public static CudaAccelerator Create(Context context, CudaDevice device)
    {
        PrimaryContext primary = PrimaryContext.Of(device.DeviceId);
        CudaAccelerator accelerator = device.CreateCudaAccelerator(context);
        try
        {
            MakeCurrent(primary.Handle);
        }
        catch
        {
            accelerator.Dispose();
            throw;
        }

        nint own = accelerator.NativePtr;
        accelerator.Disposed += (_, _) => LetDestroy(accelerator, primary.Handle);
        SetNativePtr(accelerator, primary.Handle);

        // Should it not be possible, the memory that it takes is all that is lost.
        _ = Driver.cuCtxDestroy_v2(own);
        return accelerator;
    }

    private static void LetDestroy(CudaAccelerator accelerator, nint primary)
    {
        AcceleratorHolds.CheckNone(accelerator);

        // Bound now, and so left alone by what follows: what belongs to the accelerator is freed where it was made.
        accelerator.Bind();
        MakeCurrent(primary);
        SetNativePtr(accelerator, MakeContext(accelerator.DeviceId));
    }

    // 0 where the GPU has no room for it: then ILGPU's last step fails, when all else has been freed.
    private static nint MakeContext(int ordinal)
    {
        if (Driver.cuDeviceGet(out int device, ordinal) != 0 || Driver.cuCtxCreate_v2(out nint made, 0, device) != 0)
        {
            return 0;
        }

        _ = Driver.cuCtxPopCurrent_v2(out _);
        return made;
    }

    private static void MakeCurrent(nint context) =>
        Driver.Check(Driver.cuCtxSetCurrent(context), "make the primary context current");

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_NativePtr")]
    private static extern void SetNativePtr(Accelerator accelerator, nint context);
}
