using System.Reflection;
using System.Runtime.Versioning;
using DlPackNet.Tests;
using FluentAssertions;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>That these tests run over the assets that they are here for.</summary>
public sealed class TestedAssetTests
{
    /// <summary>The adapters that are tested here, by a type of each.</summary>
    public static TheoryData<Type> Adapters =>
        [typeof(ArrowViews), typeof(Memory2DViews), typeof(OrtValueViews), typeof(TensorViews)];

    [Theory]
    [MemberData(nameof(Adapters))]
    public void The_adapters_and_the_library_are_the_asset_that_this_project_asks_for(Type type)
    {
        string expected = $".NETCoreApp,Version=v{TestedAsset.Moniker["net".Length..]}";
        FrameworkOf(type).Should().Be(expected);
        FrameworkOf(typeof(DlPackObject)).Should().Be(expected);
    }

    private static string FrameworkOf(Type type) =>
        type.Assembly.GetCustomAttribute<TargetFrameworkAttribute>()!.FrameworkName;
}
