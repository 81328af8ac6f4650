using System.Diagnostics;
using DlPackNet.Python.TestHost;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Python.Tests;

/// <summary>What ends Python, or has none, in a process of its own.</summary>
public sealed class ProcessTests
{
    [Theory]
    [InlineData("release-after-end")]
    [InlineData("start-again")]
    [InlineData("end-while-threads-work")]
    [InlineData("loaded-privately")]
    [InlineData("forked-child-lets-go")]
    [InlineData("no-python")]
    [InlineData("pythonnet")]
    public async Task A_program_ends_as_it_should(string scenario)
    {
        Requires.Python();
        string host = Path.Combine(AppContext.BaseDirectory, typeof(EmbeddedPython).Assembly.GetName().Name + ".dll");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [host, scenario])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        (await errors).Should().BeEmpty();
        output.Should().Be("done" + Environment.NewLine);
        process.ExitCode.Should().Be(0);
    }
}
