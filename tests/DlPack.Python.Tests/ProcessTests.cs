using System.Diagnostics;
using System.Text.Json.Nodes;
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
        await Run(Host, scenario);
    }

    [Fact]
    public async Task A_forked_child_is_told_of_where_a_project_is_to_be_compiled_ahead_of_time_some_day()
    {
        Requires.Python();
        JsonNode configuration = JsonNode.Parse(
            await File.ReadAllTextAsync(
                Path.ChangeExtension(Host, "runtimeconfig.json"), TestContext.Current.CancellationToken))!;
        JsonObject properties = configuration["runtimeOptions"]!["configProperties"]!.AsObject();
        properties["System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported"] = false;
        string path = Path.Combine(Directory.CreateTempSubdirectory("dlpack-tests-").FullName, "runtimeconfig.json");
        await File.WriteAllTextAsync(path, configuration.ToJsonString(), TestContext.Current.CancellationToken);
        await Run("exec", "--runtimeconfig", path, Host, "forked-child-lets-go");
    }

    private static string Host { get; } =
        Path.Combine(AppContext.BaseDirectory, typeof(EmbeddedPython).Assembly.GetName().Name + ".dll");

    private static async Task Run(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", arguments)
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
