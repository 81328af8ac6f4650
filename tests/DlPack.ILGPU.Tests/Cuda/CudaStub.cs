using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using DlPackNet.Interop;
using DlPackNet.Tests;
using DlPackNet.Tests.Native;

namespace DlPackNet.IlgpuTests.Cuda;

/// <summary>
/// A driver that records what it is asked for (tests/native/cuda_stub.c) in place of the machine's own, if any.
/// </summary>
internal static unsafe partial class CudaStub
{
    /// <summary>The name by which <see cref="Tests.Native.NativeLibraries"/> knows the stub.</summary>
    public const string LibraryName = "cuda-stub";

    public const int Host = 1;
    public const int Device = 2;
    public const int Managed = 3;

    /// <summary>The primary context of the first GPU; that of the second is one more.</summary>
    public const nint Primary = 0x1f00;

    private static readonly string? _path =
        CCompiler.FullPath is null ? null : CCompiler.Library("cuda_stub", "cuda_stub.c");

    /// <summary>Skips the test where the stub cannot be built.</summary>
    public static void Need() => Requires.CCompiler();

    /// <summary>What has been asked for since the last call, a line each.</summary>
    public static string[] TakeJournal()
    {
        var text = new byte[1 << 16];
        fixed (byte* start = text)
        {
            int length = stub_take_journal(start, text.Length);
            return Encoding.UTF8.GetString(text, 0, length).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    [LibraryImport(LibraryName)]
    public static partial void stub_hold_events(int hold);

    [LibraryImport(LibraryName)]
    public static partial void stub_hold_streams(int hold);

    [LibraryImport(LibraryName)]
    public static partial void stub_await_stream_wait();

    [LibraryImport(LibraryName)]
    public static partial void stub_fail_records(int count);

    [LibraryImport(LibraryName)]
    public static partial void stub_fail_waits(int count);

    [LibraryImport(LibraryName)]
    public static partial void stub_fail_locks(int count);

    [LibraryImport(LibraryName)]
    public static partial void stub_fail_contexts(int count);

    [LibraryImport(LibraryName)]
    public static partial void stub_capture(int capture, nint stream = 0);

    [LibraryImport(LibraryName)]
    public static partial int stub_capture_mode();

    [LibraryImport(LibraryName)]
    public static partial int stub_capture_questions();

    [LibraryImport(LibraryName)]
    public static partial void stub_fail_stream_waits(int count);

    [LibraryImport(LibraryName)]
    public static partial int stub_fork(int closesFiles);

    [LibraryImport(LibraryName)]
    public static partial void stub_end_child(int child);

    [LibraryImport(LibraryName)]
    public static partial void stub_end_driver(int ended);

    [LibraryImport(LibraryName)]
    public static partial int stub_delete_in_child(
        delegate* unmanaged[Cdecl]<DLManagedTensorVersioned*, void> deleter, DLManagedTensorVersioned* tensor);

    [LibraryImport(LibraryName)]
    public static partial nint stub_allocate(nuint bytes, nint context, int kind, int device);

    [LibraryImport(LibraryName)]
    public static partial int stub_live_blocks();

    [LibraryImport(LibraryName)]
    public static partial nint stub_current_context();

    [LibraryImport(LibraryName)]
    public static partial void stub_make_current(nint context);

    [LibraryImport(LibraryName)]
    public static partial void stub_free(nint address);

    [LibraryImport(LibraryName)]
    private static partial int stub_take_journal(byte* buffer, int size);

    /// <summary>Loads the stub.</summary>
    public static nint Load() => NativeLibrary.Load(_path!);

    [ModuleInitializer]
    internal static void BeTheDriver() =>
        Environment.SetEnvironmentVariable("DLPACK_CUDA_DRIVER", _path ?? "/there/is/no/stub");
}
