using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store.Ingest;
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
        await using var reader = await sums.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var content = new DigestContent
        {
            Key = key,
            MadeAt = madeAt,
            BaseUrl = baseUrl,
            Failures = reader.GetInt64(0),
            FirstAt = reader.TimeAt(1) ?? madeAt,
            LastAt = reader.TimeAt(2) ?? madeAt,
            Singles = reader.GetInt64(3),
            ToldBefore = reader.GetInt64(4),
            RunCount = reader.GetInt64(5),
            Runs = [],
        };
        await reader.DisposeAsync();
        var (heads, sections) = await RunsAsync(cancellation);
        var groups = await GroupsAsync(heads, cancellation);
        var paths = await StagePaths.OfRunsAsync(connection, heads.Select(h => h.Run).Where(r => r != 0), cancellation);
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
            left join job_lineage.run r on r.id = t.run_id
            left join job_lineage.label l on l.id = r.worker
            order by t.failures desc, t.run_id desc, t.source_id
            limit {DigestLimits.Jobs}
            """);
        var heads = new List<DigestHead>();
        long sections = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            heads.Add(new(
                reader.GetInt16(0), reader.GetString(1), reader.GetInt64(2), reader.TextAt(3), reader.TextAt(4) ?? "", reader.GetInt64(5)));
            sections = reader.GetInt64(6);
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
            """);
        command.Parameters.Add(new NpgsqlParameter<short[]> { TypedValue = [.. heads.Select(h => h.Source)] });
        command.Parameters.Add(Parameters.Longs(heads.Select(h => h.Run)));
        var groups = new List<DigestKind>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            groups.Add(new(
                reader.GetInt16(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt32(3), reader.GetInt32(4), reader.GetInt64(5),
                reader.TimeAt(6)!.Value, reader.TimeAt(7)!.Value, reader.GetInt64(8), reader.GetString(9), reader.TextAt(10)));
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
                select g.n, g.room, t.id, t.at, row_number() over (partition by g.n order by t.at desc, t.id desc) as place
                from pg_temp.told t
                join unnest($1, $2, $3, $4, $5, $6) with ordinality g (source_id, run_id, stage_id, worker, fingerprint, room, n)
                    on (t.source_id, t.run_id, t.stage_id, t.worker, t.fingerprint) = (g.source_id, g.run_id, g.stage_id, g.worker, g.fingerprint))
            select r.n, f.job_id, f.target, f.attempt, f.max_attempts, r.at, f.message, j.args
            from recent r
            join job_lineage.failure f on f.id = r.id
            left join job_lineage.job j on j.source_id = f.source_id and j.id = f.job_id and {LedgerSql.IsItsJob}
            where r.place <= r.room
            order by r.n, r.place
            """);
        command.Parameters.Add(new NpgsqlParameter<short[]> { TypedValue = [.. groups.Select(g => g.Source)] });
        command.Parameters.Add(Parameters.Longs(groups.Select(g => g.Run)));
        command.Parameters.Add(Parameters.Longs(groups.Select(g => g.Stage)));
        command.Parameters.Add(Parameters.Ints(groups.Select(g => g.Worker)));
        command.Parameters.Add(Parameters.Ints(groups.Select(g => g.Fingerprint)));
        command.Parameters.Add(Parameters.Ints(rooms));
        var samples = new List<(int Group, DigestSample Sample)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            samples.Add(((int)reader.GetInt64(0) - 1, new(
                reader.GetString(1), reader.TextAt(2), reader.GetInt32(3), reader.GetInt32(4), reader.TimeAt(5)!.Value, reader.TextAt(6), reader.TextAt(7))));
        }

        return samples.ToLookup(s => s.Group, s => s.Sample);
    }

    private NpgsqlCommand Command(string sql, params object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = TimeoutSeconds };
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return command;
    }
}
