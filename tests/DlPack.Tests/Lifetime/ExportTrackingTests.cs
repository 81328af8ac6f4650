using DlPackNet.Interop;
using DlPackNet.Tests.Native;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Lifetime;

/// <summary>While tracking is on, each live export can be traced to the line that made it.</summary>
public sealed unsafe class ExportTrackingTests : LeakCheckedTests
{
    private readonly float[] _array = [0, 1, 2, 3, 4, 5];

    public ExportTrackingTests() => DlPackDiagnostics.TrackExports = true;

    [Fact]
    public void A_raw_export_is_remembered_with_the_stack_of_who_made_it()
    {
        Requires.CCompiler();
        DLManagedTensorVersioned* tensor = DlPack.Export(_array, [2, 3]);

        DlPackLiveExport export = DlPackDiagnostics.GetLiveExports().Should().ContainSingle().Subject;
        export.StackTrace.Should().Contain(nameof(A_raw_export_is_remembered_with_the_stack_of_who_made_it));
        export.DType.Should().Be(DLDataType.Float32);
        export.Device.Should().Be(DLDevice.Cpu);
        export.Shape.ToArray().Should().Equal(2, 3);
        export.ToString().Should().StartWith("float32[2, 3] on cpu:0").And.Contain(export.StackTrace);

        NativePeer.Delete(tensor);
        DlPackDiagnostics.GetLiveExports().Should().BeEmpty();
    }

    [Fact]
    public void A_capsule_is_remembered_with_the_stack_of_who_asked_for_it()
    {
        using DlPackObject tensor = DlPack.AsDlPack(_array);
        using DlPackCapsule capsule = tensor.Dlpack(maxVersion: new DLPackVersion(0, 8));

        DlPackDiagnostics.GetLiveExports().Should().ContainSingle().Which
            .StackTrace.Should().Contain(nameof(A_capsule_is_remembered_with_the_stack_of_who_asked_for_it));
    }

    [Fact]
    public void The_stack_begins_with_who_called_the_library()
    {
        using DlPackObject tensor = DlPack.AsDlPack(_array);
        using DlPackCapsule capsule = tensor.Dlpack();
        FirstFrameOfTheOnly().Should().Contain(nameof(The_stack_begins_with_who_called_the_library));
        capsule.Dispose();

        DLManagedTensorVersioned* lent = DlPack.Export(_array, [6]);
        FirstFrameOfTheOnly().Should().Contain(nameof(The_stack_begins_with_who_called_the_library));
        lent->deleter(lent);

        lent = DlPack.Export(tensor);
        FirstFrameOfTheOnly().Should().Contain(nameof(The_stack_begins_with_who_called_the_library));
        lent->deleter(lent);

        static string FirstFrameOfTheOnly() => DlPackDiagnostics.GetLiveExports().Should().ContainSingle().Subject
            .StackTrace.Split('\n')[0];
    }

    [Fact]
    public void Release_on_a_native_thread_or_of_an_unused_capsule_is_noticed()
    {
        Requires.CCompiler();
        using DlPackObject tensor = DlPack.AsDlPack(_array);
        DlPackCapsule unused = tensor.Dlpack();
        DLManagedTensorVersioned* lent = DlPack.Export(tensor);
        DlPackDiagnostics.GetLiveExports().Should().HaveCount(2);

        NativePeer.DeleteOnThread(lent);
        DlPackDiagnostics.GetLiveExports().Should().ContainSingle();

        unused.Dispose();
        DlPackDiagnostics.GetLiveExports().Should().BeEmpty();
    }

    [Fact]
    public void Exports_from_before_it_was_switched_on_are_not_remembered()
    {
        Requires.CCompiler();
        DlPackDiagnostics.TrackExports = false;
        DLManagedTensorVersioned* before = DlPack.Export(_array);
        DlPackDiagnostics.TrackExports = true;

        DlPackDiagnostics.GetLiveExports().Should().BeEmpty();
        NativePeer.Delete(before);
    }

    [Fact]
    public void Exports_from_before_it_was_switched_off_are_forgotten_when_they_end()
    {
        Requires.CCompiler();
        DLManagedTensorVersioned* tensor = DlPack.Export(_array);
        DlPackDiagnostics.TrackExports = false;
        DlPackDiagnostics.GetLiveExports().Should().ContainSingle();

        NativePeer.Delete(tensor);

        DlPackDiagnostics.GetLiveExports().Should().BeEmpty();
    }

    [Fact]
    public void An_export_that_failed_is_not_remembered()
    {
        Action act = () => DlPack.Export(_array, [7]);

        act.Should().Throw<ArgumentException>();
        DlPackDiagnostics.GetLiveExports().Should().BeEmpty();
    }

    [Fact]
    public void Threads_may_export_delete_and_look_at_the_same_time()
    {
        Requires.CCompiler();
        Threads.Run(3, i =>
        {
            for (int round = 0; round < 200; round++)
            {
                if (i == 0)
                {
                    DlPackDiagnostics.GetLiveExports().Select(export => export.Shape[0]).Should().AllBeEquivalentTo(6);
                    continue;
                }

                NativePeer.Delete(DlPack.Export(_array));
            }
        });

        DlPackDiagnostics.GetLiveExports().Should().BeEmpty();
    }

    private protected override void CheckLeaks()
    {
        DlPackDiagnostics.TrackExports = false;
        base.CheckLeaks();
        DlPackDiagnostics.GetLiveExports().Should().BeEmpty();
    }
}
