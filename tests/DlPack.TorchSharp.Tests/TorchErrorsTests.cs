using FluentAssertions;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>What is said where torch fails.</summary>
public sealed class TorchErrorsTests
{
    /// <summary>Made by hand, since where the tests run TorchSharp does load.</summary>
    [Fact]
    public void A_library_that_does_not_load_is_told_in_the_words_of_TorchSharp()
    {
        var reason = new NotSupportedException("Reference libtorch.");
        var cause = new TypeInitializationException("TorchSharp.torch", reason);
        TorchErrors.NotLoaded(cause).Should().BeOfType<NotSupportedException>()
            .Which.Message.Should().Be("TorchSharp does not load here: Reference libtorch.");
    }
}
