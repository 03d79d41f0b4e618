using System.Text.Json;
using JobLineage.Core.Runs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace JobLineage.Core.Store;

/// <summary>
/// Listens to what the ingester announces, in this replica or in another. A connection that was lost is made again, and
/// readers are then told that anything may have changed.
/// </summary>
/// <param name="store">Connections to the store.</param>
/// <param name="time">For waiting between attempts.</param>
/// <param name="log">For operators.</param>
/// <param name="outage">Shared with others who meet the same outage of the store, so that it is said once; null: its own.</param>
public sealed partial class RunSignal(NpgsqlDataSource store, TimeProvider time, ILogger<RunSignal> log, Outage? outage = null) : BackgroundService, IRunSignal
{
    /// <summary>The channel of changed runs: a JSON array of [source, root id]; an empty one means "anything".</summary>
    internal const string Channel = "job_lineage_runs";

    /// <summary>The channel of sources whose status has changed; no payload.</summary>
    internal const string SourcesChannel = "job_lineage_sources";

    /// <summary>NOTIFY fails its transaction at 8,000 bytes; beyond this many runs a reader looks at everything anyway.</summary>
    private const int MostNamed = 200;

    private readonly Outage outage = outage ?? new(time);
    private readonly Backoff backoff = new();

    /// <inheritdoc />
    public event Action<IReadOnlyList<RunKey>>? Changed;

    /// <inheritdoc />
    public event Action? SourcesChanged;

    /// <summary>Announces, when the transaction commits, that these runs have changed; none says nothing.</summary>
    /// <param name="connection">With the transaction.</param>
    /// <param name="source">The source's name.</param>
    /// <param name="roots">The ids of their roots; one may be there twice.</param>
    /// <param name="cancellation">Stops.</param>
    internal static async Task AnnounceAsync(
        NpgsqlConnection connection, string source, IReadOnlyCollection<string> roots, CancellationToken cancellation)
    {
        if (roots.Count == 0)
            return;
        // An empty list says "look at everything".
        var payload = "[]";
        if (roots.Count <= MostNamed)
        {
            var text = JsonSerializer.Serialize(roots.Distinct(StringComparer.Ordinal).Select(root => new[] { source, root }));
            if (text.Length < 7_500)
                payload = text;
        }

        await using var notify = new NpgsqlCommand($"select pg_notify('{Channel}', $1)", connection).With(payload);
        await notify.ExecuteNonQueryAsync(cancellation);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception e) when (DatabaseFailure.Is(e))
            {
                var problem = SqlStateSentences.Of(e, SqlStateSubject.Store);
                if (outage.IsNews(problem.Message))
                    LogLost(problem.Message);
                await Task.Delay(backoff.Next(problem.IsTransient), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        connection.Notification += (_, e) => Raise(e.Channel, e.Payload);
        await using (var listen = new NpgsqlCommand($"listen {Channel}; listen {SourcesChannel}", connection))
            await listen.ExecuteNonQueryAsync(cancellation);
        backoff.Reset();
        // Whatever happened while nobody listened.
        Raise(Channel, "[]");
        Raise(SourcesChannel, "");
        while (true)
        {
            // A connection that died silently is found by asking something now and then.
            if (!await connection.WaitAsync(TimeSpan.FromSeconds(15), cancellation))
            {
                await using var ping = new NpgsqlCommand("select 1", connection) { CommandTimeout = 5 };
                await ping.ExecuteNonQueryAsync(cancellation);
            }
        }
    }

    private void Raise(string channel, string payload)
    {
        try
        {
            if (channel == SourcesChannel)
                SourcesChanged?.Invoke();
            else
                Changed?.Invoke([.. (JsonSerializer.Deserialize<string[][]>(payload) ?? []).Where(p => p.Length == 2).Select(p => new RunKey(p[0], p[1]))]);
        }
        catch (JsonException e)
        {
            // Somebody else's notification on our channel: look at everything rather than miss one of ours.
            LogForeign(e);
            Changed?.Invoke([]);
        }
    }

    [LoggerMessage(201, LogLevel.Warning, "The store's notifications are lost until it answers: {Problem}")]
    private partial void LogLost(string problem);

    [LoggerMessage(202, LogLevel.Warning, "A notification on " + Channel + " is not ours")]
    private partial void LogForeign(Exception e);
}
