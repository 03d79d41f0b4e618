using System.Globalization;
using System.IO.Pipes;

/// <summary>
/// Runs inside the dashboard that is measured (the runtime starts what DOTNET_STARTUP_HOOKS names) and answers how large its
/// managed heap is after a full collection. The program itself is the one that is built, unchanged.
/// </summary>
internal static class StartupHook
{
    /// <summary>Names the pipe on which it answers.</summary>
    public const string Variable = "JOBLINEAGE_BENCH_PIPE";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } pipe)
            new Thread(() => Answer(pipe)) { IsBackground = true, Name = "bench heap" }.Start();
    }

    private static void Answer(string pipe)
    {
        while (true)
        {
            using var server = new NamedPipeServerStream(pipe, PipeDirection.Out);
            server.WaitForConnection();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            try
            {
                using var writer = new StreamWriter(server);
                writer.Write(GC.GetTotalMemory(forceFullCollection: false).ToString(CultureInfo.InvariantCulture));
            }
            catch (IOException)
            {
                // Whoever asked has gone.
            }
        }
    }
}
