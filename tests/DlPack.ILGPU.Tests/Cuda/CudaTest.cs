using DlPackNet.Interop;
using DlPackNet.Tests.Facade;
using FluentAssertions;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace DlPackNet.IlgpuTests.Cuda;

/// <summary>A test with an accelerator in the primary context of the stub's first GPU, and a second stream.</summary>
public abstract class CudaTest : LeakChecked
{
    private readonly Context? _context;

    protected CudaTest()
    {
        CudaStub.Need();
        DlPackCuda.Initialize();
        _context = Context.Create(builder => builder.Cuda());
        Gpu = DlPackCuda.CreateAccelerator(_context, _context.GetCudaDevices()[0]);
        Side = (CudaStream)Gpu.CreateStream();
        CudaStub.TakeJournal();
        AtEnd(() =>
        {
            DlPackCuda.WaitForReleases();
            CudaStub.stub_capture_mode().Should().Be(0, "what a thread may do while others capture is its own affair");
            _context.Dispose();
            CudaStub.stub_make_current(0);
        });
    }

    /// <summary>The accelerator.</summary>
    private protected CudaAccelerator Gpu { get; }

    /// <summary>A stream other than the default one.</summary>
    private protected CudaStream Side { get; }

    /// <summary>ILGPU's context.</summary>
    private protected Context Context => _context!;

    /// <summary>The second stream's handle.</summary>
    private protected long SideHandle => Side.StreamPtr;

    /// <summary>Fails unless the driver was asked for exactly this since the last look.</summary>
    private protected static void Asked(params string[] lines) => CudaStub.TakeJournal().Should().Equal(lines);

    /// <summary>Memory of a GPU as another library has it, given back at the end of the test.</summary>
    private protected nint Foreign(int bytes, nint context = CudaStub.Primary, int kind = CudaStub.Device, int gpu = 0)
    {
        nint address = CudaStub.stub_allocate((nuint)bytes, context, kind, gpu);
        AtEnd(() => CudaStub.stub_free(address));
        return address;
    }

    /// <summary>A tensor of floats there.</summary>
    private protected static DlPackObject Tensor(nint address, long[] shape, Action? release = null) =>
        DlPack.AsDlPack(
            address,
            DLDataType.Float32,
            shape,
            device: DLDevice.Cuda(),
            owner: DlPackOwner.FromCallback(release ?? (() => { })));
}
