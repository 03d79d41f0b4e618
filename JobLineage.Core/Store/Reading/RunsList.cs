using System.Text;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// Reads a page of the runs list: the page itself, then the unfinished runs on it whole, so that "stuck" means the same
/// here as on the run's own page.
/// </summary>
internal sealed class RunsList(
    NpgsqlConnection connection, RunsQuery query, DiagnosisOptions diagnosis, PastRuns past, ExaminedRuns examined, DateTimeOffset now)
{
    /// <summary>Whether a run is stuck or only running shows when it is looked at: at most so many are, newest first.</summary>
    private const int Examined = 1000;

    private const string Unfinished = "(r.available + r.scheduled + r.suspended + r.executing + r.retryable)";

    private static readonly string Counts = string.Join(", ", JobStates.All.Select(s => "r." + s.Name()));

    public async Task<RunsPage> ReadAsync(CancellationToken cancellation)
    {
        var (runs, total) = query.State is RunState.Running or RunState.Stuck or RunState.Failing
            ? await ExaminedAsync(cancellation)
            : await PlainAsync(cancellation);
        var singles = query is { Page: 1, State: null } ? await SinglesAsync(cancellation) : [];
        return new(runs, singles, total, now);
    }

    private async Task<(IReadOnlyList<RunSummary>, long)> PlainAsync(CancellationToken cancellation)
    {
        var rows = await RowsAsync(StateCondition(), query.PageSize, (Math.Max(query.Page, 1) - 1) * query.PageSize, cancellation);
        var states = await StatesAsync([.. rows.Where(r => r.Summary.Counts.Unfinished > 0)], cancellation);
        var total = await CountAsync(StateCondition(), cancellation);
        return ([.. rows.Select(r => states.TryGetValue(r.Id, out var state) ? r.Summary with { State = state } : r.Summary)], total);
    }

    private async Task<(IReadOnlyList<RunSummary>, long)> ExaminedAsync(CancellationToken cancellation)
    {
        var rows = await RowsAsync(Unfinished + " > 0", Examined, 0, cancellation);
        var states = await StatesAsync(rows, cancellation);
        var matching = rows
            .Where(r => states.GetValueOrDefault(r.Id) == query.State)
            .Select(r => r.Summary with { State = query.State!.Value })
            .ToList();
        return ([.. matching.Skip((Math.Max(query.Page, 1) - 1) * query.PageSize).Take(query.PageSize)], matching.Count);
    }

    private string StateCondition() => query.State switch
    {
        RunState.Failed => Unfinished + " = 0 and r.discarded > 0",
        RunState.Finished => Unfinished + " = 0 and r.discarded = 0",
        _ => "true",
    };

    private void Filter(NpgsqlCommand command, StringBuilder sql)
    {
        if (query.Source is { } source)
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
            sql.Append($" and src.name = ${command.Parameters.Count}");
        }

        if (query.Worker is { Length: > 0 } worker)
        {
            // The full name, or the last segment of one.
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = worker });
            sql.Append($" and (w.text = ${command.Parameters.Count} or right(w.text, length(${command.Parameters.Count}) + 1) in ('.' || ${command.Parameters.Count}, '/' || ${command.Parameters.Count}))");
        }
    }

    private async Task<List<ListedRun>> RowsAsync(string condition, int limit, int offset, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        var sql = new StringBuilder(
            $"""
            select r.id, src.name, r.root_id, r.run_key, w.text, r.version, coalesce(root.inserted_at, r.started_at), r.last_activity_at,
                (select count(*) from job_lineage.stage s where s.run_id = r.id), src.as_of, src.backfilled, {Counts}
            from job_lineage.run r
            join job_lineage.source src on src.id = r.source_id
            join job_lineage.label w on w.id = r.worker
            left join job_lineage.job root on root.source_id = r.source_id and root.id = r.root_id
            where {condition}
            """);
        Filter(command, sql);
        sql.Append($" order by r.last_activity_at desc nulls last, r.id desc limit {limit} offset {offset}");
        command.CommandText = sql.ToString();
        var rows = new List<ListedRun>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var counts = CountsAt(reader, 11);
            rows.Add(new(reader.GetInt64(0), reader.TimeAt(9), reader.GetBoolean(10), new()
            {
                Source = reader.GetString(1),
                RootId = reader.GetString(2),
                RunKey = reader.TextAt(3),
                Worker = reader.GetString(4),
                Version = reader.GetInt64(5),
                Counts = counts,
                Stages = (int)reader.GetInt64(8),
                State = counts.Discarded > 0 ? RunState.Failed : RunState.Finished,
                StartedAt = reader.TimeAt(6),
                LastActivityAt = reader.TimeAt(7),
            }));
        }

        return rows;
    }

    private async Task<long> CountAsync(string condition, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        var sql = new StringBuilder(
            $"""
            select count(*)
            from job_lineage.run r
            join job_lineage.source src on src.id = r.source_id
            join job_lineage.label w on w.id = r.worker
            where {condition}
            """);
        Filter(command, sql);
        command.CommandText = sql.ToString();
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task<Dictionary<long, RunState>> StatesAsync(IReadOnlyList<ListedRun> listed, CancellationToken cancellation)
    {
        if (listed.Count == 0)
            return [];
        var runs = await examined.OfAsync([.. listed.Select(r => (r.Id, r.Summary.Version))], ids => ReadWholeAsync(ids, cancellation));
        var around = await Surroundings.ReadAsync(connection, runs.Values, now, cancellation);
        var states = new Dictionary<long, RunState>();
        foreach (var row in listed)
        {
            if (!runs.TryGetValue(row.Id, out var run))
                continue;
            // How far the source is known changes while the run does not.
            run = run with { Run = run.Run with { AsOf = row.AsOf ?? now }, Facts = around.Around(run) with { IsSourceRead = row.IsSourceRead } };
            states[row.Id] = run.Run.Diagnose(await FactsAsync(run, cancellation), diagnosis, now).State;
        }

        return states;
    }

    private async Task<Dictionary<long, AssembledRun>> ReadWholeAsync(long[] ids, CancellationToken cancellation)
    {
        var runs = new RunAssembler(at: 0, now);
        await using var batch = GenericPlan.Of(
            connection,
            $"""
            select {SnapshotSql.Columns}
            from job_lineage.run r
            join job_lineage.source src on src.id = r.source_id
            {SnapshotSql.Joins}
            where r.id = any($1)
            """,
            Ingest.Parameters.Longs(ids));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            runs.Add(reader);
        return runs.Build();
    }

    /// <summary>A run's state hangs on what is usual only where an attempt takes longer than a start may.</summary>
    private async Task<RunFacts> FactsAsync(AssembledRun run, CancellationToken cancellation) =>
        run.Run.Stages.Any(s => s.OldestExecutingAt <= now - diagnosis.StuckAfterFor(run.Run.Source, s.Worker))
            ? run.Facts with { Past = await past.OfAsync(run.SourceId, run.WorkerId, connection, cancellation) }
            : run.Facts;

    private async Task<IReadOnlyList<SinglesSummary>> SinglesAsync(CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        var sql = new StringBuilder(
            $"""
            select src.name, w.text, {Counts}
            from job_lineage.single r
            join job_lineage.source src on src.id = r.source_id
            join job_lineage.label w on w.id = r.worker
            where ({string.Join(" + ", JobStates.All.Select(s => "r." + s.Name()))}) > 0
            """);
        Filter(command, sql);
        sql.Append(" order by src.name, w.text");
        command.CommandText = sql.ToString();
        var singles = new List<SinglesSummary>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            singles.Add(new(reader.GetString(0), reader.GetString(1), CountsAt(reader, 2)));
        return singles;
    }

    private static StateCounts CountsAt(NpgsqlDataReader reader, int at)
    {
        var counts = default(StateCounts);
        foreach (var state in JobStates.All)
            counts = counts.Add(state, reader.GetInt64(at + (int)state));
        return counts;
    }

    /// <summary>A run on the list.</summary>
    /// <param name="Id">Its number in the store.</param>
    /// <param name="AsOf">Up to when its source is known; null when it was never read to the end.</param>
    /// <param name="IsSourceRead">Whether its source was ever read to the end.</param>
    /// <param name="Summary">What the list shows of it.</param>
    private sealed record ListedRun(long Id, DateTimeOffset? AsOf, bool IsSourceRead, RunSummary Summary);
}
