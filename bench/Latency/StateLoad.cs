using System.Diagnostics;
using Npgsql;

namespace JobLineage.Bench.Latency;

/// <summary>
/// Workers at work, as Oban's do it: a statement takes ten jobs and has them executing, then each is reported completed in a
/// transaction of its own. Twenty state changes in eleven transactions. Each client keeps to its share of the wanted rate.
/// </summary>
internal sealed class StateLoad : IAsyncDisposable
{
    private const int Clients = 8;
    private const int Taken = 10;

    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> clients = [];
    private long changes;

    /// <summary>Starts it.</summary>
    /// <param name="database">The source.</param>
    /// <param name="table">Its table of jobs.</param>
    /// <param name="jobs">Jobs that are completed now.</param>
    /// <param name="rate">State changes a second that are wanted.</param>
    public StateLoad(NpgsqlDataSource database, string table, IReadOnlyList<long> jobs, int rate)
    {
        for (var client = 0; client < Clients; client++)
        {
            var own = jobs.Where((_, place) => place / Taken % Clients == client).ToArray();
            clients.Add(Task.Run(() => WorkAsync(database, table, own, (double)rate / Clients)));
        }
    }

    /// <summary>State changes committed so far.</summary>
    public long Changes => Volatile.Read(ref changes);

    /// <summary>Throws when a client has failed.</summary>
    public async Task CheckAsync()
    {
        foreach (var failed in clients.Where(c => c.IsFaulted))
            await failed;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        foreach (var client in clients)
            await client.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task WorkAsync(NpgsqlDataSource database, string table, long[] jobs, double rate)
    {
        await using var connection = await database.OpenConnectionAsync(stop.Token);
        var ids = new NpgsqlParameter<long[]>();
        var id = new NpgsqlParameter<long>();
        await using var take = new NpgsqlCommand(
            $"update {table} set state = 'executing', attempted_at = timezone('UTC', clock_timestamp()), completed_at = null where id = any($1)", connection);
        await using var complete = new NpgsqlCommand(
            $"update {table} set state = 'completed', completed_at = timezone('UTC', clock_timestamp()) where id = $1", connection);
        take.Parameters.Add(ids);
        complete.Parameters.Add(id);
        await take.PrepareAsync(stop.Token);
        await complete.PrepareAsync(stop.Token);
        var start = Stopwatch.GetTimestamp();
        var done = 0.0;
        for (var at = 0; !stop.IsCancellationRequested; at = at + (2 * Taken) > jobs.Length ? 0 : at + Taken)
        {
            ids.TypedValue = jobs[at..(at + Taken)];
            await RestAsync();
            await take.ExecuteNonQueryAsync(CancellationToken.None);
            Count(Taken);
            // A batch that is begun is ended: the data set is left as it was found.
            foreach (var job in ids.TypedValue)
            {
                id.TypedValue = job;
                await RestAsync();
                await complete.ExecuteNonQueryAsync(CancellationToken.None);
                Count(1);
            }
        }

        void Count(int more)
        {
            done += more;
            Interlocked.Add(ref changes, more);
        }

        // What was missed while the machine was busy is made up for, up to a second of it.
        async Task RestAsync()
        {
            var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            done = Math.Max(done, (elapsed - 1) * rate);
            if ((done / rate) - elapsed is var ahead && ahead > 0 && !stop.IsCancellationRequested)
                await Task.Delay(TimeSpan.FromSeconds(ahead), stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
