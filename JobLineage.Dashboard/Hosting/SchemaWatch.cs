namespace JobLineage.Dashboard.Hosting;

/// <summary>Looks for schemas that entries for several of them mean, at start and every half minute: a tenant that is added is read.</summary>
internal sealed partial class SchemaWatch(WatchedSources sources, TimeProvider time, ILogger<SchemaWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private string? said;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (sources.HasPatterns && !stoppingToken.IsCancellationRequested)
        {
            string? problem = null;
            foreach (var name in await sources.FindAsync(sentence => problem = sentence, stoppingToken))
                LogFound(name);
            if (problem is not null && problem != said)
                LogFailed(problem);
            said = problem;
            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(341, LogLevel.Information, "Source {Source} was found")]
    private partial void LogFound(string source);

    [LoggerMessage(342, LogLevel.Warning, "Which schemas there are can't be told; it is tried again. {Problem}")]
    private partial void LogFailed(string problem);
}
