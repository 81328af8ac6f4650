using System.Runtime.InteropServices;
using DlPackNet.Interop;
using DlPackNet.Tests;
using DlPackNet.Tests.Facade;
using DlPackNet.Tests.Native;
using FluentAssertions;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>Values that somebody releases in a forked child, where .NET must not do anything.</summary>
public sealed unsafe class OnnxRuntimeForkTests : LeakChecked
{
    private const int Many = 100;

    [Fact]
    public void What_a_child_releases_stays_as_it_is()
    {
        Requires.CCompiler();
        Requires.Platform(OperatingSystem.IsLinux(), "elsewhere children are not told from their parents");
        nint library = NativeLibrary.Load(CCompiler.Library("fork", "fork.c"));
        var release = (delegate* unmanaged<delegate* unmanaged<nint, void>, nint*, int, int>)
            NativeLibrary.GetExport(library, "fork_release");

        int released = 0;
        using DlPackObject memory = DlPack.Allocate<float>([4]);
        var values = new OrtValue[Many];
        nint* handles = stackalloc nint[Many];
        for (int i = 0; i < Many; i++)
        {
            using DlPackObject tensor = DlPack.AsDlPack(
                memory.Data, DLDataType.Float32, [4], owner: DlPackOwner.FromCallback(() => released++));
            values[i] = tensor.ToOrtValue();
            handles[i] = OrtNative.Handle(values[i]);
        }

        release(OrtNative.ReleaseValue, handles, Many).Should().Be(0);
        released.Should().Be(0);
        Array.ForEach(values, value => value.Dispose());
        released.Should().Be(Many);
    }
}
