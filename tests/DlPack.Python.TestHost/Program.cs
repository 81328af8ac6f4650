using DlPackNet;
using DlPackNet.Python.TestHost;

// Each is a process of its own, since it ends Python. What fails throws, or crashes.
switch (args[0])
{
    case "release-after-end":
        {
            // What .NET borrowed is given back when there is no Python any more, by this thread and by the finalizer's.
            EmbeddedPython.Start(releaseGil: false);
            EmbeddedPython.Run("b = bytearray(b'abcdef')");
            nint item = EmbeddedPython.Evaluate("b");
            DlPackObject tensor = DlPack.FromPython(item);
            Scenario.Forget(item);
            EmbeddedPython.Drop(item);
            Scenario.Check(EmbeddedPython.Finish() == 0, "Python ends");
            tensor.Dispose();
            Scenario.RunFinalizers();
            Scenario.Throws(() => DlPackPython.ReleasePending());
            break;
        }

    case "start-again":
        {
            // Each start of Python has a type of its own, and what is left of the last one harms nobody.
            for (int i = 0; i < 3; i++)
            {
                EmbeddedPython.Start(releaseGil: false);
                using DlPackObject lent = DlPack.AsDlPack(new byte[] { 1, 2, 3 });
                EmbeddedPython.Name("dl", lent.ToPython());
                Scenario.Check(EmbeddedPython.EvaluateNumber("sum(memoryview(dl))") == 6, "Python sees the array");
                nint item = EmbeddedPython.Evaluate("b'xyz'");
                Scenario.Forget(item);
                EmbeddedPython.Drop(item);
                Scenario.Check(EmbeddedPython.Finish() == 0, "Python ends");
                Scenario.RunFinalizers();
            }

            Scenario.Check(DlPackDiagnostics.LivePins == 0, "Python's end let the arrays go");
            break;
        }

    case "end-while-threads-work":
        {
            // Who borrows when Python ends gets an exception, and nobody waits for a lock that never comes back.
            EmbeddedPython.Start();
            EmbeddedPython.Run("b = bytearray(b'abcdef')");
            int state = EmbeddedPython.Enter();
            nint item = EmbeddedPython.Evaluate("b");
            EmbeddedPython.Leave(state);
            int rounds = 0, refusals = 0;
            Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
            {
                try
                {
                    while (true)
                    {
                        using DlPackObject tensor = DlPack.FromPython(item);
                        Interlocked.Increment(ref rounds);
                    }
                }
                catch (DlPackException)
                {
                    Interlocked.Increment(ref refusals);
                }
            }))];
            Array.ForEach(threads, thread => thread.Start());
            SpinWait.SpinUntil(() => Volatile.Read(ref rounds) > 1000);
            _ = EmbeddedPython.Enter();
            Scenario.Check(EmbeddedPython.Finish() == 0, "Python ends");
            Array.ForEach(threads, thread => thread.Join());
            Scenario.Check(refusals == threads.Length, "each thread was told");
            break;
        }

    case "loaded-privately":
        {
            // A libpython whose symbols are not for all is found among the loaded libraries.
            EmbeddedPython.StartPrivately();
            using DlPackObject lent = DlPack.AsDlPack(new byte[] { 1, 2, 3 });
            EmbeddedPython.Name("dl", lent.ToPython());
            Scenario.Check(EmbeddedPython.EvaluateNumber("sum(memoryview(dl))") == 6, "Python sees the array");
            break;
        }

    case "pythonnet":
        PythonNet.Exchange();
        Scenario.RunFinalizers();
        Scenario.Check(DlPackDiagnostics.LivePins == 0 && DlPackDiagnostics.LiveObjects == 0, "All was given back");
        break;

    case "forked-child-lets-go":
        {
            // The child is the first to let go of anything, and must not disturb its parent, which lets go after it.
            EmbeddedPython.Start(releaseGil: false);
            using (DlPackObject lent = DlPack.AsDlPack(new byte[] { 1, 2, 3 }))
            {
                EmbeddedPython.Name("dl", lent.ToPython());
            }

            EmbeddedPython.Run("""
                import gc, os, warnings
                warnings.simplefilter("ignore")
                view = memoryview(dl)
                lent = [dl.__dlpack__(), dl.__dlpack__(), dl.__dlpack__(max_version=(1, 3))]
                child = os.fork()
                if child == 0:
                    gc.collect()
                    refused = 0
                    for use in (repr, memoryview, type(dl).__dlpack__, lambda dl: dl.shape) * 50:
                        try:
                            use(dl)
                        except RuntimeError:
                            refused += 1
                    del view, lent, dl
                    os._exit(0 if refused == 200 else 1)
                status = os.waitpid(child, 0)[1]
                """);
            Scenario.Check(EmbeddedPython.EvaluateNumber("status") == 0, "the child was refused everything, and ended well");
            Scenario.Check(EmbeddedPython.EvaluateNumber("sum(view)") == 6, "the parent's array is where it was");
            Scenario.Check(EmbeddedPython.EvaluateNumber("len(repr(dl))") > 0, "the parent compiles what it needs");
            EmbeddedPython.Run("del view, lent, dl");
            Scenario.Check(DlPackPython.LiveObjects == 0 && DlPackDiagnostics.LivePins == 0, "All was given back");
            break;
        }

    case "no-python":
        Scenario.Throws(() => DlPackPython.Initialize());
        break;

    default:
        throw new ArgumentException($"There is no scenario {args[0]}.");
}

Console.WriteLine("done");
