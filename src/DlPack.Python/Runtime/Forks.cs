using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>What Python calls around <c>os.fork</c>, which copies all memory and one thread only.</summary>
internal static unsafe class Forks
{
    private static readonly PyMethodDef* _before = Native.Method("_before_fork"u8, &OnFork);
    private static readonly PyMethodDef* _inParent = Native.Method("_after_in_parent"u8, &OnParent);
    private static readonly PyMethodDef* _inChild = Native.Method("_after_in_child"u8, &OnChild);

    /// <summary>What the runtime has to do in a child first, where it works there at all.</summary>
    public static Action? StartInChild { get; set; }

    /// <summary>What Python calls.</summary>
    public static nint[] Callbacks => [(nint)_before->Function, (nint)_inParent->Function, (nint)_inChild->Function];

    /// <summary>Has Python call, where it can fork. Needs the GIL.</summary>
    public static void Register()
    {
        nint os = PythonApi.PyImport_ImportModule(Text.Literal("os"u8));
        nint register = Names.Intern("register_at_fork"u8);
        if (os == 0 || !Py.GetOptional(os, register, out nint found))
        {
            throw PythonError.Take();
        }

        // Windows has none.
        if (found != 0)
        {
            Call(os, register);
        }

        Py.XDecRef(found);
        Py.DecRef(register);
        Py.DecRef(os);
    }

    private static void Call(nint os, nint register)
    {
        ReadOnlySpan<nint> names =
            [Names.Intern("before"u8), Names.Intern("after_in_parent"u8), Names.Intern("after_in_child"u8)];
        nint* arguments = stackalloc nint[]
        {
            0,
            os,
            PythonApi.PyCFunction_NewEx(_before, 0, 0),
            PythonApi.PyCFunction_NewEx(_inParent, 0, 0),
            PythonApi.PyCFunction_NewEx(_inChild, 0, 0),
        };
        nint tuple = Py.TupleOf(names);
        bool isMade = tuple != 0 && arguments[2] != 0 && arguments[3] != 0 && arguments[4] != 0;
        nint result = isMade
            ? PythonApi.PyObject_VectorcallMethod(register, arguments + 1, VectorCall.SelfOnly, tuple)
            : 0;
        Py.XDecRef(tuple);
        for (int i = 0; i < names.Length; i++)
        {
            Py.DecRef(names[i]);
            Py.XDecRef(arguments[2 + i]);
        }

        if (result == 0)
        {
            throw PythonError.Take();
        }

        Py.DecRef(result);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint OnFork(nint self, nint arguments)
    {
        if (!ForkedChild.IsHere)
        {
            Interpreter.BeginFork();
        }

        return Py.NewNone();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint OnParent(nint self, nint arguments)
    {
        if (!ForkedChild.IsHere)
        {
            Interpreter.EndFork();
        }

        return Py.NewNone();
    }

    // Of the threads that waited for the GIL, or were leaving something to who has it, none is here.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint OnChild(nint self, nint arguments)
    {
        if (!ForkedChild.IsHere)
        {
            StartInChild?.Invoke();
            Interpreter.ForgetOtherThreads();
            ReleaseQueue.ForgetOtherThreads();
        }

        return Py.NewNone();
    }
}
