namespace JobLineage.Dashboard.Hosting;

/// <summary>Looks for schemas that entries for several of them mean, at start and every half minute: a tenant that is added is read.</summary>
internal sealed partial class SchemaWatch(WatchedSources sources, TimeProvider time, ILogger<SchemaWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private IReadOnlyDictionary<string, string> said = new Dictionary<string, string>();

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (sources.HasPatterns && !stoppingToken.IsCancellationRequested)
        {
            foreach (var name in await sources.FindAsync(stoppingToken))
                LogFound(name);
            var now = sources.Unfound;
            foreach (var (entry, problem) in now.Where(e => said.GetValueOrDefault(e.Key) != e.Value))
                LogFailed(entry, problem);
            said = now;
            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(341, LogLevel.Information, "Source {Source} was found")]
    private partial void LogFound(string source);

    [LoggerMessage(342, LogLevel.Warning, "Not all schemas of source {Entry} are known and read; they are asked for again. {Problem}")]
    private partial void LogFailed(string entry, string problem);
}
