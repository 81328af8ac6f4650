using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>What Python calls around <c>os.fork</c>, which copies all memory and one thread only.</summary>
internal static unsafe class Forks
{
    private static readonly PyMethodDef* _inChild = Native.Method("_after_in_child"u8, &OnChild);

    /// <summary>What Python calls.</summary>
    public static nint[] Callbacks => [(nint)_inChild->Function];

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
        nint name = Names.Intern("after_in_child"u8);
        nint names = Py.TupleOf(name);
        nint callback = PythonApi.PyCFunction_NewEx(_inChild, 0, 0);
        nint* arguments = stackalloc nint[] { 0, os, callback };
        nint result = names == 0 || callback == 0
            ? 0
            : PythonApi.PyObject_VectorcallMethod(register, arguments + 1, VectorCall.SelfOnly, names);
        Py.XDecRef(callback);
        Py.XDecRef(names);
        Py.DecRef(name);
        if (result == 0)
        {
            throw PythonError.Take();
        }

        Py.DecRef(result);
    }

    // Of the threads that waited for the GIL, or were leaving something to who has it, none is here.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint OnChild(nint self, nint arguments)
    {
        if (!ForkedChild.IsHere)
        {
            Interpreter.ForgetOtherThreads();
            ReleaseQueue.ForgetOtherThreads();
        }

        return Py.NewNone();
    }
}
