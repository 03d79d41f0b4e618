using System.Globalization;
using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;

namespace JobLineage.Bench.Engines.HangfirePipeline;

/// <summary>A process of its own that works for Hangfire, so that it can be killed. Not a benchmark: <see cref="EnginesBench"/> starts it.</summary>
internal static class HangfireWorker
{
    /// <summary>The argument that makes this program one.</summary>
    public const string Verb = "hangfire-worker";

    /// <summary>Works until it is stopped.</summary>
    /// <param name="arguments">The connection string, the log, how many pipelines it makes, and for how many seconds it works after that.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellation)
    {
        if (arguments is not [var connection, var log, var roots, var seconds])
        {
            Console.Error.WriteLine($"{Verb} takes a connection string, a log, a number of pipelines and a number of seconds.");
            return 2;
        }

        WorkerLog.Open(log);
        var options = new PostgreSqlStorageOptions
        {
            QueuePollInterval = TimeSpan.FromMilliseconds(500),
            // What a killed worker had in its hands is run again after this, and its locks are nobody's: while they stand nothing that is scheduled begins.
            InvisibilityTimeout = TimeSpan.FromSeconds(10),
            DistributedLockTimeout = TimeSpan.FromSeconds(10),
            UseSlidingInvisibilityTimeout = true,
            JobExpirationCheckInterval = TimeSpan.FromSeconds(5),
        };
        var storage = new PostgreSqlStorage(new NpgsqlConnectionFactory(connection, options), options) { JobExpirationTimeout = EngineProgram.PrunedAfter };
        JobStorage.Current = storage;
        GlobalJobFilters.Filters.Add(new LineageFilter());
        using var worker = new BackgroundJobServer(
            new BackgroundJobServerOptions { WorkerCount = 8, Queues = ["default"], SchedulePollingInterval = TimeSpan.FromMilliseconds(500) }, storage);
        for (var run = 0; run < int.Parse(roots, CultureInfo.InvariantCulture); run++)
        {
            Cinema.Begin(run);
            await Task.Delay(300, cancellation);
        }

        WorkerLog.Tell("made");
        await Task.Delay(TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)), cancellation);
        return 0;
    }
}
