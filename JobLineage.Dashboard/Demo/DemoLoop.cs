using Npgsql;

namespace JobLineage.Dashboard.Demo;

/// <summary>Does something again and again; a database that does not answer costs a round, not the loop.</summary>
internal static class DemoLoop
{
    /// <summary>Does something until the database has answered.</summary>
    public static async Task<T> SurelyAsync<T>(
        string what, Func<Task<T>> body, DemoClock clock, ILogger logger, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await body();
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException)
            {
                DemoLog.DatabaseFailed(logger, what, error);
                await clock.DelayReal(TimeSpan.FromSeconds(1), cancellation);
            }
        }
    }

    /// <summary>Runs all of them; when one fails the others are stopped, for a demo that limps tells a false story.</summary>
    public static async Task TogetherAsync(CancellationToken cancellation, params IReadOnlyList<Func<CancellationToken, Task>> parts)
    {
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAll(parts.Select(async part =>
        {
            try
            {
                await part(all.Token);
            }
            catch
            {
                await all.CancelAsync();
                throw;
            }
        }));
    }

    /// <summary>Does something again and again.</summary>
    public static async Task RunAsync(
        string name, TimeSpan every, Func<Task> body, DemoClock clock, ILogger logger, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await body();
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException)
            {
                DemoLog.DatabaseFailed(logger, name, error);
                await clock.DelayReal(TimeSpan.FromSeconds(1), cancellation);
            }

            await clock.DelayReal(every, cancellation);
        }
    }
}
