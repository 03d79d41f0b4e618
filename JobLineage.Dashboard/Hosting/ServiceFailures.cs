namespace JobLineage.Dashboard.Hosting;

/// <summary>
/// What happens when a part that runs in the background fails with something that it does not handle itself: the program ends,
/// says so, and with an exit code that a supervisor acts on. A dashboard of which a part is silently dead shows what was once
/// true. What a part can live with it catches itself.
/// </summary>
internal static partial class ServiceFailures
{
    /// <summary>Decides it, for all parts.</summary>
    public static void Configure(IServiceCollection services) => services.Configure<HostOptions>(o =>
    {
        o.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.StopHost;
        // Circuits are told to end; whoever does not hear it shall not keep the program from ending.
        o.ShutdownTimeout = TimeSpan.FromSeconds(10);
    });

    /// <summary>Ends the program by the failure that ended the host, when one did.</summary>
    /// <exception cref="ServiceFailedException">A part failed.</exception>
    public static void ThrowIfAny(IServiceProvider services, ILogger log)
    {
        foreach (var service in services.GetServices<IHostedService>().OfType<BackgroundService>())
        {
            if (service.ExecuteTask is not { IsFaulted: true, Exception: { } failure })
                continue;
            var name = service.GetType().Name;
            LogEnded(log, name, failure.GetBaseException().Message);
            throw new ServiceFailedException(name, failure.GetBaseException());
        }
    }

    [LoggerMessage(105, LogLevel.Critical, "{Service} failed, and the program ends: {Reason}")]
    private static partial void LogEnded(ILogger log, string service, string reason);
}

/// <summary>A part that runs in the background failed, and the program with it.</summary>
/// <param name="service">Its name.</param>
/// <param name="reason">What it failed with.</param>
public sealed class ServiceFailedException(string service, Exception reason)
    : Exception($"{service} failed, and the program ended: {reason.Message}", reason);
