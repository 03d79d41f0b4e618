using System.Data;
using System.Globalization;
using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Sources;

/// <summary>Reads what goes on in a source's queues: what waits in its table, and what its engine says of pauses and of who works. Reads only.</summary>
/// <param name="source">The source.</param>
/// <param name="database">Connections to its database.</param>
/// <param name="redaction">Takes secrets out of names.</param>
/// <param name="pool">Gives turns at the database; null: nobody else uses it.</param>
/// <param name="time">The clock of waiting for one; null: the system's.</param>
public sealed class QueuesReader(ProbedSource source, NpgsqlDataSource database, Redaction redaction, DatabasePool? pool = null, TimeProvider? time = null)
{
    /// <summary>A comparison, or a first reading, may take minutes, and whoever asks waits for an answer.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly DatabasePool turns = pool ?? DatabasePool.Alone(database);

    private const int TimeoutSeconds = 15;

    /// <summary>To read the whole table is worth no more than this.</summary>
    private const int PaceSeconds = 5;

    /// <summary>Rows, by the planner's estimate, up to which the whole table is read: whoever polls the API reads it every five seconds.</summary>
    public const int PaceRows = 200_000;

    /// <summary>The queues, in the order of their names.</summary>
    public async Task<QueuesView> ReadAsync(CancellationToken cancellation)
    {
        var queues = new SortedDictionary<string, QueueLine>(StringComparer.Ordinal);
        DateTimeOffset asOf;
        long? rows;
        var (evidence, problem) = (EngineEvidence.None, (string?)null);
        using (await turns.ShortAsync(cancellation))
        {
            asOf = await WaitingAsync(queues, cancellation);
            if (Presets.Engine(source.Mapping.Preset) is { } engine)
                (evidence, problem) = await new EngineReader(engine, source.Mapping, database, redaction, TimeoutSeconds).EvidenceAsync(cancellation);
            rows = await new SourceReader(source, database, redaction, TimeoutSeconds).EstimateRowsAsync(cancellation);
        }

        var noPace = rows > PaceRows
            ? string.Create(CultureInfo.InvariantCulture, $"Starts and finishes are not counted: that reads the whole table, of about {rows:#,0} rows, and is done up to {PaceRows:#,0} only.")
            : await PaceInTurnAsync(queues, cancellation);
        foreach (var name in evidence.Queues.Select(q => q.Queue).Concat(evidence.Nodes.Select(n => n.Queue).OfType<string>()).Where(name => !name.Contains('*')))
            queues.TryAdd(name, new(name));
        return new(source.Mapping.Name, asOf, noPace, problem, [.. queues.Values.Select(q => q with { Said = evidence.Of(q.Queue) })]);
    }

    private async Task<DateTimeOffset> WaitingAsync(SortedDictionary<string, QueueLine> queues, CancellationToken cancellation)
    {
        await using var command = await SourceCommand.OpenAsync(database, source.Mapping, TimeoutSeconds, cancellation);
        command.Sql = QueueSql.Waiting(source);
        await using var row = new RowCursor(await command.ReadAsync(CommandBehavior.Default, cancellation));
        var asOf = command.Moment!.Shown;
        while (await row.NextAsync(cancellation))
        {
            var name = row.Text();
            var line = new QueueLine(name) { Ready = row.Long(), Executing = row.Long(), Scheduled = row.Long(), Retryable = row.Long(), Suspended = row.Long(), OldestReadyAt = row.Time() };
            // On a standby that lags behind, what is due by the clock may be later than what is read.
            queues[name] = line.OldestReadyAt > asOf ? line with { OldestReadyAt = asOf } : line;
        }

        return asOf;
    }

    /// <summary>Counts starts and finishes in one of those turns that looks do not take, for it may take long; answers with a sentence where others have them all.</summary>
    private async Task<string?> PaceInTurnAsync(SortedDictionary<string, QueueLine> queues, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, time ?? TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        DatabaseTurn turn;
        try
        {
            turn = await turns.LongAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return "Starts and finishes are not counted: that reads the whole table, and other long work is under way.";
        }

        using (turn)
            return await PaceAsync(queues, cancellation);
    }

    /// <summary>Counts starts and finishes; answers with a sentence where that takes too long.</summary>
    private async Task<string?> PaceAsync(SortedDictionary<string, QueueLine> queues, CancellationToken cancellation)
    {
        try
        {
            await using var command = await SourceCommand.OpenAsync(database, source.Mapping, PaceSeconds, cancellation);
            command.Sql = QueueSql.Pace(source);
            await using var row = new RowCursor(await command.ReadAsync(CommandBehavior.Default, cancellation));
            while (await row.NextAsync(cancellation))
            {
                var (name, starts, finishes, last) = (row.Text(), row.Long(), row.Long(), row.Time());
                queues[name] = (queues.TryGetValue(name, out var known) ? known : new(name)) with
                {
                    StartsPerMinute = source.Mapping.AttemptedAt is null ? null : starts / (double)QueueSql.Minutes,
                    FinishesPerMinute = source.Mapping.FinishedAt is null ? null : finishes / (double)QueueSql.Minutes,
                    LastStartedAt = last,
                };
            }

            return null;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled && !cancellation.IsCancellationRequested)
        {
            return $"Starts and finishes are not counted: to read the whole table takes longer than {PaceSeconds} s.";
        }
    }
}
