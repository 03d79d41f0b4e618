using System.Linq.Expressions;
using Hangfire;
using Hangfire.Server;
using Hangfire.States;

namespace JobLineage.Bench.Engines.HangfirePipeline;

/// <summary>The pipeline of <c>programs/common.cjs</c> as methods that Hangfire runs, and a continuation, which the others do not have.</summary>
[AutomaticRetry(Attempts = Retries, DelaysInSeconds = [1])]
public static class Cinema
{
    private const int Retries = 2;
    private const string Served = "default";
    private const string Unserved = "nobody";

    // What the log tells of parents does not come from the filter that the queue has them from.
    private static readonly AsyncLocal<string?> Within = new();

    private static IBackgroundJobClient Client => new BackgroundJobClient(JobStorage.Current);

    /// <summary>Makes a root; the password stands there to be hidden by whoever shows it.</summary>
    public static void Begin(int run) => Enqueue(nameof(SyncAsync), () => SyncAsync(run, "password=hunter2", null!));

    public static Task SyncAsync(int run, string connection, PerformContext context) => AttemptAsync(context, nameof(SyncAsync), _ =>
    {
        for (var page = 1; page <= 5; page++)
        {
            var number = page;
            var id = Enqueue(nameof(PageAsync), () => PageAsync(run, number, null!));
            if (page == 1)
                Told(nameof(ShowAsync), Client.ContinueJobWith(id, () => ShowAsync(0, null!), new EnqueuedState(Served), JobContinuationOptions.OnlyOnSucceededState));
        }

        for (var i = 0; i < 3; i++)
            Enqueue(nameof(ReportAsync), () => ReportAsync(run, null!), Unserved);
        Schedule(TimeSpan.FromHours(1));
        Schedule(TimeSpan.FromHours(1));
        Schedule(TimeSpan.FromSeconds(2));
        for (var i = 0; i < 2; i++)
        {
            var id = Schedule(TimeSpan.FromHours(1));
            Client.Delete(id);
            WorkerLog.Tell("cancel", id, nameof(ShowAsync));
        }

        return Task.CompletedTask;
    });

    public static Task PageAsync(int run, int page, PerformContext context) => AttemptAsync(context, nameof(PageAsync), async retries =>
    {
        await Task.Delay(20);
        for (var k = ((page - 1) * 4) + 1; retries == 0 && k <= page * 4; k++)
        {
            var number = k;
            Enqueue(nameof(DetailAsync), () => DetailAsync(run, number, null!));
        }

        if (page == 4)
            throw new InvalidOperationException("Page 4 is broken: HTTP 500");
    });

    public static Task DetailAsync(int run, int k, PerformContext context) => AttemptAsync(context, nameof(DetailAsync), async retries =>
    {
        await Task.Delay(20);
        if (k % 10 == 9)
            throw new InvalidOperationException($"detail {k}: gone for good");
        if (k % 7 == 3 && retries == 0)
            throw new TimeoutException($"detail {k}: flaky");
        if (k % 2 == 0)
            Enqueue(nameof(ShowAsync), () => ShowAsync(k, null!));
    });

    public static Task ShowAsync(int k, PerformContext context) => AttemptAsync(context, nameof(ShowAsync), _ => Task.Delay(10));

    public static Task ReportAsync(int run, PerformContext context) => AttemptAsync(context, nameof(ReportAsync), _ => Task.CompletedTask);

    private static string Enqueue(string name, Expression<Func<Task>> job, string queue = Served) => Told(name, Client.Create(job, new EnqueuedState(queue)));

    private static string Schedule(TimeSpan after) => Told(nameof(ShowAsync), Client.Schedule(() => ShowAsync(0, null!), after));

    private static string Told(string name, string id)
    {
        WorkerLog.Tell("enq", id, name, parent: Within.Value);
        return id;
    }

    private static async Task AttemptAsync(PerformContext context, string name, Func<int, Task> work)
    {
        var (id, retries) = (context.BackgroundJob.Id, context.GetJobParameter<int>("RetryCount"));
        WorkerLog.Tell("start", id, name);
        Within.Value = id;
        try
        {
            await work(retries);
            WorkerLog.Tell("ok", id, name);
        }
        catch (Exception)
        {
            WorkerLog.Tell("fail", id, name, retries >= Retries);
            throw;
        }
    }
}
