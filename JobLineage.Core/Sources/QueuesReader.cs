using System.Data;
using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Sources;

/// <summary>Reads what goes on in a source's queues: what waits in its table, and what its engine says of pauses and of who works. Reads only.</summary>
/// <param name="source">The source.</param>
/// <param name="database">Connections to its database.</param>
/// <param name="redaction">Takes secrets out of names.</param>
public sealed class QueuesReader(ProbedSource source, NpgsqlDataSource database, Redaction redaction)
{
    private const int TimeoutSeconds = 15;

    /// <summary>To read the whole table is worth no more than this.</summary>
    private const int PaceSeconds = 5;

    /// <summary>The queues, in the order of their names.</summary>
    public async Task<QueuesView> ReadAsync(CancellationToken cancellation)
    {
        var queues = new SortedDictionary<string, QueueLine>(StringComparer.Ordinal);
        var asOf = await WaitingAsync(queues, cancellation);
        var hasPace = await PaceAsync(queues, cancellation);
        var evidence = EngineEvidence.None;
        string? problem = null;
        if (Presets.Engine(source.Mapping.Preset) is { } engine)
        {
            try
            {
                evidence = await new EngineReader(engine, source.Mapping, database, redaction, TimeoutSeconds).EvidenceAsync(cancellation);
            }
            catch (PostgresException e) when (SourceFaults.IsMapping(e) || e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                problem = $"What {engine.Title} says of its queues can't be read here: {redaction.Line(e.MessageText)}.";
            }
        }

        foreach (var name in evidence.Queues.Select(q => q.Queue).Concat(evidence.Nodes.Select(n => n.Queue).OfType<string>()).Where(name => !name.Contains('*')))
            queues.TryAdd(name, new(name));
        return new(source.Mapping.Name, asOf, hasPace, problem, [.. queues.Values.Select(q => q with { Said = evidence.Of(q.Queue) })]);
    }

    private async Task<DateTimeOffset> WaitingAsync(SortedDictionary<string, QueueLine> queues, CancellationToken cancellation)
    {
        await using var command = await SourceCommand.OpenAsync(database, source.Mapping, TimeoutSeconds, cancellation);
        command.Sql = QueueSql.Waiting(source);
        await using var row = new RowCursor(await command.ReadAsync(CommandBehavior.Default, cancellation));
        while (await row.NextAsync(cancellation))
        {
            var name = row.Text();
            queues[name] = new(name) { Ready = row.Long(), Executing = row.Long(), Scheduled = row.Long(), Retryable = row.Long(), Suspended = row.Long(), OldestReadyAt = row.Time() };
        }

        return command.Moment!.Shown;
    }

    private async Task<bool> PaceAsync(SortedDictionary<string, QueueLine> queues, CancellationToken cancellation)
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

            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
