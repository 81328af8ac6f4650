using System.Reflection;
using System.Runtime.Loader;
using FluentAssertions;
using Xunit;

namespace DlPackNet.IlgpuTests.Cuda;

/// <summary>Where there is no CUDA driver, as in a second copy of the library that is told of none.</summary>
public sealed class NoDriverTests
{
    private const string Variable = "DLPACK_CUDA_DRIVER";

    [Fact]
    public void The_message_names_what_was_looked_for()
    {
        CudaStub.Need();
        DlPackCuda.IsDriverThere.Should().BeTrue("the first copy has found its driver before it is told another name");
        string? before = Environment.GetEnvironmentVariable(Variable);
        var room = new AssemblyLoadContext(nameof(NoDriverTests));
        Assembly copy = room.LoadFromAssemblyPath(typeof(DlPackCuda).Assembly.Location);
        Environment.SetEnvironmentVariable(Variable, "/there/is/no/driver.so");
        try
        {
            Get<bool>(copy, "DlPackCuda", "get_IsDriverThere").Should().BeFalse();
            FluentActions.Invoking(() => Get<object>(copy, "DriverLibrary", "Need"))
                .Should().Throw<DlPackException>().WithMessage($"*no CUDA driver*/there/is/no/driver.so*{Variable}*");
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, before);
        }
    }

    private static T Get<T>(Assembly library, string type, string method) =>
        (T)library.GetType($"DlPackNet.{type}", throwOnError: true)!
            .GetMethod(method)!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, null, null)!;
}
