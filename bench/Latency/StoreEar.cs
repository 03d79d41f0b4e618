using System.Collections.Concurrent;
using System.Diagnostics;
using JobLineage.Core.Store;
using Npgsql;

namespace JobLineage.Bench.Latency;

/// <summary>Listens beside the dashboard to what the ingester announces, and notes when the store had the marked job's change.</summary>
internal sealed class StoreEar : IAsyncDisposable
{
    private readonly NpgsqlDataSource store;
    private readonly string job;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<(short State, long At)> changes = new();
    private readonly Task listening;

    /// <summary>Starts listening.</summary>
    public StoreEar(string store, long job)
    {
        this.store = StoreDatabase.Create(store);
        this.job = job.ToString(System.Globalization.CultureInfo.InvariantCulture);
        listening = ListenAsync();
    }

    /// <summary>When the announcement came with which the store first had the job in this state; null when it has not come.</summary>
    public long? Heard(short state)
    {
        foreach (var change in changes)
        {
            if (change.State == state)
                return change.At;
        }

        return null;
    }

    /// <summary>Forgets what was heard.</summary>
    public void Clear() => changes.Clear();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await store.DisposeAsync();
        stop.Dispose();
    }

    private async Task ListenAsync()
    {
        await using var connection = await store.OpenConnectionAsync(stop.Token);
        await using var asking = await store.OpenConnectionAsync(stop.Token);
        var heard = 0L;
        connection.Notification += (_, _) => heard = Stopwatch.GetTimestamp();
        await using (var listen = new NpgsqlCommand("listen job_lineage_runs", connection))
            await listen.ExecuteNonQueryAsync(stop.Token);
        await using var ask = new NpgsqlCommand("select state from job_lineage.job where id = $1", asking);
        ask.Parameters.Add(new NpgsqlParameter<string> { TypedValue = job });
        await ask.PrepareAsync(stop.Token);
        short? last = null;
        while (true)
        {
            await connection.WaitAsync(stop.Token);
            var at = heard;
            var state = (short?)await ask.ExecuteScalarAsync(stop.Token);
            if (state is { } known && state != last)
                changes.Enqueue((known, at));
            last = state;
        }
    }
}
