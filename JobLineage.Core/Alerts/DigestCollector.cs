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
        var jobs = await JobsAsync(groups, cancellation);
        return content with
        {
            Runs = [.. heads.Select(h => Run(h, groups, paths, jobs))],
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
                case when j.run_id is null then f.worker else 0 end as worker, coalesce(f.fingerprint, 0) as fingerprint,
                {LedgerSql.At} as at, f.told_before is not null as again
            from job_lineage.failure f
            left join job_lineage.job j on j.source_id = f.source_id and j.id = f.job_id and {LedgerSql.IsItsJob}
            where f.digest_id = $1
            """, digest);
        await command.ExecuteNonQueryAsync(cancellation);
        await using var analyze = Command("analyze pg_temp.told");
        await analyze.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<(List<Head> Runs, long Sections)> RunsAsync(CancellationToken cancellation)
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
            limit {DigestLimits.Runs}
            """);
        var heads = new List<Head>();
        long sections = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            heads.Add(new(
                reader.GetInt16(0), reader.GetString(1), reader.GetInt64(2), reader.TextAt(3),
                reader.TextAt(4) is { } worker ? Workers.ShortName(worker) : "", reader.GetInt64(5)));
            sections = reader.GetInt64(6);
        }

        return (heads, sections);
    }

    private async Task<List<Group>> GroupsAsync(List<Head> heads, CancellationToken cancellation)
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
            left join job_lineage.label l on l.id = r.worker
            left join job_lineage.fingerprint p on p.id = r.fingerprint
            where r.place <= {DigestLimits.GroupsPerRun}
            order by r.place > 1, r.failures desc, r.run_id, r.place
            limit {DigestLimits.Groups}
            """);
        command.Parameters.Add(new NpgsqlParameter<short[]> { TypedValue = [.. heads.Select(h => h.Source)] });
        command.Parameters.Add(Parameters.Longs(heads.Select(h => h.Run)));
        var groups = new List<Group>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            groups.Add(new(
                reader.GetInt16(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt32(3), reader.GetInt32(4), reader.GetInt64(5),
                reader.TimeAt(6)!.Value, reader.TimeAt(7)!.Value, reader.GetInt64(8),
                reader.TextAt(9) is { } worker ? Workers.ShortName(worker) : "", reader.TextAt(10) ?? "no error was recorded"));
        }

        return groups;
    }

    /// <summary>The most recent failures of each group.</summary>
    private async Task<ILookup<int, Sample>> JobsAsync(List<Group> groups, CancellationToken cancellation)
    {
        await using var command = Command(
            $"""
            with recent as (
                select g.n, t.id, t.at, row_number() over (partition by g.n order by t.at desc, t.id desc) as place
                from pg_temp.told t
                join unnest($1, $2, $3, $4, $5) with ordinality g (source_id, run_id, stage_id, worker, fingerprint, n)
                    on (t.source_id, t.run_id, t.stage_id, t.worker, t.fingerprint) = (g.source_id, g.run_id, g.stage_id, g.worker, g.fingerprint))
            select r.n, f.job_id, l.text, f.target, f.attempt, f.max_attempts, r.at, f.message
            from recent r
            join job_lineage.failure f on f.id = r.id
            join job_lineage.label l on l.id = f.worker
            where r.place <= {DigestLimits.JobsPerGroup}
            order by r.n, r.place
            """);
        command.Parameters.Add(new NpgsqlParameter<short[]> { TypedValue = [.. groups.Select(g => g.Source)] });
        command.Parameters.Add(Parameters.Longs(groups.Select(g => g.Run)));
        command.Parameters.Add(Parameters.Longs(groups.Select(g => g.Stage)));
        command.Parameters.Add(Parameters.Ints(groups.Select(g => g.Worker)));
        command.Parameters.Add(Parameters.Ints(groups.Select(g => g.Fingerprint)));
        var samples = new List<(int Group, Sample Sample)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            samples.Add(((int)reader.GetInt64(0) - 1, new(
                new(reader.GetString(1), Workers.ShortName(reader.GetString(2)), reader.TextAt(3), reader.GetInt32(4), reader.GetInt32(5), reader.TimeAt(6)!.Value),
                reader.TextAt(7))));
        }

        // Each group shows some before the largest shows all: what is over is shared out a job at a time.
        var rooms = new int[groups.Count];
        var sizes = samples.CountBy(s => s.Group).ToDictionary();
        for (var (left, round) = (DigestLimits.Jobs, 1); left > 0 && round <= DigestLimits.JobsPerGroup; round++)
        {
            for (var i = 0; i < rooms.Length && left > 0; i++)
            {
                if (sizes.GetValueOrDefault(i) >= round)
                    (rooms[i], left) = (round, left - 1);
            }
        }

        return samples.GroupBy(s => s.Group).SelectMany(g => g.Take(Math.Max(rooms[g.Key], 1))).ToLookup(s => s.Group, s => s.Sample);
    }

    private static DigestRun Run(Head head, List<Group> groups, Dictionary<long, string> paths, ILookup<int, Sample> samples)
    {
        var own = groups.Select((g, n) => (Group: g, Number: n)).Where(g => g.Group.Source == head.Source && g.Group.Run == head.Run).ToList();
        // Every run of the list has its largest group in the list of groups.
        return new(
            head.SourceName, head.RootId, head.Worker, head.Failures,
            [.. own.OrderByDescending(g => g.Group.Failures).Select(g => new DigestGroup(
                head.Run == 0 ? g.Group.WorkerName : paths.GetValueOrDefault(g.Group.Stage, Workers.Unknown),
                g.Group.Fingerprint == 0 ? null : g.Group.Fingerprint, g.Group.Error, g.Group.Failures, g.Group.First, g.Group.Last,
                samples[g.Number].FirstOrDefault()?.Message, [.. samples[g.Number].Select(s => s.Job)]))],
            own[0].Group.Groups - own.Count, head.Failures - own.Sum(g => g.Group.Failures));
    }

    private NpgsqlCommand Command(string sql, params object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = TimeoutSeconds };
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return command;
    }

    private sealed record Head(short Source, string SourceName, long Run, string? RootId, string Worker, long Failures);

    private sealed record Group(
        short Source, long Run, long Stage, int Worker, int Fingerprint, long Failures, DateTimeOffset First, DateTimeOffset Last,
        long Groups, string WorkerName, string Error);

    private sealed record Sample(DigestJob Job, string? Message);
}
