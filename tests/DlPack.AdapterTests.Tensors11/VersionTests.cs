using System.Numerics.Tensors;
using FluentAssertions;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>That these tests run over the version that they are here for.</summary>
public sealed class VersionTests
{
    /// <summary>It is 11.</summary>
    [Fact]
    public void TheLibraryIsVersion11() => typeof(Tensor).Assembly.GetName().Version!.Major.Should().Be(11);
}
