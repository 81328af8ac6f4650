using DlPackNet.Tests.Facade;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>Tests that need torch, each of which must leave nothing live behind.</summary>
public abstract class TorchLeakChecked : LeakChecked
{
    protected TorchLeakChecked() => TorchLibrary.Load();

    /// <summary>Whether by libtorch's own entry to DLPack, or as on platforms where that is not known.</summary>
    public static TheoryData<bool> Ways => [true, false];
}
