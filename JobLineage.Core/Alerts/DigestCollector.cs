using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store.Reading;
using Npgsql;

namespace JobLineage.Core.Alerts;

/// <summary>
/// Reads what a digest tells: grouped and counted where the failures are, so that a million of them cost us no more
/// memory than a hundred. In the caller's transaction.
/// </summary>
internal sealed class DigestCollector(NpgsqlConnection connection, long digest)
{
    private const int TimeoutSeconds = 600;

    public async Task<DigestContent> CollectAsync(Guid key, DateTimeOffset madeAt, string baseUrl, CancellationToken cancellation)
    {
        await PlaceAsync(cancellation);
        await using var sums = Command(
            """
            select count(*), min(at), max(at), count(*) filter (where run_id = 0), count(*) filter (where again), count(distinct run_id) filter (where run_id <> 0)
            from pg_temp.told
            """);
        await using var row = new RowCursor(await sums.ExecuteReaderAsync(cancellation));
        await row.NextAsync(cancellation);
        var content = new DigestContent
        {
            Key = key,
            MadeAt = madeAt,
            BaseUrl = baseUrl,
            Failures = row.Long(),
            FirstAt = row.Time() ?? madeAt,
            LastAt = row.Time() ?? madeAt,
            Singles = row.Long(),
            ToldBefore = row.Long(),
            RunCount = row.Long(),
            Runs = [],
        };
        await row.DisposeAsync();
        var (heads, sections) = await RunsAsync(cancellation);
        var groups = await GroupsAsync(heads, cancellation);
        var paths = await StagePaths.OfRunsAsync(connection, [.. heads.Where(h => h.Run != 0).Select(h => (h.Source, h.Run))], cancellation);
        var samples = await JobsAsync(groups, content.Failures, cancellation);
        return content with
        {
            Runs = new DigestSections(heads, groups, paths, samples).Runs(),
            MoreRuns = sections - heads.Count,
            MoreFailures = content.Failures - heads.Sum(h => h.Failures),
        };
    }

