using FluentAssertions;
using Xunit;
using Xunit.Sdk;

namespace DlPackNet.Tests;

public sealed class RequiresTests : IDisposable
{
    private readonly string? _before = Environment.GetEnvironmentVariable(Requires.Variable);

    public void Dispose() => Environment.SetEnvironmentVariable(Requires.Variable, _before);

    [Fact]
    public void What_is_missing_skips_the_test_with_its_reason()
    {
        Environment.SetEnvironmentVariable(Requires.Variable, null);

        Action act = () => Requires.That(false, "no moon above");

        act.Should().Throw<SkipException>().WithMessage("*no moon above");
    }

    [Fact]
    public void What_is_missing_fails_the_test_where_everything_is_required()
    {
        Environment.SetEnvironmentVariable(Requires.Variable, "all");

        Action act = () => Requires.That(false, "no moon above");

        act.Should().Throw<FailException>().WithMessage("*no moon above*");
    }
}
