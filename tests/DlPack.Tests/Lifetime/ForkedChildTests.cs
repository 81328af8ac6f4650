using DlPackNet.Interop;
using DlPackNet.Lifetime;
using DlPackNet.Tests.Native;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Lifetime;

/// <summary>
/// A forked child shares the memory of compiled code with its parent, and must not compile anything: deleters do
/// nothing there.
/// </summary>
public sealed unsafe class ForkedChildTests : LeakCheckedTests
{
    // More than it takes until a method that is called often is compiled anew.
    private const int Many = 100;

    public ForkedChildTests()
    {
        Requires.CCompiler();
        Requires.Platform(OperatingSystem.IsLinux(), "elsewhere children are not told from their parents");
        Requires.Platform(!TestedAsset.IsNetStandard, "on the runtimes that this asset is for, children share no code");
    }

    [Fact]
    public void What_a_child_deletes_stays_as_it_is()
    {
        var memory = new CountedMemory();
        nint[] versioned = new nint[Many];
        nint[] legacy = new nint[Many];
        using (DlPackObject tensor = memory.Lend())
        {
            for (int i = 0; i < Many; i++)
            {
                versioned[i] = (nint)DlPack.Export(tensor);
                legacy[i] = (nint)DlPack.ExportLegacy(tensor);
            }
        }

        NativePeer.DeleteInChild(versioned, sizeof(TensorBlock)).Should().Be(0);
        NativePeer.DeleteLegacyInChild(legacy, sizeof(TensorBlock)).Should().Be(0);
        DlPackDiagnostics.IsForkedChild.Should().BeFalse("this is the parent");

        memory.Releases.Should().Be(0);
        Array.ForEach(versioned, lent => NativePeer.Delete((DLManagedTensorVersioned*)lent));
        Array.ForEach(legacy, lent => NativePeer.Delete((DLManagedTensor*)lent));
        memory.Releases.Should().Be(1);
    }
}
