using System.Text.Json;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Store;

/// <summary>What real queues wrote, through feed and store.</summary>
public sealed class RecordedRunsInStoreTests
{
    [Theory]
    [InlineData("mid")]
    [InlineData("end")]
    [InlineData("pruned")]
    public async Task The_stages_of_a_recorded_run_are_what_was_counted_independently(string moment)
    {
        await using var fixture = await StoreFixture.CreateAsync(Data(moment));
        await fixture.FilledAsync();
        var run = await fixture.RunAsync(60);
        Assert.Equal(Lines(Data(moment).ReadTruth()), Lines(run));
        Assert.Equal("60", run.RootId);
        Assert.Equal("oban", run.Source);
    }

    [Fact]
    public async Task Every_job_of_a_recorded_run_answers_with_it()
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ObanEnd);
        var feed = await fixture.FilledAsync();
        var run = await fixture.RunAsync(60);
        var leaf = await fixture.Database.ScalarAsync<string>(
            "select id from job_lineage.job where run_id = (select run_id from job_lineage.job where id = '60') order by length(id) desc, id desc limit 1");
        Assert.Equal(run.Version, (await fixture.RunAsync(leaf!)).Version);
        Assert.Equal("60", (await fixture.JobAsync(leaf!)).Ancestors[0].Id);
        Assert.Equal(89, (await fixture.JobAsync(60)).Children.Sum(c => c.Counts.Total));
        Assert.Equal(0, await feed.TickAsync());
        Assert.Equal(0, await feed.ReconcileAsync());
    }

    [Fact]
    public async Task The_queue_goes_on_and_is_pruned_and_the_store_keeps_the_whole_run()
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ObanMid);
        await RecordedData.ObanEnd.LoadAsync(fixture.Database, "at_end");
        await RecordedData.ObanPruned.LoadAsync(fixture.Database, "at_pruned");
        var feed = await fixture.FilledAsync();
        await MoveToAsync("at_end", fixture, feed);
        // One job of the run was pruned in between: it was seen, and stays.
        Assert.Equal(PlusOne(RecordedData.ObanEnd.ReadTruth(), "MovieDetailJob", "cancelled"), Lines(await fixture.RunAsync(60)));
        Assert.Equal(1, await feed.ReconcileAsync());
        var version = (await fixture.RunAsync(60)).Version;

        await MoveToAsync("at_pruned", fixture, feed);
        Assert.Equal(182, await feed.ReconcileAsync());
        var pruned = await fixture.RunAsync(60);
        Assert.Equal(PlusOne(RecordedData.ObanEnd.ReadTruth(), "MovieDetailJob", "cancelled"), Lines(pruned));
        // No count has changed; that rows are gone is shown, and is told.
        Assert.True(pruned.Version > version);
        var gone = await fixture.Database.ScalarAsync<long[]>(
            "select array_agg(id::bigint order by id::bigint) from job_lineage.job where flags & 2 <> 0");
        var deleted = await fixture.Database.ScalarAsync<long[]>(
            "select array_agg(id order by id) from (select id from at_end.oban_jobs union select 161) e where id not in (select id from public.oban_jobs)");
        Assert.Equal(deleted, gone);
        Assert.True((await fixture.JobAsync(gone![0])).Job.IsGone);
        Assert.Equal(0, await feed.ReconcileAsync());
    }

    [Fact]
    public async Task The_chains_of_a_key_are_runs_with_a_stage_a_step()
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ResearchMid);
        await fixture.FilledAsync(Presets.ResearchJobs("research"));
        Assert.Equal(["31", "35", "37", "39", "70"], (await fixture.Reader.ListRunsAsync(new(), default)).Runs.Select(r => r.RootId).Order());
        (string Any, string Root, string[] Stages)[] chains =
        [
            ("34", "31", ["albums: completed 1", "albums/songs: completed 1", "albums/songs/artists: completed 1", "albums/songs/artists/rebuild_index: completed 1"]),
            ("35", "35", ["albums: completed 1", "albums/songs: discarded 1"]),
            ("38", "37", ["albums: completed 1", "albums/songs: discarded 1"]),
            ("40", "39", ["albums: completed 1", "albums/songs: completed 1", "albums/songs/artists: completed 1", "albums/songs/artists/rebuild_index: completed 1"]),
            ("73", "70", ["albums: completed 1", "albums/songs: completed 1", "albums/songs/artists: completed 1", "albums/songs/artists/rebuild_index: available 1"]),
        ];
        foreach (var (any, root, stages) in chains)
        {
            Assert.Equal(root, (await fixture.RunAsync(any, "research")).RootId);
            Assert.Equal(stages, await fixture.StagesAsync(any, "research"));
        }

        Assert.Equal(["70", "71", "72"], (await fixture.JobAsync(73, "research")).Ancestors.Select(a => a.Id));
        Assert.Equal(["42"], (await fixture.JobAsync(41, "research")).Children.Single().Sample.Select(j => j.Id));
        var run = await fixture.RunAsync(70, "research");
        Assert.Equal("apple:2026-11-22T05:40:28.915870+00:00", run.RunKey);
        Assert.Equal([("albums", "albums/songs"), ("albums/songs", "albums/songs/artists"), ("albums/songs/artists", "albums/songs/artists/rebuild_index")], run.Edges.Select(e => (e.From, e.To)));
    }

    [Fact]
    public async Task Jobs_without_a_chain_are_singles_each_alone()
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ResearchMid);
        await fixture.FilledAsync(Presets.ResearchJobs("research"));
        var singles = (await fixture.Reader.ListRunsAsync(new(), default)).Singles;
        Assert.Equal(
            [
                ("musicbrainz/import_song", new StateCounts(Scheduled: 0, Available: 1, Completed: 16, Discarded: 3)),
                ("spotify/match_song", new StateCounts(Completed: 13, Discarded: 4)),
                ("youtube/search_song", new StateCounts(Completed: 19, Discarded: 1)),
            ],
            singles.Select(s => (s.Worker, Sum: s.Counts with { Available = s.Counts.Available + s.Counts.Scheduled + s.Counts.Retryable, Scheduled = 0, Retryable = 0 })));
        Assert.Equal("match_song: completed 1", Assert.Single(await fixture.StagesAsync(1, "research")));
    }

    [Fact]
    public async Task A_chain_goes_on_from_its_retry_to_its_end()
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ResearchRetrying);
        await RecordedData.ResearchMid.LoadAsync(fixture.Database, "later");
        var feed = await fixture.FilledAsync(Presets.ResearchJobs("research"));
        Assert.Equal(["albums: completed 1", "albums/songs: retryable 1"], await fixture.StagesAsync(39, "research"));

        await fixture.SqlAsync(
            """
            delete from research_jobs where id = 40;
            insert into research_jobs select * from later.research_jobs where id between 40 and 42;
            """);
        await feed.TickAsync();
        Assert.Equal(
            ["albums: completed 1", "albums/songs: completed 1", "albums/songs/artists: completed 1", "albums/songs/artists/rebuild_index: completed 1"],
            await fixture.StagesAsync(39, "research"));
    }

    [Fact]
    public async Task A_step_that_is_appended_or_run_again_joins_its_chain()
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ResearchMid);
        var feed = await fixture.FilledAsync(Presets.ResearchJobs("research"));
        await fixture.SqlAsync(
            """
            insert into research_jobs (id, source, job_type, target_type, target_id, payload, status)
            select 900, source, job_type, target_type, target_id, jsonb_set(payload, '{feed}', '"artists"'), 'running' from research_jobs where id = 36;
            insert into research_jobs (id, source, job_type, target_type, target_id, payload, status)
            select 901, source, job_type, target_type, gen_random_uuid(), payload, 'done' from research_jobs where id = 36;
            """);
        await feed.TickAsync();
        Assert.Equal(
            ["albums: completed 1", "albums/songs: completed 1, discarded 1", "albums/songs/artists: executing 1"], await fixture.StagesAsync(35, "research"));
        Assert.Equal(["35", "901"], (await fixture.JobAsync(900, "research")).Ancestors.Select(a => a.Id));
        // A first step that was run again: its last job is the parent, its first the root.
        await fixture.SqlAsync(
            """
            insert into research_jobs (id, source, job_type, target_type, target_id, payload, status)
            select 902, source, job_type, target_type, gen_random_uuid(), payload, 'done' from research_jobs where id = 35
            """);
        await feed.TickAsync();
        Assert.Equal(["902", "901"], (await fixture.JobAsync(900, "research")).Ancestors.Select(a => a.Id));
        Assert.Equal("35", (await fixture.JobAsync(900, "research")).RootId);
        Assert.Equal("35", (await fixture.JobAsync(902, "research")).RootId);
    }

    [Fact]
    public async Task A_chain_whose_worker_is_killed_fails_and_an_admin_brings_it_back()
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ResearchMid);
        var feed = await fixture.FilledAsync(Presets.ResearchJobs("research"));
        await fixture.SqlAsync("update research_jobs set status = 'dead', attempts = 2, last_error = 'reaped: stuck in running; reaped', finished_at = now() where id = 73");
        await feed.TickAsync();
        Assert.EndsWith("rebuild_index: discarded 1", (await fixture.StagesAsync(70, "research")).Last());
        Assert.Equal(RunState.Failed, (await fixture.RunAsync(70, "research")).State);

        await fixture.SqlAsync("update research_jobs set status = 'queued', attempts = 0, finished_at = null, updated_at = now(), run_after = now() where id = 73");
        await feed.TickAsync();
        Assert.EndsWith("rebuild_index: available 1", (await fixture.StagesAsync(70, "research")).Last());
    }

    private static RecordedData Data(string moment) => moment switch
    {
        "mid" => RecordedData.ObanMid,
        "end" => RecordedData.ObanEnd,
        _ => RecordedData.ObanPruned,
    };

    /// <summary>Makes the table what it was at another moment, in several transactions with looks between them.</summary>
    private static async Task MoveToAsync(string schema, StoreFixture fixture, HandFeed feed)
    {
        const string columns =
            "queue, worker, args, errors, attempt, max_attempts, inserted_at, scheduled_at, attempted_at, completed_at, attempted_by, discarded_at, priority, tags, meta, cancelled_at";
        for (var part = 0; part < 7; part++)
        {
            await fixture.SqlAsync(
                $"""
                delete from public.oban_jobs j where id % 7 = {part} and not exists (select from {schema}.oban_jobs n where n.id = j.id);
                update public.oban_jobs j set (state, {columns}) = (n.state::text::oban_job_state, {string.Join(", ", columns.Split(", ").Select(c => "n." + c))})
                from {schema}.oban_jobs n
                where n.id = j.id and j.id % 7 = {part} and to_jsonb(n) <> to_jsonb(j);
                insert into public.oban_jobs (id, state, {columns})
                select id, state::text::public.oban_job_state, {columns} from {schema}.oban_jobs n
                where id % 7 = {part} and not exists (select from public.oban_jobs j where j.id = n.id);
                """);
            await feed.TickAsync();
        }
    }

    private static List<string> Lines(RunSnapshot run) =>
        Lines(JsonSerializer.Deserialize<RecordedTruth>(ContractJson.Line(StatsAnswer.Of(run)), JsonSerializerOptions.Web)!);

    private static List<string> Lines(RecordedTruth truth) =>
        [.. truth.Stages.Select(s => $"{s.Depth} {s.Path} {s.Worker} {s.Total}: {string.Join(", ", s.Counts.OrderBy(c => c.Key, StringComparer.Ordinal))}")];

    private static List<string> PlusOne(RecordedTruth truth, string stage, string state) => Lines(truth with
    {
        Stages = [.. truth.Stages.Select(s => !s.Path.EndsWith('/' + stage) ? s : s with
        {
            Total = s.Total + 1,
            Counts = new Dictionary<string, int>(s.Counts) { [state] = s.Counts.GetValueOrDefault(state) + 1 },
        })],
    });
}
