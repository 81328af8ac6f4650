using System.Reflection;
using System.Runtime.InteropServices;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Python.Tests;

/// <summary>What a forked child calls must have been compiled in its parent.</summary>
public sealed class ForkedChildTests
{
    // Those of the extension module, which is compiled ahead of time.
    private static readonly Type[] _ofModule = [typeof(ModuleFunctions), typeof(PythonModule)];

    [Fact]
    public void Everything_that_Python_calls_is_compiled_for_good_before_it_knows_it()
    {
        MethodInfo[] callbacks =
        [
            .. typeof(DlPackPython).Assembly.GetTypes().Except(_ofModule)
                .SelectMany(type => type.GetMethods(
                    BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                .Where(method => method.IsDefined(typeof(UnmanagedCallersOnlyAttribute))),
        ];
        callbacks.Should().HaveCountGreaterThan(20);
        callbacks.Should().OnlyContain(
            method => method.MethodImplementationFlags.HasFlag(MethodImplAttributes.AggressiveOptimization));
        callbacks.Select(method => method.MethodHandle.GetFunctionPointer())
            .Should().BeSubsetOf(ForkedChild.Callbacks);
    }

    [Fact]
    public void The_deleters_of_the_core_are_compiled_for_good()
    {
        typeof(DlPackObject).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic))
            .Where(method => method.IsDefined(typeof(UnmanagedCallersOnlyAttribute)))
            .Should().HaveCount(2).And.OnlyContain(
                method => method.MethodImplementationFlags.HasFlag(MethodImplAttributes.AggressiveOptimization));
    }
}
