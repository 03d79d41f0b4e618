using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using Npgsql;

namespace JobLineage.Core.Alerts;

/// <summary>
/// Which pipelines did not finish successfully in time. A run has, when nothing in it is unfinished and its root completed; where
/// jobs share a key, and so no root stands for the others, when none was discarded or cancelled. So has a single that completed.
/// Judged is up to the moment to which the source was read: of what nobody read nothing is said.
/// </summary>
internal sealed class OverdueCheck(NpgsqlConnection connection, IReadOnlyList<OverdueRule> rules)
{
    private const int TimeoutSeconds = 600;

    /// <summary>How each stands.</summary>
    public async Task<IReadOnlyList<OverdueState>> StatesAsync(CancellationToken cancellation)
    {
        var states = new List<OverdueState>();
        foreach (var rule in rules)
            states.Add(await StateAsync(rule, cancellation));
        return states;
    }

    /// <summary>
    /// Those that a digest shall tell of: each once, until it finishes again. Called under <see cref="DigestLock"/>, and in the
    /// transaction that makes the digest.
    /// </summary>
    public async Task<IReadOnlyList<OverdueState>> UntoldAsync(CancellationToken cancellation)
    {
        var untold = new List<OverdueState>();
        foreach (var state in await StatesAsync(cancellation))
        {
            if (state.IsJudged && !state.IsOverdue)
                await EndAsync(state, cancellation);
            if (state.IsOverdue && !state.IsMuted && state.ToldIn is null && untold.Count < DigestLimits.Lines)
                untold.Add(state);
        }

        return untold;
    }

    /// <summary>A digest is the one that tells of these.</summary>
    public async Task TellAsync(IEnumerable<OverdueState> told, long digest, CancellationToken cancellation)
    {
        foreach (var state in told)
        {
            await EndAsync(state, cancellation);
            await using var command = new NpgsqlCommand(
                "insert into job_lineage.overdue (source, pipeline, last_at, digest_id) values ($1, $2, $3, $4)", connection);
            AddNames(command, state.Rule);
            command.With(state.LastAt, digest);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>What a digest says of it.</summary>
    public static DigestOverdue Line(OverdueState state) => new(state.Rule.Source, state.Worker, state.Rule.Within, state.LastAt);

    private async Task EndAsync(OverdueState state, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "update job_lineage.overdue set ended_at = now() where source = $1 and pipeline = $2 and ended_at is null", connection);
        AddNames(command, state.Rule);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<OverdueState> StateAsync(OverdueRule rule, CancellationToken cancellation)
    {
        var unknown = new OverdueState(rule, rule.Pipeline, null, false, false, false, null);
        if (await FindAsync(rule, cancellation) is not { } found)
            return unknown;
        var last = found.LastRun;
        // Singles have no index by worker: asked only where no run answers, and only of workers that have some.
        if (found.HasSingles && (last is null || last < found.Due))
            last = await LastSingleAsync(found, cancellation) ?? last;
        var (toldIn, isMuted) = await ToldAsync(rule, found, last, cancellation);
        return unknown with
        {
            Worker = found.Worker ?? rule.Pipeline,
            LastAt = last,
            IsOverdue = found.IsJudged && (last is null || last < found.Due),
            IsJudged = found.IsJudged,
            IsMuted = isMuted,
            ToldIn = toldIn,
        };
    }

    private async Task<Found?> FindAsync(OverdueRule rule, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with named as (
                select l.id, l.text, l.text = $2 as exact from job_lineage.label l
                where l.text = $2 or right(l.text, length($2) + 1) in ('.' || $2, '/' || $2)),
            labels as (select id, text from named where exact or not exists (select from named where exact)),
            pipeline as (
                select l.id, l.text from labels l join job_lineage.source s on s.name = $1
                where exists (select from job_lineage.run r where r.source_id = s.id and r.worker = l.id)
                    or exists (select from job_lineage.single i where i.source_id = s.id and i.worker = l.id))
            select s.id, coalesce(s.backfilled and s.as_of - $3 >= s.since, false), s.as_of - $3,
                (select array_agg(id) from pipeline), (select case when count(*) = 1 then min(text) end from pipeline),
                exists (select from job_lineage.single i where i.source_id = s.id and i.worker in (select id from pipeline) and i.completed > 0),
                (select max(r.last_activity_at)
                from job_lineage.run r
                left join job_lineage.job j on j.source_id = r.source_id and j.id = r.root_id
                where r.source_id = s.id and r.worker in (select id from pipeline) and isfinite(r.last_activity_at)
                    and {StateColumns.Sum(JobStates.Unfinished, "r")} = 0
                    and case when r.run_key is null then {JobIs.In(JobState.Completed)} else r.discarded + r.cancelled = 0 and r.completed > 0 end)
            from job_lineage.source s
            where s.name = $1
            """, connection)
        { CommandTimeout = TimeoutSeconds };
        AddNames(command, rule);
        command.With(rule.Within);
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        return await row.NextAsync(cancellation)
            ? new(row.Short(), row.Bool(), row.Time(), row.Array<int>(), row.TextOrNull(), row.Bool(), row.Time())
            : null;
    }

    private async Task<DateTimeOffset?> LastSingleAsync(Found found, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select max(finished_at) from job_lineage.job
            where source_id = $1 and worker = any($2) and run_id is null and {JobIs.Counted(JobState.Completed, "")} and isfinite(finished_at)
            """, connection)
        { CommandTimeout = TimeoutSeconds }.With(found.Source, Parameters.Ints(found.Workers));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return reader.TimeAt(0) is { } single && (found.LastRun is not { } run || single > run) ? single : null;
    }

    /// <summary>What was told of an earlier success is over: the pipeline finished meanwhile, and is late anew.</summary>
    private async Task<(long? ToldIn, bool IsMuted)> ToldAsync(OverdueRule rule, Found found, DateTimeOffset? last, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select (select o.digest_id from job_lineage.overdue o
                where o.source = $1 and o.pipeline = $2 and o.ended_at is null and ($3 is null or o.last_at >= $3)
                    and not exists (select from job_lineage.digest d
                        where d.id = o.digest_id and d.state in ({(short)DeliveryState.Failed}, {(short)DeliveryState.GivenUp}))),
                exists (select from job_lineage.mute m
                    where m.source_id = $4 and m.worker = any($5) and m.from_at <= clock_timestamp() and clock_timestamp() < coalesce(m.ended_at, m.until_at))
            """, connection);
        AddNames(command, rule);
        command.With(last, found.Source, Parameters.Ints(found.Workers));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.LongAt(0), reader.GetBoolean(1));
    }

    private static void AddNames(NpgsqlCommand command, OverdueRule rule)
    {
        command.With(rule.Source, rule.Pipeline);
    }

    private sealed record Found(
        short Source, bool IsJudged, DateTimeOffset? Due, int[] Workers, string? Worker, bool HasSingles, DateTimeOffset? LastRun);
}
