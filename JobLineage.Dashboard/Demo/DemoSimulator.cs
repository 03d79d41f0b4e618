using System.Globalization;
using JobLineage.Dashboard.Demo.Oban;
using JobLineage.Dashboard.Demo.Pipelines;
using JobLineage.Dashboard.Demo.Research;
using JobLineage.Dashboard.Live;
using Npgsql;

namespace JobLineage.Dashboard.Demo;

/// <summary>
/// Plays an incident, for ever, in a database that <see cref="DemoDatabase"/> made: it sends the statements which Oban and
/// the worker of research_jobs really send, in real time.
/// </summary>
/// <param name="connectionString">The source database. The role needs to write.</param>
/// <param name="options">Speed, seed and ages.</param>
/// <param name="time">The clock of delays and of the times in rows.</param>
/// <param name="logger">Gets one line per turn of the story.</param>
/// <param name="stage">Is told what is being simulated, and says what visitors wish for; null: nobody looks.</param>
public sealed class DemoSimulator(string connectionString, DemoOptions options, TimeProvider time, ILogger<DemoSimulator> logger, DemoStage? stage = null)
    : BackgroundService
{
    private readonly TaskCompletionSource<(long RootId, string Sync)> _firstAtRest = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Has a program play it, with a banner above its pages.</summary>
    public static void AddTo(IServiceCollection services, string source, DemoOptions options)
    {
        services.AddSingleton<DemoStage>();
        services.AddHostedService(s => new DemoSimulator(
            source, options, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<DemoSimulator>>(), s.GetRequiredService<DemoStage>()));
    }

    /// <summary>Ends with the first incident's root once nothing moves in it any more.</summary>
    internal Task<(long RootId, string Sync)> FirstIncidentAtRest => _firstAtRest.Task;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host must not wait for what runs for ever.
        await Task.Yield();
        try
        {
            await using var database = new NpgsqlDataSourceBuilder(DemoDatabase.Tuned(connectionString)).Build();
            var clock = new DemoClock(time, options.Speed);
            var seed = (options.Seed ?? Random.Shared.Next()).ToString(CultureInfo.InvariantCulture);
            var oban = new ObanSystem(database, clock, options, new PipelineScript(seed), logger);
            var story = new IncidentStory(oban, options, seed, stage ?? new(), logger);
            _ = story.FirstAtRest.ContinueWith(
                done => _firstAtRest.TrySetResult(done.Result), stoppingToken, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            await DemoLoop.TogetherAsync(
                stoppingToken,
                oban.RunAsync,
                new BackgroundTraffic(oban, seed, logger).RunAsync,
                story.RunAsync,
                new ResearchSystem(database, clock, seed, logger).RunAsync);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped: rows that were executing stay so, as after a crash, and the next start rescues them.
        }
        catch (Exception error)
        {
            _firstAtRest.TrySetException(error);
            throw;
        }
    }
}
