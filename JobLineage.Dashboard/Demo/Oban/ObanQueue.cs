using System.Threading.Channels;
using JobLineage.Dashboard.Demo.Pipelines;
using Npgsql;

namespace JobLineage.Dashboard.Demo.Oban;

/// <summary>A queue's producer on one node: fetches as many jobs as it has free places, performs them, reports.</summary>
internal sealed class ObanQueue(QueueConfig config, ObanSystem system, PipelineScript script, ILogger logger)
{
    // One fetch serves all the places that became free meanwhile, as Oban's dispatch cooldown does.
    private static readonly TimeSpan Cooldown = TimeSpan.FromMilliseconds(200);

    private readonly Guid _uuid = Guid.NewGuid();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile bool _paused;
    private int _running;

    public string Name => config.Name;

    /// <summary>Called after each attempt has been reported.</summary>
    public event Action<ObanJob, Outcome>? Performed;

    /// <summary>Says that there may be something to fetch.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Stops fetching; what runs goes on. Nothing of this is in the database.</summary>
    public void Pause() => _paused = true;

    /// <summary>Fetches again.</summary>
    public void Resume()
    {
        _paused = false;
        Wake();
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        Wake();
        await foreach (var _ in _wake.Reader.ReadAllAsync(cancellation))
        {
            var free = config.Limit - Volatile.Read(ref _running);
            if (_paused || free <= 0)
                continue;
            try
            {
                var jobs = await FetchJobs.RunAsync(system.Database, system.Clock, Name, free, config.Node, _uuid, cancellation);
                foreach (var job in jobs)
                {
                    Interlocked.Increment(ref _running);
                    system.Track(PerformAsync(job, cancellation));
                }
            }
            catch (NpgsqlException error)
            {
                DemoLog.DatabaseFailed(logger, $"fetch {Name}", error);
                await system.Clock.DelayReal(TimeSpan.FromSeconds(1), cancellation);
                Wake();
            }

            await system.Clock.Delay(Cooldown, cancellation);
        }
    }

    private async Task PerformAsync(ObanJob job, CancellationToken cancellation)
    {
        try
        {
            var performance = script.Perform(job);
            foreach (var batch in performance.Batches)
            {
                await system.Clock.Delay(batch.After, cancellation);
                await system.InsertAsync(batch.Jobs, cancellation);
            }

            if (performance.MetaUpdate is { } meta)
                await AckJob.NoteAsync(system.Database, job.Id, meta, cancellation);
            await system.Clock.Delay(performance.Takes, cancellation);
            await AckJob.RunAsync(system.Database, system.Clock, job, performance.Outcome, cancellation);
            Performed?.Invoke(job, performance.Outcome);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The demo is stopping: the row stays executing, as after a crash.
        }
        catch (Exception error)
        {
            // The row stays executing, as after a crash; the leader rescues it.
            DemoLog.PerformFailed(logger, job.Worker, job.Id, error);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            Wake();
        }
    }
}
