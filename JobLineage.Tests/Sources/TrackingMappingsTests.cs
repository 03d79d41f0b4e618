using System.Text;
using System.Text.RegularExpressions;
using JobLineage.Core.Lineage;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace JobLineage.Tests.Sources;

/// <summary>The mappings of docs/tracking.md, as they stand there, and the presets that it names, over tables as those libraries make them.</summary>
public sealed class TrackingMappingsTests
{
    /// <summary>
    /// Columns as in riverqueue/river, migration main/002; bensheldon/good_job, create_good_jobs.rb; pg-boss 10,
    /// src/plans.js (unpartitioned); the others are the page's own.
    /// </summary>
    private static readonly Dictionary<string, string> Tables = new()
    {
        ["river"] = """
            create type river_job_state as enum ('available', 'cancelled', 'completed', 'discarded', 'retryable', 'running', 'scheduled');
            create table river_job (id bigserial primary key, state river_job_state not null default 'available', attempt smallint not null default 0,
                max_attempts smallint not null, attempted_at timestamptz, created_at timestamptz not null default now(), finalized_at timestamptz,
                scheduled_at timestamptz not null default now(), priority smallint not null default 1, args jsonb, attempted_by text[], errors jsonb[],
                kind text not null, metadata jsonb not null default '{}', queue text not null default 'default', tags varchar(255)[]);
            create index river_job_metadata_index on river_job using gin (metadata);
            insert into river_job (id, kind, state, max_attempts, metadata, attempted_by) values
                (1, 'sync', 'running', 25, '{}', '{a,b}'), (2, 'page', 'available', 25, '{"parent_job_id": 1}', null), (3, 'detail', 'retryable', 25, '{"parent_job_id": 2}', null)
            """,
        ["good_job"] = """
            create table good_jobs (id uuid primary key, queue_name text, priority integer, serialized_params jsonb, scheduled_at timestamp, performed_at timestamp,
                finished_at timestamp, error text, created_at timestamp not null, updated_at timestamp not null, active_job_id uuid, job_class text, executions_count integer);
            insert into good_jobs (id, job_class, created_at, updated_at, performed_at, error, serialized_params) values
                (md5('1')::uuid, 'sync', now(), now(), now(), null, '{"parent_job_id": null, "arguments": []}'),
                (md5('2')::uuid, 'page', now(), now(), null, null, jsonb_build_object('parent_job_id', md5('1')::uuid)),
                (md5('3')::uuid, 'detail', now(), now(), null, 'boom', jsonb_build_object('parent_job_id', md5('2')::uuid))
            """,
        ["pg-boss"] = """
            create schema pgboss; create type pgboss.job_state as enum ('created', 'retry', 'active', 'completed', 'cancelled', 'failed');
            create table pgboss.job (id uuid not null, name text not null, priority integer not null default 0, data jsonb, state pgboss.job_state not null default 'created',
                retry_limit integer not null default 2, retry_count integer not null default 0, start_after timestamptz not null default now(), started_on timestamptz,
                created_on timestamptz not null default now(), completed_on timestamptz, output jsonb, primary key (name, id));
            insert into pgboss.job (id, name, state, data) values (md5('1')::uuid, 'sync', 'active', '{}'),
                (md5('2')::uuid, 'page', 'created', jsonb_build_object('parentJobId', md5('1')::uuid)), (md5('3')::uuid, 'detail', 'retry', jsonb_build_object('parentJobId', md5('2')::uuid))
            """,
        ["python"] = """
            create table tasks (id bigserial primary key, kind text not null, payload jsonb not null, status text not null default 'queued', created_at timestamptz default now(),
                started_at timestamptz, finished_at timestamptz, last_error text);
            insert into tasks (kind, payload, status) values ('sync', '{}', 'running'), ('page', '{"parent_job_id": 1}', 'queued'), ('detail', '{"parent_job_id": 2}', 'dead')
            """,
        ["csharp"] = """
            create table jobs (id bigserial primary key, kind text not null, payload jsonb not null default '{}', parent_id bigint, state text not null default 'available',
                created_at timestamptz default now(), started_at timestamptz, finished_at timestamptz);
            insert into jobs (kind, parent_id, state) values ('sync', null, 'executing'), ('page', 1, 'available'), ('detail', 2, 'discarded')
            """,
    };

    /// <summary>What a preset reads, and versions of these libraries that lack much of what the newest have.</summary>
    private static readonly Dictionary<string, string> Named = new() { ["river"] = "river", ["good_job"] = "good_job", ["pg-boss"] = "pg_boss" };

    public static TheoryData<string> Names => [.. Tables.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_mapping_of_the_page_reads_lineage(string name)
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(Tables[name]);
        await using var connections = NpgsqlDataSource.Create(database.ConnectionString);
        var (source, problem) = await SourceProbe.ProbeAsync(Mapping(name), connections);
        Assert.Null(problem);

        var id = source!.IdKind == JobIdKind.Uuid ? await database.ScalarAsync<string>("select md5('3')::uuid::text") : "3";
        var tree = (await new LineageQueries(source, connections).GetJobTreeAsync(id!))!;
        Assert.Equal(["sync", "sync/page", "sync/page/detail"], tree.Nodes.Select(n => n.Stage));
        Assert.Equal([JobState.Executing, JobState.Available], tree.Nodes.Take(2).Select(n => n.Job.State));
        Assert.Empty(tree.PassedOver);
        // All expressions are read here.
        var rows = await new SourceReader(source, connections, new Redaction()).ReadAsync([.. tree.Nodes.Select(n => n.Job.Id)], CancellationToken.None);
        Assert.Equal(3, rows.Jobs.Count);
    }

    [Fact]
    public void Every_mapping_of_the_page_is_tried() =>
        Assert.Equal(Tables.Keys.Except(Named.Keys).Order(), Regex.Matches(Page(), "<!-- mapping: ([^ ]+) -->").Select(m => m.Groups[1].Value).Order());

    [Fact]
    public void Every_preset_that_is_tried_is_named_by_the_page()
    {
        // "The preset `river` reads it", "The presets `good_job` and `solid_queue` read it".
        var named = Regex.Matches(Page(), "[Tt]he presets? (?:(?:, | and )?`([a-z_]+)`)+ reads? it:").SelectMany(m => m.Groups[1].Captures).Select(c => c.Value).ToList();
        Assert.Empty(Named.Values.Except(named));
        Assert.All(named, preset => Assert.NotNull(Presets.Find(preset, "tracked")));
    }

    private static SourceMapping Mapping(string name)
    {
        if (Named.TryGetValue(name, out var preset))
            return Presets.Find(preset, "tracked")!;
        var json = Regex.Match(Page(), $"<!-- mapping: {Regex.Escape(name)} -->\\s*```json\\s*(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes("""{"JobLineage":{"Sources":{"tracked":""" + json + "}}}"));
        var read = SourcesConfigurationReader.Read(new ConfigurationBuilder().AddJsonStream(stream).Build(), requireConnection: false);
        Assert.Empty(read.Errors);
        return read.Sources[0].Mapping;
    }

    private static string Page()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "JobLineage.sln")))
            folder = folder.Parent!;
        return File.ReadAllText(Path.Combine(folder.FullName, "docs", "tracking.md"));
    }
}
