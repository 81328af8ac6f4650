using System.Runtime.InteropServices;
using System.Text;

namespace DlPackNet.GpuHost;

/// <summary>The one function that Python calls, by a pointer that the runtime's host gives it.</summary>
public static unsafe class Program
{
    private static readonly Machine _machine = new();

    /// <summary>Runs a command: words with a space between them.</summary>
    /// <param name="command">UTF-8, ended by a zero.</param>
    /// <param name="answer">
    /// Gets the answer, UTF-8, ended by a zero; it starts with "!" where the command failed.
    /// </param>
    /// <param name="size">The bytes that the answer may take.</param>
    [UnmanagedCallersOnly]
    public static void Run(byte* command, byte* answer, int size)
    {
        string text;
        try
        {
            text = Commands.Run(_machine, Marshal.PtrToStringUTF8((nint)command)!.Split(' '));
        }
        catch (Exception e)
        {
            text = $"!{e.GetType().Name}: {e.Message}";
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = Math.Min(bytes.Length, size - 1);
        bytes.AsSpan(0, length).CopyTo(new Span<byte>(answer, length));
        answer[length] = 0;
    }

    private static void Main() => Console.WriteLine("To be loaded by run.py.");
}
