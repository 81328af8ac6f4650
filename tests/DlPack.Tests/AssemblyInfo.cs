using Xunit.Sdk;
using Xunit.v3;

// Many tests read counters of the whole process (live blocks, live handles), so two must never run at once.
[assembly: Parallelization(Mode = ParallelMode.None)]
