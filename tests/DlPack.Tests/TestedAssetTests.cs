using System.Reflection;
using System.Runtime.Versioning;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests;

public sealed class TestedAssetTests
{
    [Fact]
    public void The_loaded_library_is_the_asset_that_this_project_is_for()
    {
        string? framework = typeof(DLTensor).Assembly.GetCustomAttribute<TargetFrameworkAttribute>()?.FrameworkName;

        string expected = TestedAsset.Moniker switch
        {
            "net10.0" => ".NETCoreApp,Version=v10.0",
            "net8.0" => ".NETCoreApp,Version=v8.0",
            "netstandard2.0" => ".NETStandard,Version=v2.0",
            var other => throw new InvalidOperationException($"Nobody said what to expect of {other}."),
        };
        framework.Should().Be(expected);
    }
}
