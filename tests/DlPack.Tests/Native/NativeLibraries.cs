using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlPackNet.Tests.Native;

/// <summary>Finds the libraries behind this assembly's <c>DllImport</c>s, which lie in no usual place.</summary>
internal static class NativeLibraries
{
    private static readonly Lazy<nint> Peer = new(() => NativeLibrary.Load(CCompiler.Library(
        "peer",
        "peer_complaint.c",
        "peer_elements.c",
        "peer_faults.c",
        "peer_floor.c",
        "peer_producer.c",
        "peer_threads.c")));

    [ModuleInitializer]
    internal static void Register() =>
        NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);

    // 0 lets the runtime look where it always looks.
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => name switch
    {
        NativePeer.LibraryName => LoadPeer(),
        Libtorch.LibraryName => Libtorch.Load(),
        _ => 0,
    };

    private static nint LoadPeer()
    {
        Requires.CCompiler();
        return Peer.Value;
    }
}
