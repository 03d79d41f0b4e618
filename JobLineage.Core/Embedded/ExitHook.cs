using System.Runtime.InteropServices;

namespace JobLineage.Core.Embedded;

/// <summary>
/// Runs an action when the process ends in an orderly way. The signals that ask for an end are made orderly too, since .NET
/// leaves them to the system, which ends the process at once.
/// </summary>
/// <remarks>
/// Of several handlers the one that was registered last is asked first. So a host that is started later, and shuts down by its
/// own rules, has the last word: what it has cancelled is left alone here.
/// </remarks>
internal sealed class ExitHook : IDisposable
{
    // What a shell reports for a program that was ended by signal n is 128 + n.
    private static readonly (PosixSignal Signal, int ExitCode)[] Ends =
        [(PosixSignal.SIGHUP, 129), (PosixSignal.SIGINT, 130), (PosixSignal.SIGTERM, 143)];

    private readonly Action _action;
    private readonly PosixSignalRegistration[] _signals;

    public ExitHook(Action action)
    {
        _action = action;
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        _signals = [.. Ends.Select(end => PosixSignalRegistration.Create(end.Signal, context => Exit(context, end.ExitCode)))];
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        foreach (var signal in _signals)
            signal.Dispose();
    }

    private static void Exit(PosixSignalContext context, int code)
    {
        if (context.Cancel)
            return;
        context.Cancel = true;
        Environment.Exit(code);
    }

    private void OnExit(object? sender, EventArgs e) => _action();
}