    /// <summary>Where each failure belongs as the lineage is known now: a parent may have been seen after its child failed.</summary>
    private async Task PlaceAsync(CancellationToken cancellation)
    {
        await using var command = Command(
            $"""
            create temp table told on commit drop as
            select f.id, f.source_id, coalesce(j.run_id, 0) as run_id, case when j.run_id is null then 0 else coalesce(j.stage_id, 0) end as stage_id,
                f.worker, coalesce(f.fingerprint, 0) as fingerprint,
                {LedgerSql.At} as at, f.told_before is not null as again
            from job_lineage.failure f
            left join job_lineage.job j on j.source_id = f.source_id and j.id = f.job_id and {LedgerSql.IsItsJob}
            where f.digest_id = $1
            """, digest);
        await command.ExecuteNonQueryAsync(cancellation);
        await using var analyze = Command("analyze pg_temp.told");
        await analyze.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<(List<DigestHead> Runs, long Sections)> RunsAsync(CancellationToken cancellation)
    {
        await using var command = Command(
            $"""
            with sections as (select source_id, run_id, count(*) as failures from pg_temp.told group by source_id, run_id)
            select t.source_id, s.name, t.run_id, r.root_id, l.text, t.failures, (select count(*) from sections)
            from sections t
            join job_lineage.source s on s.id = t.source_id
            left join job_lineage.run r on r.source_id = t.source_id and r.id = t.run_id
            left join job_lineage.label l on l.id = r.worker
            order by t.failures desc, t.run_id desc, t.source_id
            limit {DigestLimits.Jobs}
            """);
        var heads = new List<DigestHead>();
        long sections = 0;
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
        {
            heads.Add(new(row.Short(), row.Text(), row.Long(), row.TextOrNull(), row.TextOrNull() ?? "", row.Long()));
            sections = row.Long();
        }

        return (heads, sections);
    }

    private async Task<List<DigestKind>> GroupsAsync(List<DigestHead> heads, CancellationToken cancellation)
    {
        await using var command = Command(
            $"""
            with grouped as (
                select t.source_id, t.run_id, t.stage_id, t.worker, t.fingerprint, count(*) as failures, min(t.at) as first, max(t.at) as last
                from pg_temp.told t
                join unnest($1, $2) h (source_id, run_id) on h.source_id = t.source_id and h.run_id = t.run_id
                group by t.source_id, t.run_id, t.stage_id, t.worker, t.fingerprint),
            ranked as (
                select g.*, row_number() over (partition by source_id, run_id order by failures desc, stage_id, worker, fingerprint) as place,
                    count(*) over (partition by source_id, run_id) as groups
                from grouped g)
            select r.source_id, r.run_id, r.stage_id, r.worker, r.fingerprint, r.failures, r.first, r.last, r.groups, l.text, p.text
            from ranked r
            join job_lineage.label l on l.id = r.worker
            left join job_lineage.fingerprint p on p.id = r.fingerprint
            order by r.place > 1, r.failures desc, r.run_id, r.place
            limit {DigestLimits.Jobs}
            """).With(Parameters.Shorts(heads.Select(h => h.Source)), Parameters.Longs(heads.Select(h => h.Run)));
        var groups = new List<DigestKind>();
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
        {
            groups.Add(new(
                row.Short(), row.Long(), row.Long(), row.Int(), row.Int(), row.Long(), row.Time()!.Value, row.Time()!.Value, row.Long(), row.Text(), row.TextOrNull()));
        }

        return groups;
    }

    /// <summary>The most recent failures of each group: no more are read than are listed.</summary>
    private async Task<ILookup<int, DigestSample>> JobsAsync(List<DigestKind> groups, long failures, CancellationToken cancellation)
    {
        var most = DigestLimits.OfGroup(failures);
        var rooms = DigestShares.Of([.. groups.Select(g => (int)Math.Min(g.Failures, most))], DigestLimits.Jobs);
        await using var command = Command(
            $"""
            with recent as (
                select g.n, g.room, t.source_id, t.id, t.at, row_number() over (partition by g.n order by t.at desc, t.id desc) as place
                from pg_temp.told t
                join unnest($1, $2, $3, $4, $5, $6) with ordinality g (source_id, run_id, stage_id, worker, fingerprint, room, n)
                    on (t.source_id, t.run_id, t.stage_id, t.worker, t.fingerprint) = (g.source_id, g.run_id, g.stage_id, g.worker, g.fingerprint))
            select r.n, f.job_id, f.target, f.attempt, f.max_attempts, r.at, f.message, {JobSql.Args()}
            from recent r
            join job_lineage.failure f on f.source_id = r.source_id and f.id = r.id
            left join job_lineage.job j on j.source_id = f.source_id and j.id = f.job_id and {LedgerSql.IsItsJob}
            where r.place <= r.room
            order by r.n, r.place
            """).With(
            Parameters.Shorts(groups.Select(g => g.Source)), Parameters.Longs(groups.Select(g => g.Run)),
            Parameters.Longs(groups.Select(g => g.Stage)), Parameters.Ints(groups.Select(g => g.Worker)),
            Parameters.Ints(groups.Select(g => g.Fingerprint)), Parameters.Ints(rooms));
        var samples = new List<(int Group, DigestSample Sample)>();
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
        {
            samples.Add(((int)row.Long() - 1, new(
                row.Text(), row.TextOrNull(), row.Int(), row.Int(), row.Time()!.Value, row.TextOrNull(), row.TextOrNull())));
        }

        return samples.ToLookup(s => s.Group, s => s.Sample);
    }

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<SqlValue> parameters) =>
        new NpgsqlCommand(sql, connection) { CommandTimeout = TimeoutSeconds }.With(parameters);
}
