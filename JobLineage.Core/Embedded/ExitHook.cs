using System.Runtime.InteropServices;

namespace JobLineage.Core.Embedded;

/// <summary>
/// Runs an action when the process ends in an orderly way: its end, or SIGTERM. A closed terminal (SIGHUP) would
/// end it at once, so that is made orderly too. Ctrl+C belongs to the program, which may have work to finish first.
/// </summary>
internal sealed class ExitHook : IDisposable
{
    private const int HangUpExitCode = 128 + 1;

    private readonly Action _action;
    private readonly PosixSignalRegistration _hangUp;

    public ExitHook(Action action)
    {
        _action = action;
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            Environment.Exit(HangUpExitCode);
        });
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        _hangUp.Dispose();
    }

    private void OnExit(object? sender, EventArgs e) => _action();
}
